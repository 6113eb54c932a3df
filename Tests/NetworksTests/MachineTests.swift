import Foundation
import Kernels
import TestTools
import Testing

@testable import Networks

/// The local rules of Ising machines on layered networks.
@Suite struct MachineTests {
  /// Networks whose hidden spins live in a box: what the conjugate machine takes.
  static let boxed = Networks.all.indices.filter { index in
    Networks.all[index].layers.dropLast().allSatisfy { $0.activation.box != nil }
  }

  private func relaxations(
    _ first: HopfieldNetwork, _ second: HopfieldNetwork, _ machine: MachineSettings,
    order: RelaxationSettings.Order = .synchronous, sweeps: Int = 7
  ) -> (any NetworkRelaxation, any NetworkRelaxation) {
    var settings = RelaxationSettings(
      order: order, free: .init(sweeps: sweeps, tolerance: 1e-3), nudged: .init(sweeps: sweeps))
    let plain = settings.relaxation(of: first)
    settings.machine = machine
    return (plain, settings.relaxation(of: second))
  }

  /// With a step and a friction of 1 conjugate momenta are forgotten at once, and what is left is the network's own rule.
  @Test(arguments: boxed, Cost.Kind.allCases.map { Cost($0) })
  func conjugateWithoutInertiaIsTheNetworksOwnRule(_ index: Int, _ cost: Cost) throws {
    var machine = MachineSettings(.conjugate)
    machine.conjugate.isAdaptive = false
    let networks = try (0..<2).map { _ in try Networks.network(Networks.all[index], cost: cost, capacity: 6) }
    let (plain, conjugate) = relaxations(networks[0], networks[1], machine)
    let pixels = Networks.images(3, of: networks[0].layout)
    let nudge = Nudge(labels: [0, 1, 2, 0, 1, 2], strengths: [0.3, 0.3, 0.3, -0.3, -0.3, -0.3])
    for round in 0..<2 {
      var gradients: [[UInt32]] = []
      var states: [[[Float]]] = []
      var predictions: [[[Float]]] = []
      var reports: [[RelaxationReport]] = []
      for (network, relaxation) in zip(networks, [plain, conjugate]) {
        if round == 0 { network.reset() }
        network.clamp(pixels, samples: 3)
        let free = try relaxation.run(network, samples: 3, nudge: nil, observe: nil)
        predictions.append((0..<3).map { network.prediction(sample: $0) })
        network.freezePooling(samples: 3)
        try network.duplicate(count: 3, to: 3)
        reports.append([free, try relaxation.run(network, samples: 6, nudge: nudge, observe: nil)])
        states.append(network.states(0..<6))
        let scale = AlignedBuffer<Float>(count: 3)
        scale.fill(1)
        let gradient = AlignedBuffer<Float>(count: network.layout.parameterCount)
        try relaxation.addDifference(of: network, scale: scale, samples: 3, into: [gradient])
        gradients.append(gradient.elements.map { ($0 + 0).bitPattern })
      }
      #expect(reports[0].map(\.sweeps) == reports[1].map(\.sweeps) && predictions[0] == predictions[1])
      // The output's part is added up in another precision.
      for (own, other) in zip(reports[0], reports[1]) {
        expectClose(own.change, other.change, absolute: 1e-6 * max(own.change, 1))
      }
      for (own, other) in zip(states[0], states[1]) {
        #expect(own.contains { $0 != 0 })
        #expect(own.map { ($0 + 0).bitPattern } == other.map { ($0 + 0).bitPattern })
      }
      #expect(gradients[0] == gradients[1])
    }
  }

  /// Machines that descend the network's own energy end where its own rule ends.
  @Test(
    arguments: [
      (MachineSettings.Kind.conjugate, RelaxationSettings.Order.synchronous), (.conjugate, .checkerboard),
      (.conjugate, .sequential),
      (.leaky, .synchronous), (.langevin, .synchronous),
    ])
  func fixedPointsAreTheNetworksOwn(_ kind: MachineSettings.Kind, _ order: RelaxationSettings.Order) throws {
    var machine = MachineSettings(kind)
    machine.langevin.temperature = 0
    let networks = try (0..<2).map { _ in try Networks.network(Networks.chain(pooling: .average, skip: true), capacity: 4) }
    let (plain, other) = relaxations(networks[0], networks[1], machine, order: order, sweeps: 300)
    let pixels = Networks.images(2, of: networks[0].layout)
    let nudge = Nudge(labels: [0, 1, 0, 1], strengths: [0.3, 0.3, -0.3, -0.3])
    for (network, relaxation) in zip(networks, [plain, other]) {
      network.clamp(pixels, samples: 2)
      _ = try relaxation.run(network, samples: 2, nudge: nil, observe: nil)
      try network.duplicate(count: 2, to: 2)
      let report = try relaxation.run(network, samples: 4, nudge: nudge, observe: nil)
      #expect(report.change < 1e-5)
    }
    for (own, other) in zip(networks[0].states(0..<4), networks[1].states(0..<4)) {
      #expect(zip(own, other).allSatisfy { abs($0 - $1) < 1e-4 })
      #expect(own[0..<own.count / 2] != own[(own.count / 2)...])
    }
  }

  /// `dφ_i/dt = −Σ_j J_ij sin(φ_i − φ_j) − h_i sin φ_i − S sin 2φ_i`, summed over all pairs in double precision, against the two
  /// products of a step: free, and with `h = b + βŷ` and `S = −β/2` on the outputs.
  @Test(arguments: [Float(0), 0.4]) func oscillatorsFeelTheSumOverAllPairs(_ beta: Float) throws {
    let description = NetworkDescription(
      input: ImageShape(channels: 5, rows: 1, columns: 1),
      layers: [
        LayerDescription(name: "a", channels: 7, edges: [EdgeDescription(from: "input", kind: .dense, gain: 1)]),
        LayerDescription(name: "b", channels: 6, edges: [EdgeDescription(from: "a", kind: .dense, gain: 1)]),
        LayerDescription(
          name: "output", channels: 3,
          edges: [EdgeDescription(from: "b", kind: .dense, gain: 1), EdgeDescription(from: "a", kind: .dense, gain: 1)]),
      ])
    let network = try Networks.network(description, capacity: 2)
    let layout = network.layout
    let pixels = Networks.images(1, of: layout)
    let sizes = [7, 6, 3]
    let starts = [0, 7, 13]
    var couplings = Array(repeating: Array(repeating: 0.0, count: 16), count: 16)
    var fields = Array(repeating: 0.0, count: 16)
    for edge in layout.edges {
      let weights = layout.tensor(edge.weight, of: network.parameters).map { Double($0) }
      let columns = edge.pre == 0 ? 5 : sizes[edge.pre - 1]
      for post in 0..<sizes[edge.post - 1] {
        for pre in 0..<columns {
          let spin = starts[edge.post - 1] + post
          if edge.pre == 0 {
            fields[spin] += weights[post * columns + pre] * Double(pixels[pre])
          } else {
            couplings[spin][starts[edge.pre - 1] + pre] = weights[post * columns + pre]
            couplings[starts[edge.pre - 1] + pre][spin] = weights[post * columns + pre]
          }
        }
      }
    }
    for (index, layer) in layout.layers.enumerated() {
      for (unit, bias) in layout.tensor(layer.bias, of: network.parameters).enumerated() {
        fields[starts[index] + unit] += Double(bias)
      }
    }
    var machine = MachineSettings(.oscillator)
    machine.oscillator.step = 0.1
    machine.oscillator.coupling = 0.8
    machine.oscillator.locking = 0.3
    var settings = RelaxationSettings(free: .init(sweeps: 3), nudged: .init(sweeps: 4), machine: machine)
    settings.freezesPooling = false
    let relaxation = settings.relaxation(of: network)
    network.reset()
    network.clamp(pixels, samples: 1)
    var phases = Array(repeating: Double.pi / 2, count: 16)
    func follow(_ nudge: Double) {
      let before = phases
      for i in 0..<16 {
        var pull = 0.0
        for j in 0..<16 { pull += couplings[i][j] * sin(before[i] - before[j]) }
        let isOutput = i >= 13
        let field = fields[i] + (isOutput && i == 13 + 2 ? nudge : 0)
        let locking = 0.3 + (isOutput ? -0.8 * nudge / 2 : 0)
        phases[i] -= 0.1 * (0.8 * (pull + field * sin(before[i])) + locking * sin(2 * before[i]))
      }
    }
    for _ in 0..<3 { follow(0) }
    _ = try relaxation.run(network, samples: 1, nudge: nil, observe: nil)
    func compare() {
      let states = network.states(0..<1).flatMap { $0 }
      for i in 0..<16 { expectClose(Double(states[i]), cos(phases[i]), absolute: 2e-6, "spin \(i)") }
    }
    compare()
    guard beta != 0 else { return }
    for _ in 0..<4 { follow(Double(beta)) }
    _ = try relaxation.run(network, samples: 1, nudge: Nudge(labels: [2], strengths: [beta]), observe: nil)
    compare()
  }

  /// Two linear layers whose couplings have the eigenvalues ±.2, ±.5, ±.7 and ±μ: plain relaxation of both at once decays by μ a
  /// sweep, inertia that follows the residual by `μ / (1 + √(1 − μ²))`; by the squares of that where layers take turns. Where plain
  /// relaxation is fast, it is left as it is.
  @Test(arguments: [Float(0.3), 0.9, 0.97], RelaxationSettings.Order.allCases)
  func inertiaSavesSweeps(_ slowest: Float, _ order: RelaxationSettings.Order) throws {
    let description = NetworkDescription(
      input: ImageShape(channels: 4, rows: 1, columns: 1),
      layers: [
        LayerDescription(
          name: "a", channels: 4, activation: .linear, edges: [EdgeDescription(from: "input", kind: .dense, gain: 1)]),
        LayerDescription(name: "output", channels: 4, edges: [EdgeDescription(from: "a", kind: .dense)]),
      ])
    let kinds = [(MachineSettings.Kind.hopfield, order), (.conjugate, order), (.conjugate, .synchronous)]
    let sweeps = try kinds.map { kind, order in
      let network = try Networks.network(description, capacity: 1)
      let eigenvalues = [0.2, min(0.5, slowest), min(0.7, slowest), slowest]
      let weights = (0..<16).map { $0 % 5 == 0 ? eigenvalues[$0 / 5] : 0 }
      network.layout.assign(weights, to: network.layout.edges[1].weight, of: network.parameters)
      network.parametersChanged()
      var settings = RelaxationSettings(order: order, free: .init(sweeps: 2000, tolerance: 1e-4))
      settings.machine = MachineSettings(kind)
      settings.machine.conjugate.inertia = 1
      network.reset()
      network.clamp([1, -1, 1, 1], samples: 1)
      let report = try settings.relaxation(of: network).run(network, samples: 1, nudge: nil, observe: nil)
      #expect(report.change < 1e-4)
      return report.sweeps
    }
    if slowest < 0.5 {
      #expect(sweeps[1] == sweeps[0])
    } else {
      #expect(Double(sweeps[1]) < 0.6 * Double(sweeps[0]), "\(sweeps)")
      if order != .synchronous { #expect(Double(sweeps[1]) < 0.8 * Double(sweeps[2]), "\(sweeps)") }
    }
  }

  /// Noise is that of the sample, the phase and the draw; not of how many samples relax beside it.
  @Test func noiseBelongsToTheDraw() throws {
    func states(_ draw: Int, seed: UInt64 = 1) throws -> [[Float]] {
      let network = try Networks.network(Networks.chain(), capacity: 2)
      var settings = RelaxationSettings(free: .init(sweeps: 6))
      settings.machine = MachineSettings(.langevin)
      settings.machine.langevin.temperature = 0.01
      let relaxation = settings.relaxation(of: network, seed: seed)
      relaxation.select(draw)
      network.clamp(Networks.images(2, of: network.layout), samples: 2)
      try relaxation.run(network, samples: 2, nudge: nil, observe: nil)
      return network.states(0..<2)
    }
    #expect(try states(3) == states(3))
    #expect(try states(3) != states(4))
    #expect(try states(3) != states(3, seed: 2))
    let all = try states(3)
    #expect(all.allSatisfy { $0[0..<$0.count / 2] != $0[($0.count / 2)...] })
  }

  @Test(arguments: MachineSettings.Kind.allCases) func whatAMachineCannotRelaxIsRefused(_ kind: MachineSettings.Kind) throws {
    let machine = MachineSettings(kind)
    let layout = try NetworkLayout(Networks.chain(activation: .halfClamp))
    let pooled = try NetworkLayout(Networks.chain(activation: .clamp))
    func message(_ layout: NetworkLayout, _ cost: Cost) -> String? {
      do { try machine.check(layout, cost: cost) } catch { return "\(error)" }
      return nil
    }
    if kind != .hopfield, kind != .oscillator { #expect(message(layout, .squaredError)?.contains("layer a") == true) }
    if kind == .oscillator { #expect(message(pooled, .squaredError)?.contains("max-pooling") == true) }
    if kind != .oscillator { #expect(message(pooled, .squaredError) == nil) }
    let refusesReadout = message(try NetworkLayout(Networks.chain(pooling: .none)), .crossEntropyReadout)
    #expect((refusesReadout == nil) == [.hopfield, .conjugate, .leaky].contains(kind))
  }
}

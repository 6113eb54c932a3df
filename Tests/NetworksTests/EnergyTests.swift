import Kernels
import Testing

@testable import Networks

/// Updates are exact block descent: no sweep raises the energy of any sample.
@Suite struct EnergyTests {
  struct Descent: CustomTestStringConvertible, Sendable {
    var network: Int
    var order: RelaxationSettings.Order
    var cost: Cost
    var isNudged: Bool
    /// ω of the first sweep, of conjugate variables.
    var inertia: Float?
    var feedback: Float = 1
    /// ω of the network's own rule.
    var overRelaxation: Float = 1
    var testDescription: String {
      "network \(network), \(order), \(cost), \(isNudged ? "nudged" : "free"), inertia \(inertia.map { "\($0)" } ?? "none"), "
        + "feedback \(feedback), over-relaxation \(overRelaxation)"
    }
  }

  static let descents: [Descent] = Networks.all.indices.flatMap { network in
    [RelaxationSettings.Order.checkerboard, .sequential].flatMap { order in
      Cost.Kind.allCases.map { Cost($0) }.flatMap { cost in
        [false, true].map { Descent(network: network, order: order, cost: cost, isNudged: $0) }
      }
    }
  }

  static let inertialDescents: [Descent] = MachineTests.boxed.flatMap { network in
    [RelaxationSettings.Order.checkerboard, .sequential].flatMap { order in
      [Cost.squaredError, .signedSquaredError].flatMap { cost in
        [Float(1.5), 1.9].flatMap { inertia in
          [false, true].map { Descent(network: network, order: order, cost: cost, isNudged: $0, inertia: inertia) }
        }
      }
    }
  }

  static let gradedDescents: [Descent] = Networks.all.indices.flatMap { network in
    [RelaxationSettings.Order.checkerboard, .sequential].flatMap { order in
      [Float(0.25), 0.05].map { Descent(network: network, order: order, cost: .squaredError, isNudged: true, feedback: $0) }
    }
  }

  /// Energies that are quadratic in each layer, with walls.
  static let overRelaxedDescents: [Descent] = Networks.all.indices.filter { network in
    Networks.all[network].layers.dropLast().allSatisfy { [.clamp, .halfClamp, .relu6].contains($0.activation) }
  }.flatMap { network in
    [RelaxationSettings.Order.checkerboard, .sequential].flatMap { order in
      [Float(0.3), 1.6, 1.95].flatMap { factor in
        [false, true].map {
          Descent(
            network: network, order: order, cost: .squaredError, isNudged: $0, feedback: $0 ? 0.25 : 1, overRelaxation: factor)
        }
      }
    }
  }

  @Test(arguments: descents + inertialDescents + gradedDescents + overRelaxedDescents) func neverRises(_ test: Descent) throws {
    let samples = 3
    var description = Networks.all[test.network]
    description.feedback = [test.feedback]
    let network = try Networks.network(description, cost: test.cost, capacity: samples)
    network.clamp(Networks.images(samples, of: network.layout), samples: samples)
    let nudge = test.isNudged ? Nudge(labels: [0, 1, 2], strengths: [0.5, 0.2, 0.8]) : nil
    var settings = RelaxationSettings(order: test.order, free: .init(sweeps: 25), nudged: .init(sweeps: 25))
    settings.overRelaxation = test.overRelaxation
    if let inertia = test.inertia {
      settings.machine = MachineSettings(.conjugate)
      settings.machine.conjugate.inertia = inertia
    }
    let relaxation = settings.relaxation(of: network)
    // From zero in even networks, from states that are far from any equilibrium in odd ones.
    var random = Philox(seed: 2, stream: 0).sequence()
    if test.network % 2 == 1 { network.scramble(&random) }
    if test.cost == .crossEntropyReadout {
      // The output is what the read-out sends down, a function of the state: one sweep makes it that.
      try Relaxation(settings, layout: network.layout).run(network, samples: samples, nudge: nudge, stop: .init(sweeps: 1))
    }
    let first = try network.energies(samples: samples, nudge: nudge)
    var before = first
    if test.inertia != nil, test.isNudged {
      // A nudged phase keeps the inertia of a free one.
      try relaxation.run(network, samples: samples, nudge: nil, observe: nil)
      if test.network % 2 == 1 { network.scramble(&random) }
      before = try network.energies(samples: samples, nudge: nudge)
    }
    try relaxation.run(network, samples: samples, nudge: nudge) { sweep in
      let energies = try network.energies(samples: samples, nudge: nudge)
      for sample in 0..<samples {
        #expect(energies[sample] <= before[sample] + 2e-5 * (1 + abs(before[sample])), "sample \(sample), sweep \(sweep)")
      }
      before = energies
    }
    #expect(zip(before, first).allSatisfy { $0 < $1 }, "nothing moved")
  }

  /// The energy that is reported is that of the definition, term by term, for one layer and one dense edge.
  @Test func isThatOfTheDefinition() throws {
    let layout = try NetworkLayout(
      NetworkDescription(
        input: ImageShape(channels: 3, rows: 1, columns: 1),
        layers: [
          LayerDescription(
            name: "hidden", channels: 2, activation: .sigmoid, edges: [EdgeDescription(from: "input", kind: .dense)]),
          LayerDescription(name: "output", channels: 2, edges: [EdgeDescription(from: "hidden", kind: .dense)]),
        ]))
    let parameters = AlignedBuffer<Float>(count: layout.parameterCount)
    let (first, second): ([Double], [Double]) = ([0.5, -1, 0.25, 1, 2, -0.5], [1, -1, 0.5, 0.25])
    let (hiddenBias, outputBias): ([Double], [Double]) = ([0.5, -0.25], [0.125, 1])
    for (block, values) in zip(layout.blocks, [first, hiddenBias, second, outputBias]) {
      layout.assign(values.map(Float.init), to: block, of: parameters)
    }
    let network = HopfieldNetwork(layout: layout, parameters: parameters, capacity: 1)
    let (x, s, o): ([Double], [Double], [Double]) = ([1, -2, 0.5], [0.25, 0.75], [-1, 2])
    network.clamp(x.map(Float.init), samples: 1)
    for unit in 0..<2 {
      network.spins[0][0, unit, 0, 0] = Float(s[unit])
      network.spins[1][0, unit, 0, 0] = Float(o[unit])
    }
    network.spinsChanged()
    var expected = 0.0
    for unit in 0..<2 {
      expected +=
        Activation.sigmoid.selfEnergy(s[unit]) + o[unit] * o[unit] / 2 - hiddenBias[unit] * s[unit] - outputBias[unit] * o[unit]
      for pre in 0..<3 { expected -= s[unit] * first[3 * unit + pre] * x[pre] }
      for pre in 0..<2 { expected -= o[unit] * second[2 * unit + pre] * s[pre] }
    }
    #expect(try abs(network.energies(samples: 1, nudge: nil)[0] - expected) < 1e-6)
    let nudge = Nudge(labels: [1], strengths: [0.5])
    #expect(try abs(network.energies(samples: 1, nudge: nudge)[0] - expected - 0.5 * (0.5 + 0.5)) < 1e-6)
  }

  /// `σ(z)` minimises `selfEnergy(s) − z·s` over the activation's range.
  @Test(arguments: Activation.allCases) func activationsMinimiseTheirEnergy(_ activation: Activation) throws {
    let range: ClosedRange<Double> =
      switch activation {
      case .clamp, .halfClamp, .sigmoid: 0...1
      case .relu6: 0...6
      case .tanh: -1...1
      case .linear: -10...10
      }
    let planes = SpinPlanes(shape: PlaneShape(channels: 1, rows: 1, columns: 1), capacity: 1)
    let bias = AlignedBuffer<Float>(count: 16)
    for step in -32...32 {
      let z = Double(step) / 4
      bias[0] = Float(z)
      _ = planes.update(activation.rule, bias: bias, biasOffset: 0, base: nil, drive: nil, topDown: nil, samples: 0..<1)
      let spin = Double(planes[0, 0, 0, 0])
      #expect(range.contains(spin))
      let least = activation.selfEnergy(spin) - z * spin
      for place in 0...1000 {
        let other = range.lowerBound + (range.upperBound - range.lowerBound) * Double(place) / 1000
        #expect(activation.selfEnergy(other) - z * other >= least - 1e-6, "\(activation), z = \(z), s = \(other)")
      }
    }
  }
}

import Foundation
import Kernels
import TestTools
import Testing

@testable import Networks

/// The residual: how far a state is from equilibrium, whatever led to it.
@Suite struct ResidualTests {
  /// Two layers of one spin each, with weights .5 and .8 and biases .1 and −.05.
  private func pair(feedback: Float = 1, cost: Cost = .squaredError) throws -> HopfieldNetwork {
    let description = NetworkDescription(
      input: ImageShape(channels: 1, rows: 1, columns: 1),
      layers: [
        LayerDescription(name: "a", channels: 1, edges: [EdgeDescription(from: "input", kind: .dense, gain: 1)]),
        LayerDescription(name: "output", channels: 1, edges: [EdgeDescription(from: "a", kind: .dense, gain: 1)]),
      ], feedback: [feedback])
    let network = try Networks.network(description, cost: cost, capacity: 2)
    let layout = network.layout
    layout.assign([0.5], to: layout.edges[0].weight, of: network.parameters)
    layout.assign([0.8], to: layout.edges[1].weight, of: network.parameters)
    layout.assign([0.1], to: layout.layers[0].bias, of: network.parameters)
    layout.assign([-0.05], to: layout.layers[1].bias, of: network.parameters)
    network.parametersChanged()
    return network
  }

  private func place(_ states: [Float], in network: HopfieldNetwork, sample: Int) {
    for (planes, state) in zip(network.spins, states) { planes[sample, 0, 0, 0] = state }
    network.spinsChanged()
  }

  /// By hand: with an input of 1, spins of .3 and .1, and γ = ½, the hidden field is .5 + .1 + ½ · .8 · .1 = .64 and the output's
  /// .8 · .3 − .05 = .19. A second sample, with an input of 2 and spins of 1, has a hidden field above 1: there the spin is at rest.
  @Test func isThatOfOneStateByHand() throws {
    let network = try pair(feedback: 0.5)
    network.clamp([1, 2], samples: 2)
    place([0.3, 0.1], in: network, sample: 0)
    place([1, 1], in: network, sample: 1)
    let relaxation = Relaxation(RelaxationSettings(), layout: network.layout)
    let residuals = try relaxation.residuals(of: network, samples: 2)
    expectClose(residuals[0], ((0.64 - 0.3) / 0.3 + (0.19 - 0.1) / 0.1) / 2, absolute: 1e-6)
    expectClose(residuals[1], (0 + (1 - 0.75)) / 2, absolute: 1e-6)
  }

  /// A read-out has no state of its own.
  @Test func aReadOutIsNotCounted() throws {
    let network = try pair(cost: .crossEntropyReadout)
    network.clamp([1, 1], samples: 2)
    place([0.3, 0], in: network, sample: 0)
    let residuals = try Relaxation(RelaxationSettings(), layout: network.layout).residuals(of: network, samples: 1)
    expectClose(residuals[0], (0.6 - 0.3) / 0.3, absolute: 1e-6)
  }

  static let orders = RelaxationSettings.Order.allCases

  /// The same bits after the same sweeps, whatever order and ω are asked about; and it leaves no trace.
  @Test(arguments: Networks.all.indices, orders) func isAFunctionOfTheStateAlone(_ index: Int, _ order: RelaxationSettings.Order)
    throws
  {
    let networks = try (0..<2).map { _ in try Networks.network(Networks.all[index], capacity: 3) }
    let images = Networks.images(3, of: networks[0].layout)
    let relaxation = RelaxationTests.relaxation(networks[0], order, sweeps: 4)
    for network in networks {
      network.clamp(images, samples: 3)
      try relaxation.run(network, samples: 3)
    }
    var found: [[Double]] = []
    for other in Self.orders {
      for factor in [Float(1), 1.6] {
        var settings = RelaxationSettings(order: other)
        settings.overRelaxation = factor
        found.append(try Relaxation(settings, layout: networks[0].layout).residuals(of: networks[0], samples: 3))
      }
    }
    #expect(found.allSatisfy { $0 == found[0] && $0.allSatisfy { $0 > 1e-6 } })
    for network in networks { try relaxation.run(network, samples: 3) }
    #expect(networks[0].states(0..<3) == networks[1].states(0..<3))
  }

  @Test(arguments: orders, [Float(1), 1.3]) func ofAnEquilibriumIsZero(_ order: RelaxationSettings.Order, _ factor: Float) throws
  {
    guard order != .synchronous || factor == 1 else { return }
    let network = try Networks.network(Networks.chain(pooling: .average, skip: true, gain: 0.4), capacity: 2)
    network.clamp(Networks.images(2, of: network.layout), samples: 2)
    var settings = RelaxationSettings(order: order, free: .init(sweeps: 1))
    settings.overRelaxation = factor
    let brief = Relaxation(settings, layout: network.layout)
    try brief.run(network, samples: 2)
    #expect(try brief.residuals(of: network, samples: 2).allSatisfy { $0 > 1e-4 })
    try brief.run(network, samples: 2, stop: .init(sweeps: 400))
    #expect(try brief.residuals(of: network, samples: 2).allSatisfy { $0 < 1e-6 })
  }

  /// Without noise each machine comes to rest where its residual is zero, and not before.
  @Test(
    arguments: [MachineSettings.Kind.conjugate, .leaky, .coherentIsing, .adam, .oscillator, .langevin], [Activation.clamp, .tanh])
  func machinesRestWhereItIsZero(_ kind: MachineSettings.Kind, _ activation: Activation) throws {
    guard activation == .clamp || [.leaky, .oscillator].contains(kind) else { return }
    let description = Networks.chain(pooling: .none, activation: activation, gain: 0.4)
    // The first edge of a chain is max-pooled; phases have no greatest one.
    let edges = description.layers[0].edges.map { edge in
      var plain = edge
      plain.pooling = .average
      return plain
    }
    var plain = description
    plain.layers[0].edges = edges
    let network = try Networks.network(plain, capacity: 2)
    network.clamp(Networks.images(2, of: network.layout), samples: 2)
    var settings = RelaxationSettings(free: .init(sweeps: 2))
    settings.machine = MachineSettings(kind)
    settings.machine.conjugate.isAdaptive = false
    settings.machine.langevin.temperature = 0
    settings.machine.oscillator.locking = -1.5
    let brief = settings.relaxation(of: network)
    try brief.run(network, samples: 2, nudge: nil, observe: nil)
    #expect(try brief.residuals(of: network, samples: 2).allSatisfy { $0 > 3e-3 })
    settings.free.sweeps = 600
    let long = settings.relaxation(of: network)
    network.reset()
    try long.run(network, samples: 2, nudge: nil, observe: nil)
    #expect(try long.residuals(of: network, samples: 2).allSatisfy { $0 < 2e-4 })
  }

  /// One spin that feels a field of .5, after one step from zero: a pulse has gone to .2 · .5 = .1, where the force is
  /// .5 − (.1 + .1³); a phase from π/2 to π/2 − .2 · .5, where the torque is −.5 cos .1 − .3 sin .2.
  @Test func forcesOfPulsesAndTorquesOfPhasesByHand() throws {
    let description = NetworkDescription(
      input: ImageShape(channels: 1, rows: 1, columns: 1),
      layers: [LayerDescription(name: "output", channels: 1, edges: [EdgeDescription(from: "input", kind: .dense, gain: 1)])])
    let network = try Networks.network(description, capacity: 1)
    network.layout.assign([0.5], to: network.layout.edges[0].weight, of: network.parameters)
    network.layout.assign([0], to: network.layout.output.bias, of: network.parameters)
    network.parametersChanged()
    network.clamp([1], samples: 1)
    func residual(_ kind: MachineSettings.Kind) throws -> Double {
      var settings = RelaxationSettings(free: .init(sweeps: 1))
      settings.machine = MachineSettings(kind)
      settings.machine.oscillator.locking = 0.3
      network.reset()
      let relaxation = settings.relaxation(of: network)
      try relaxation.run(network, samples: 1, nudge: nil, observe: nil)
      return try relaxation.residuals(of: network, samples: 1)[0]
    }
    expectClose(try residual(.coherentIsing), (0.5 - 0.1 - 0.001) / 0.1, absolute: 1e-5)
    expectClose(try residual(.oscillator), 0.5 * cos(0.1) + 0.3 * sin(0.2), absolute: 1e-5)
  }
}

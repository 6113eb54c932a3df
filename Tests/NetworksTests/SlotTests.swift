import Kernels
import Testing

@testable import Networks

/// Free phases that end sample by sample.
@Suite struct SlotTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var network: Int
    var order: RelaxationSettings.Order
    var kind = MachineSettings.Kind.hopfield
    var factor: Float = 1
    var testDescription: String { "network \(network), \(order), \(kind), factor \(factor)" }

    var settings: RelaxationSettings {
      var settings = RelaxationSettings(order: order, free: .init(sweeps: 40, tolerance: 3e-3))
      settings.machine = MachineSettings(kind)
      settings.overRelaxation = factor
      return settings
    }
  }

  static let cases: [Case] =
    Networks.all.indices.flatMap { network in RelaxationSettings.Order.allCases.map { Case(network: network, order: $0) } }
    + [0, 4, 12].flatMap { network in
      [Case(network: network, order: .sequential, factor: 1.4), Case(network: network, order: .checkerboard, kind: .conjugate)]
    }

  private static let samples = 19

  /// Images of different strengths, which settle at different times.
  private func images(of layout: NetworkLayout) -> [Float] {
    Networks.images(Self.samples, of: layout).enumerated().map { index, pixel in
      pixel * [0.02, 0.3, 1, 3][index / layout.input.spins % 4]
    }
  }

  /// What became of every sample, in order.
  private func results(_ test: Case, slots: Int) throws -> [SlotRelaxation.Settled] {
    let network = try Networks.network(Networks.all[test.network], capacity: slots)
    let images = images(of: network.layout)
    let size = network.layout.input.spins
    var results: [SlotRelaxation.Settled] = []
    try SlotRelaxation(test.settings, of: network, capacity: slots).run(count: Self.samples) {
      Array(images[$0.lowerBound * size..<$0.upperBound * size])
    } done: {
      results.append($0)
    }
    return results.sorted { $0.sample < $1.sample }
  }

  /// Any number of slots gives the bits of a sample that relaxes alone and stays where it settled.
  @Test(arguments: cases) func everySampleEndsAsIfAlone(_ test: Case) throws {
    let network = try Networks.network(Networks.all[test.network], capacity: 1)
    let images = images(of: network.layout)
    let relaxation = test.settings.relaxation(of: network)
    var alone: [SlotRelaxation.Settled] = []
    for sample in 0..<Self.samples {
      network.reset()
      network.clamp(images, first: sample, samples: 1)
      let report = try relaxation.run(network, samples: 1, nudge: nil, observe: nil)
      let prediction = network.prediction(sample: 0)
      alone.append(
        .init(
          sample: sample, sweeps: report.sweeps, change: report.change, prediction: prediction,
          residual: try relaxation.residuals(of: network, samples: 1)[0]))
    }
    for slots in [1, 4, 8, 16] {
      let found = try results(test, slots: slots)
      #expect(found.map(\.sample) == Array(0..<Self.samples))
      for (one, other) in zip(found, alone) {
        #expect(one.sweeps == other.sweeps && one.change == other.change, "\(slots) slots, sample \(one.sample)")
        #expect(one.prediction.map(\.bitPattern) == other.prediction.map(\.bitPattern), "\(slots) slots, sample \(one.sample)")
        #expect(one.residual == other.residual, "\(slots) slots, sample \(one.sample)")
      }
    }
  }

  /// Samples that settled all at once would prove nothing.
  @Test func samplesSettleAtDifferentTimes() throws {
    let sweeps = try Self.cases.map { Set(try results($0, slots: 8).map(\.sweeps)).count }
    #expect(sweeps.count { $0 > 1 } > 2 * sweeps.count / 3 && sweeps.contains { $0 > 3 }, "\(sweeps)")
  }

  @Test func onlyWhereAToleranceEndsPhases() throws {
    let network = try Networks.network(Networks.chain(), capacity: 1)
    var settings = RelaxationSettings()
    #expect(settings.settlesBySample(in: network))
    settings.free.tolerance = 0
    #expect(!settings.settlesBySample(in: network))
    settings = RelaxationSettings(machine: MachineSettings(.langevin))
    #expect(!settings.settlesBySample(in: network))
  }

  @Test func overRelaxationIsOfTheNetworksOwnRule() throws {
    let layout = try NetworkLayout(Networks.chain())
    var settings = RelaxationSettings(machine: MachineSettings(.conjugate))
    settings.overRelaxation = 1.5
    #expect(throws: NetworkError.self) { try settings.check(layout, cost: .squaredError) }
    settings.machine = MachineSettings()
    try settings.check(layout, cost: .squaredError)
  }
}

import Kernels
import Networks

/// The free phases of all micro-shards that a rank has in a step, sample by sample: a sample that has settled leaves its slot to the
/// next one, whichever micro-shard that belongs to, and its states wait here for the nudged phases of its own.
///
/// What a free phase comes to depends on the sample alone, so that neither ranks nor micro-shards show in it.
final class FreePhases {
  private let network: HopfieldNetwork
  private let relaxation: SlotRelaxation
  private let cost: Cost
  /// The states of a step's samples, in order, and where each micro-shard begins.
  private var states: [SpinPlanes] = []
  private var results: [SlotRelaxation.Settled?] = []
  private var first: [Int: Int] = [:]

  init(_ settings: RelaxationSettings, of network: HopfieldNetwork, shard: Int) {
    self.network = network
    relaxation = SlotRelaxation(settings, of: network, capacity: shard)
    cost = network.cost
  }

  /// Whether a free phase of this micro-shard waits for its nudged ones.
  func holds(_ shard: Int) -> Bool { first[shard] != nil }

  /// Relaxes the samples of some micro-shards; those of the last call are forgotten.
  func relax(_ shards: [MicroShard]) throws {
    let count = shards.reduce(0) { $0 + $1.labels.count }
    if states.first?.capacity ?? 0 < count {
      states = network.spins.map { SpinPlanes(shape: $0.shape, capacity: count) }
    }
    results = Array(repeating: nil, count: count)
    first = [:]
    var places: [(shard: Int, sample: Int)] = []
    for (number, shard) in shards.enumerated() {
      first[shard.index] = places.count
      places += (0..<shard.labels.count).map { (number, $0) }
    }
    let size = network.layout.input.spins
    try relaxation.run(count: count, measures: shards.contains { $0.measuresResiduals }) { samples in
      samples.flatMap { shards[places[$0].shard].pixels[places[$0].sample * size..<(places[$0].sample + 1) * size] }
    } keep: { sample, slot in
      for (state, planes) in zip(states, network.spins) {
        let stride = planes.shape.stride
        state.buffer.copy(from: planes.buffer, at: slot * stride, to: sample * stride, count: stride)
      }
    } done: { settled in
      results[settled.sample] = settled
    }
  }

  /// Gives the network the states in which the samples of a micro-shard have settled, and says what they came to.
  func restore(_ shard: MicroShard, report: inout ShardReport) throws {
    guard let first = first.removeValue(forKey: shard.index) else { preconditionFailure("no free phase of this micro-shard") }
    network.clamp(shard.pixels, samples: shard.labels.count)
    for (state, planes) in zip(states, network.spins) {
      let stride = planes.shape.stride
      planes.buffer.copy(from: state.buffer, at: first * stride, to: 0, count: shard.labels.count * stride)
    }
    network.spinsChanged()
    let settled = results[first..<first + shard.labels.count].compactMap { $0 }
    for (sample, label) in zip(settled, shard.labels) {
      report.note(sample.prediction, label: label, cost: cost)
    }
    let sweeps = settled.reduce(0) { $0 + $1.sweeps }
    report.free = RelaxationReport(
      sweeps: settled.map(\.sweeps).max() ?? 0, change: settled.map(\.change).max() ?? 0)
    report.meanSweeps = Double(sweeps) / Double(max(1, settled.count))
    if shard.measuresResiduals { report.residuals = settled.map(\.residual) }
  }
}

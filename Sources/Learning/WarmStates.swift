import Kernels
import MPI
import Networks
import Parallel

/// The free states that the micro-shards of one rank ended with, from which their next free phases start.
///
/// On a strip they hold its neighbours' rows as the strip did. In a checkpoint they are the planes of the whole network, zeros
/// around them included, micro-shard by micro-shard: the grid does not show.
final class WarmStates {
  private let samples: Int
  private let shards: Range<Int>
  private let network: HopfieldNetwork
  /// By shard, by layer.
  private let states: [[SpinPlanes]]

  init(network: HopfieldNetwork, samples: Int, shards: Range<Int>) {
    self.samples = samples
    self.shards = shards
    self.network = network
    states = shards.map { _ in network.spins.map { SpinPlanes(shape: $0.shape, capacity: samples) } }
  }

  func keep(_ shard: Int) {
    for (state, planes) in zip(states[shard - shards.lowerBound], network.spins) {
      state.buffer.copy(from: planes.buffer, count: state.buffer.count)
    }
  }

  func restore(_ shard: Int) {
    for (state, planes) in zip(states[shard - shards.lowerBound], network.spins) {
      planes.buffer.copy(from: state.buffer, count: state.buffer.count)
    }
    network.spinsChanged()
  }

  /// The planes of one layer (1 … N) of all micro-shards, on world rank 0. Collective.
  func gathered(layer: Int, over grid: ProcessGrid) throws -> [Float] {
    let whole = network.layout.shape(layer)
    let strip = network.strip
    let counted = strip.countedRows(layer)
    let own = counted.lowerBound - strip.ownedRows(layer).lowerBound
    let rows = SpinPlanes(shape: whole.strip(rows: counted.count), capacity: shards.count * samples)
    for (shard, state) in states.enumerated() {
      for sample in 0..<samples {
        state[layer - 1].copyRows(own..<own + counted.count, sample: sample, to: rows, sample: shard * samples + sample, at: 0)
      }
    }
    let parts = try grid.namingData("warm states") { try grid.world.gatherVarying(rows.buffer.elements, root: 0) }
    let places = try grid.namingData("warm states") {
      try grid.world.gather([shards.lowerBound, shards.count, grid.spin.rank], root: 0)
    }
    guard grid.world.rank == 0 else { return [] }
    var all: [Float] = Array(repeating: 0, count: total(places) * samples * whole.stride)
    for (rank, part) in parts.enumerated() {
      let (first, count, index) = (places[3 * rank], places[3 * rank + 1], places[3 * rank + 2])
      let counted = strip.partition.countedRows(layer, strip: index)
      let run = counted.count * whole.rowStride
      for sample in 0..<count * samples where run > 0 {
        let target = (first * samples + sample) * whole.stride + (counted.lowerBound + whole.rowsAbove) * whole.rowStride
        all.replaceSubrange(target..<target + run, with: part[sample * run..<(sample + 1) * run])
      }
    }
    return all
  }

  private func total(_ places: [Int]) -> Int {
    stride(from: 0, to: places.count, by: 3).map { places[$0] + places[$0 + 1] }.max() ?? 0
  }

  /// Takes this rank's part of what `gathered` gave.
  func assign(_ elements: [Float], layer: Int) {
    let whole = network.layout.shape(layer)
    let strip = network.strip
    let held = strip.heldRows(layer)
    let first = strip.ownedRows(layer).lowerBound
    let planes = SpinPlanes(shape: whole, capacity: 1)
    for (shard, state) in zip(shards, states) {
      for sample in 0..<samples {
        let start = (shard * samples + sample) * whole.stride
        planes.buffer.assign(Array(elements[start..<start + whole.stride]))
        planes.copyRows(held, sample: 0, to: state[layer - 1], sample: sample, at: held.lowerBound - first)
      }
    }
  }
}

extension PlaneShape {
  /// Some rows of the plane, with nothing above and below.
  fileprivate func strip(rows: Int) -> PlaneShape {
    PlaneShape(channels: channels, rows: rows, columns: columns, halo: halo, rowsAbove: 0, rowsBelow: 0)
  }
}

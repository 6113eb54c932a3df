import Hopfield
import Kernels

/// The free states that the micro-shards of one rank ended with, from which their next free phases start.
final class WarmStates {
  private let samples: Int
  private let shards: Range<Int>
  /// By shard, by layer.
  private let states: [[AlignedBuffer<Float>]]

  init(network: HopfieldNetwork, samples: Int, shards: Range<Int>) {
    self.samples = samples
    self.shards = shards
    states = shards.map { _ in network.spins.map { AlignedBuffer(count: samples * $0.shape.stride) } }
  }

  func keep(_ shard: Int, of network: HopfieldNetwork) {
    for (state, planes) in zip(states[shard - shards.lowerBound], network.spins) {
      state.copy(from: planes.buffer, count: state.count)
    }
  }

  func restore(_ shard: Int, to network: HopfieldNetwork) {
    for (state, planes) in zip(states[shard - shards.lowerBound], network.spins) {
      planes.buffer.copy(from: state, count: state.count)
    }
    network.spinsChanged()
  }

  /// One layer's states of all shards of this rank, as they lie.
  func elements(layer: Int) -> [Float] { states.flatMap { $0[layer].elements } }

  /// Takes what `elements` of all ranks gave, one after the other.
  func assign(_ elements: [Float], layer: Int) {
    for (index, shard) in shards.enumerated() {
      let size = states[index][layer].count
      states[index][layer].assign(Array(elements[shard * size..<(shard + 1) * size]))
    }
  }
}

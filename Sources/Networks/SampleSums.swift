import Kernels

/// Sums over the spins of each layer, sample by sample: how far they have moved or have still to go, and their size.
///
/// They are kept piece by piece, so that the bits depend neither on the strips nor on the other samples.
final class SampleSums {
  private let values: AlignedBuffer<Double>
  private let layers: Int
  private let pieces: Int

  init(_ network: HopfieldNetwork, capacity: Int) {
    layers = network.layout.layers.count
    pieces = network.strip.partition.pieces
    values = AlignedBuffer(count: 2 * capacity * layers * pieces)
  }

  func clear() { values.clear() }

  func note(_ change: SpinChange, sample: Int, layer: Int, piece: Int) {
    let place = 2 * ((sample * layers + layer) * pieces + piece)
    values[place] = change.moved
    values[place + 1] = change.size
  }

  /// Adds up what the strips of a network have noted, on all of them. Collective.
  func share(among network: HopfieldNetwork) throws {
    guard let boundary = network.boundary else { return }
    try network.times.measure(.reduce) { try boundary.sum(values) }
  }

  /// `mean over layers of ‖Δs‖ / max(‖s‖, 1e-6)` of a sample; `layers` are counted from 0.
  func relative(sample: Int, layers counted: Range<Int>) -> Double {
    var mean = 0.0
    for layer in counted {
      var sum = SpinChange(moved: 0, size: 0)
      for piece in 0..<pieces {
        let place = 2 * ((sample * layers + layer) * pieces + piece)
        sum.moved += values[place]
        sum.size += values[place + 1]
      }
      mean += sum.relative
    }
    return mean / Double(counted.count)
  }
}

import Foundation
import Networks

/// The states of a network after every sweep of a free phase.
struct RelaxationFilm {
  struct Frame {
    /// A layer's states, channel planes one after the other.
    var states: [[Float]]
    /// What the cost sees, one number a class.
    var output: [Float]
    var energy: Double
    /// Mean over layers of `‖Δs‖ / max(‖s‖, 1e-6)`.
    var change: Double
  }

  let image: Int
  let label: Int
  private(set) var frames: [Frame] = []

  init(image: Int, label: Int) {
    self.image = image
    self.label = label
  }

  mutating func append(states: [[Float]], output: [Float], energy: Double, before: [[Float]]) {
    let changes = zip(states, before).map { now, then in
      let moved = now.indices.reduce(0.0) { sum, index in
        let change = Double(now[index]) - Double(then.isEmpty ? 0 : then[index])
        return sum + change * change
      }
      let size = now.reduce(0.0) { $0 + Double($1) * Double($1) }
      return moved.squareRoot() / max(size.squareRoot(), 1e-6)
    }
    let change = changes.reduce(0, +) / Double(max(changes.count, 1))
    frames.append(Frame(states: states, output: output, energy: energy, change: change))
  }

  /// More frames would make a large page.
  private static let mostFrames = 60

  /// The sweeps that have pictures: all of a short film; of a long one the first, in which most happens, then further and further apart, and
  /// the last.
  var shownSweeps: [Int] {
    guard frames.count > Self.mostFrames else { return Array(1..<frames.count + 1) }
    let first = Self.mostFrames / 2
    let ratio = Double(frames.count) / Double(first)
    let rest = (1...Self.mostFrames - first).map { step in
      Int((Double(first) * pow(ratio, Double(step) / Double(Self.mostFrames - first))).rounded())
    }
    return Array(1...first)
      + rest.reduce(into: []) { sweeps, sweep in
        if sweep > (sweeps.last ?? first) { sweeps.append(sweep) }
      }
  }

  /// The channels of a layer that vary most over the plane in the end, which show most.
  func telling(layer: Int, shape: (channels: Int, pixels: Int), count: Int) -> [Int] {
    guard let states = frames.last?.states[layer] else { return [] }
    let variances = (0..<shape.channels).map { channel in
      let plane = states[channel * shape.pixels..<(channel + 1) * shape.pixels]
      let mean = plane.reduce(0, +) / Float(shape.pixels)
      return plane.reduce(Float(0)) { $0 + ($1 - mean) * ($1 - mean) }
    }
    return Array(variances.indices.sorted { variances[$0] > variances[$1] }.prefix(count))
  }

  /// The states of a layer after a sweep: six of its channels, or all spins of a layer without rows as one near-square.
  func picture(layer: Int, shape: (channels: Int, rows: Int, columns: Int), sweep: Int) -> Picture {
    let states = frames[sweep - 1].states[layer]
    let greatest = max(frames[frames.count - 1].states[layer].reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
    let isSigned = frames.contains { frame in frame.states[layer].contains { $0 < 0 } }
    let colour = isSigned ? Shading.diverging : Shading.sequential
    guard shape.rows * shape.columns > 1 else {
      let columns = max(1, Int(Double(shape.channels).squareRoot().rounded(.up)))
      let rows = (shape.channels + columns - 1) / columns
      return Shading.plane(states[...], rows: rows, columns: columns, scale: greatest, by: colour)
    }
    let pixels = shape.rows * shape.columns
    let channels = telling(layer: layer, shape: (shape.channels, pixels), count: 6)
    return .tiled(
      channels.map { channel in
        Shading.plane(
          states[channel * pixels..<(channel + 1) * pixels], rows: shape.rows, columns: shape.columns, scale: greatest, by: colour
        )
      }, columns: 3)
  }
}

import Kernels
import Networks

/// Hidden channels that no image of an epoch moves, and what brings them back.
///
/// A channel whose spins are at an end of their range in every image, and stay there while nudged, has a gradient of exactly zero: so it is
/// found, whatever the rule of learning, in the gradient of its biases, which all ranks have. At the end of such an epoch the weights and the
/// bias that drive it are drawn anew, and their moments are zero; what the channel sends on is left as it is.
public final class SilentChannels {
  /// Of its tensors in a checkpoint: `moved.<layer>`, 1 for a channel that has moved in the present epoch.
  public static let prefix = "moved."

  private let layout: NetworkLayout
  private let seed: UInt64
  /// By hidden layer and channel.
  private var moved: [[Bool]]

  /// - Parameter seed: from which fresh weights are drawn.
  public init(_ layout: NetworkLayout, seed: UInt64) {
    self.layout = layout
    self.seed = seed
    moved = layout.layers.dropLast().map { Array(repeating: false, count: $0.shape.channels) }
  }

  /// Notes the gradient of a mini-batch.
  func note(_ gradient: AlignedBuffer<Float>) {
    for layer in moved.indices {
      let bias = layout.layers[layer].bias
      for channel in moved[layer].indices where gradient[bias.position(channel)] != 0 { moved[layer][channel] = true }
    }
  }

  /// Draws fresh weights for the channels that have not moved, and begins the next epoch.
  ///
  /// - Parameters:
  ///   - copies: of the parameters, which take the fresh ones too.
  ///   - epoch: the number of epochs that have ended, which the fresh weights are a function of.
  /// - Returns: the number of channels.
  func revive(
    _ parameters: AlignedBuffer<Float>, copies: [AlignedBuffer<Float>], moments: [AlignedBuffer<Float>], epoch: Int
  ) -> Int {
    let silent = moved.map { layer in layer.indices.filter { !layer[$0] } }
    let count = silent.reduce(0) { $0 + $1.count }
    if count > 0 {
      let fresh = layout.initialParameters(seed: seed &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(epoch))
      for (layer, channels) in silent.enumerated() {
        let driving = layout.edges.filter { $0.post == layer + 1 }.map(\.weight) + [layout.layers[layer].bias]
        for block in driving {
          let perChannel = block.shape.dropFirst().reduce(1, *)
          for element in channels.flatMap({ $0 * perChannel..<($0 + 1) * perChannel }) {
            let position = block.position(element)
            for buffer in [parameters] + copies { buffer[position] = fresh[position] }
            for moment in moments { moment[position] = 0 }
          }
        }
      }
    }
    for layer in moved.indices { for channel in moved[layer].indices { moved[layer][channel] = false } }
    return count
  }

  var tensors: [String: TrainingState.Values] {
    Dictionary(
      uniqueKeysWithValues: moved.enumerated().map { layer, channels in
        (
          Self.prefix + layout.layers[layer].name,
          TrainingState.Values(shape: [channels.count], values: channels.map { $0 ? 1 : 0 })
        )
      })
  }

  /// Takes back what `tensors` gave. In a state that has none, of a training without this, every channel counts as moved in the present
  /// epoch.
  ///
  /// - Throws: `NetworkError` that names a tensor of another size.
  func restore(_ tensors: [String: TrainingState.Values]) throws {
    for layer in moved.indices {
      let name = Self.prefix + layout.layers[layer].name
      guard let tensor = tensors[name] else {
        moved[layer] = moved[layer].map { _ in true }
        continue
      }
      guard tensor.values.count == moved[layer].count else {
        throw NetworkError("tensor \(name) has \(tensor.values.count) numbers; this network expects \(moved[layer].count)")
      }
      moved[layer] = tensor.values.map { $0 != 0 }
    }
  }
}

import Kernels

/// What a layered Hopfield network looks like, before any memory is taken for it.
///
/// Layer 0 is the clamped input and is not listed. Every listed layer receives at least one edge; the last layer is the output.
public struct NetworkDescription: Equatable, Sendable {
  /// Channels, rows and columns of the clamped input.
  public var input: ImageShape
  /// From the first hidden layer to the output.
  public var layers: [LayerDescription]
  /// Which energy, and so which dynamics, the layers have.
  public var energy: NetworkEnergy
  /// γ of the graded energy, see `HopfieldNetwork`: how strongly a layer acts on the layer below it, as a share of how strongly that
  /// one drives it. One number for all layers, or one a layer, of which the first counts for nothing: below it is the clamped input.
  public var feedback: [Float]

  /// Unchecked; `NetworkLayout` refuses what cannot be.
  public init(input: ImageShape, layers: [LayerDescription], energy: NetworkEnergy = .hopfield, feedback: [Float] = [1]) {
    self.input = input
    self.layers = layers
    self.energy = energy
    self.feedback = feedback
  }

  /// The name by which edges refer to the clamped input.
  public static let inputName = "input"
}

/// What the spins of a network settle in.
public enum NetworkEnergy: String, CaseIterable, Sendable {
  /// Coupled layers: `Σ ∫σ⁻¹(s) − Φ`, see `HopfieldNetwork`.
  case hopfield
  /// Layers that predict the next: `½ Σ ‖h − f(h)‖²`, see `PredictiveNetwork`.
  case predictive
}

/// One population of spins and the edges that drive it from below.
public struct LayerDescription: Equatable, Sendable {
  /// Unique in the network; tensors of checkpoints are named after it.
  public var name: String
  /// Channels of the layer's plane; classes, on the output layer.
  public var channels: Int
  /// Ignored on the output layer, which is linear.
  public var activation: Activation
  /// What drives the layer from below, at least one edge.
  public var edges: [EdgeDescription]

  /// A layer that `edges` drive, with `σ(z) = min(max(z, 0), 1)` unless given.
  public init(name: String, channels: Int, activation: Activation = .clamp, edges: [EdgeDescription]) {
    self.name = name
    self.channels = channels
    self.activation = activation
    self.edges = edges
  }
}

/// A coupling between an earlier layer and the layer that lists it: `⟨s_post, P(w ⋆ s_pre)⟩`.
public struct EdgeDescription: Equatable, Sendable {
  /// Whether weights are shared over positions, or connect all spins to all.
  public enum Kind: String, CaseIterable, Sendable { case convolution, dense }
  /// What is done with the drives of a window.
  public enum Pooling: String, CaseIterable, Sendable { case none, max, average }

  /// The name of the layer that the edge comes from.
  public var from: String
  /// Whether its weights are shared over positions.
  public var kind: Kind
  /// Side of the square kernel; unused by dense edges, as are `stride`, `padding` and pooling.
  public var kernel: Int
  /// Pre pixels from one output of the convolution to the next.
  public var stride: Int
  /// Pixels of zeros beside the pre plane, on either side.
  public var padding: Int
  /// What is done with the outputs of each window.
  public var pooling: Pooling
  /// Side of the pooling window, which is also its stride.
  public var window: Int
  /// Weights start uniform in ±gain/√fan-in.
  public var gain: Float
  /// Learning rate of this edge's weights; `nil` takes the optimiser's. The layer's bias takes that of its first edge.
  public var learningRate: Float?

  /// A 3×3 convolution without padding or pooling, unless arguments say otherwise.
  public init(
    from: String, kind: Kind, kernel: Int = 3, stride: Int = 1, padding: Int = 0,
    pooling: Pooling = .none, window: Int = 2, gain: Float = 0.5, learningRate: Float? = nil
  ) {
    self.from = from
    self.kind = kind
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.pooling = pooling
    self.window = window
    self.gain = gain
    self.learningRate = learningRate
  }
}

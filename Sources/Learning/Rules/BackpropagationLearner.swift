import Host
import Kernels
import Networks

/// The feed-forward network of the same layers that learns by back-propagation: the reference column beside every other rule.
public final class BackpropagationLearner: TrainableNetwork, Classifier {
  /// The network that goes forward and back.
  public let network: FeedForwardNetwork
  private let scale: AlignedBuffer<Float>

  /// - Parameter capacity: samples that go forward together.
  /// - Throws: `NetworkError` where their states cannot be addressed.
  public init(
    _ layout: NetworkLayout, parameters: AlignedBuffer<Float>, cost: Cost, capacity: Int, times: Profile = Profile()
  ) throws {
    try layout.checkCapacity(capacity)
    network = FeedForwardNetwork(layout: layout, parameters: parameters, cost: cost, capacity: capacity, times: times)
    scale = AlignedBuffer(count: capacity)
  }

  public var parameterLayout: any ParameterLayout { network.layout }
  public var parameters: AlignedBuffer<Float> { network.parameters }
  public func parametersChanged() { network.parametersChanged() }

  public func addGradient(of shard: MicroShard, into gradients: [AlignedBuffer<Float>]) throws -> ShardReport {
    let result = try classify(shard.pixels, labels: shard.labels, first: shard.firstSample)
    scale.fill(1 / Float(shard.batch))
    network.addGradient(labels: shard.labels, scale: scale, into: gradients[0])
    return ShardReport(result, labels: shard.labels, cost: network.cost)
  }

  public func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification {
    network.clamp(pixels, samples: labels.count)
    network.forward(samples: labels.count)
    return network.classification(labels: labels)
  }

  public var outline: String { network.layout.counted("feed-forward layer") }
  public var stateMemory: (states: Int, fields: Int) { network.memory }
  public var sweeps: Int { 0 }
}

extension FeedForwardNetwork {
  /// What the samples that have gone forward are taken for, in one sweep each.
  func classification(labels: ArraySlice<Int>) -> Classification {
    var result = Classification(sweeps: labels.count)
    for (sample, label) in labels.enumerated() {
      result.append(prediction(sample: sample), label: label, cost: cost)
    }
    return result
  }
}

extension ShardReport {
  /// Of samples that were classified.
  init(_ result: Classification, labels: ArraySlice<Int>, cost: Cost) {
    self.init()
    for (output, label) in zip(result.outputs, labels) { note(output, label: label, cost: cost) }
    free.sweeps = labels.isEmpty ? 0 : result.sweeps / labels.count
  }
}

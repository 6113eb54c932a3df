import Files
import Kernels
import Networks

/// One micro-shard of a mini-batch: what one rank relaxes at a time.
public struct MicroShard {
  /// The images, one after the other, rows × columns × channels; what is behind the last one is no part of them.
  public var pixels: [Float]
  /// One an image.
  public var labels: ArraySlice<Int>
  /// Its place in the mini-batch.
  public var index: Int
  /// Samples of the whole mini-batch, by which the gradient is divided.
  public var batch: Int
  /// Updates made so far. Noise is counted by it and by the sample's place in the mini-batch.
  public var step: Int
  /// Of β, for the random-sign estimator.
  public var sign: Float
  /// Whether the residuals of free phases are wanted, which take the time of about one sweep.
  public var measuresResiduals: Bool

  /// - Parameters:
  ///   - pixels: of all samples, one after the other, as the network's input lies.
  ///   - index: the micro-shard's number in its mini-batch.
  ///   - batch: samples of the whole mini-batch, by which gradients are divided.
  ///   - step: updates made before.
  public init(
    pixels: [Float], labels: ArraySlice<Int>, index: Int, batch: Int, step: Int, sign: Float = 1, measuresResiduals: Bool = false
  ) {
    self.pixels = pixels
    self.labels = labels
    self.index = index
    self.batch = batch
    self.step = step
    self.sign = sign
    self.measuresResiduals = measuresResiduals
  }

  /// The place of its first sample in the mini-batch.
  public var firstSample: Int { index * labels.count }
}

/// What a `Trainer` trains: parameters, and the gradient of the loss over a micro-shard.
///
/// A gradient depends on the parameters, the micro-shard and nothing else, so that a training has the same bits on any grid.
public protocol TrainableNetwork: AnyObject {
  /// The blocks of the parameters, by name and place.
  var parameterLayout: any ParameterLayout { get }
  /// Weights and biases, as `parameterLayout` places them. `parametersChanged()` follows every write.
  var parameters: AlignedBuffer<Float> { get }
  /// Takes the parameters as they are now; follows every write to `parameters`.
  func parametersChanged()

  /// Whether it begins with all micro-shards of a step at once, by `begin`.
  var beginsTogether: Bool { get }
  /// Begins with the micro-shards that this rank has in a step. `addGradient` of each follows.
  ///
  /// - Throws: the failure of an exchange between ranks; nothing on one rank.
  func begin(_ shards: [MicroShard]) throws
  /// Where every update is written, if that is a device's memory of few bits.
  var parameterMemory: ParameterMemory? { get }

  /// Adds the gradient of the samples' loss, divided by `shard.batch`.
  ///
  /// - Parameter gradients: one buffer for each subtree of this rank's part of the network, one for a whole network.
  /// - Returns: sums over the samples; one metric for each of `metricNames`.
  /// - Throws: the failure of an exchange between ranks; nothing on one rank.
  func addGradient(of shard: MicroShard, into gradients: [AlignedBuffer<Float>]) throws -> ShardReport

  /// What it counts besides loss and accuracy: columns of `metrics.csv`.
  var metricNames: [String] { get }
  /// Numbers of its own that are summed over a mini-batch, as the gradient is.
  var sumCount: Int { get }
  /// Whether `finish` is wanted: then every rank gets the whole gradient, and makes the whole update.
  var finishesGradients: Bool { get }
  /// Makes of the whole mini-batch's gradient what the optimiser follows, the same on every rank; where `finishesGradients` says so.
  ///
  /// - Parameter sums: those of its own.
  func finish(_ gradient: AlignedBuffer<Float>, sums: [Float])
  /// Whether a step tells how many samples had the right class.
  var measuresAccuracy: Bool { get }
  /// Whether its free phases have residuals.
  var relaxes: Bool { get }
  /// In words, for the log: "5 layers".
  var outline: String { get }
  /// Bytes of states, and of the fields that move them.
  var stateMemory: (states: Int, fields: Int) { get }

  /// By strip, the subtrees of the tree over pieces in which gradients are added up.
  var subtrees: [[Range<Int>]] { get }
  /// Whether this rank reports for its spin group.
  var isReporter: Bool { get }
  /// Messages and bytes that this rank has sent to other strips, and those that its partition predicts.
  var traffic: (sent: (messages: Int, bytes: Int), predicted: (messages: Int, bytes: Int)) { get }
  /// Sweeps so far.
  var sweeps: Int { get }
  /// How often a physical machine would relax for one sample: once a phase and read; 0 where nothing relaxes.
  var relaxationsPerSample: Int { get }

  /// What a training needs besides parameters and moments to go on to the same bits. Collective; complete on rank 0.
  ///
  /// - Throws: the failure of an exchange between ranks; nothing on one rank.
  func extraTensors() throws -> [String: Tensor]
  /// Takes back what `extraTensors` gave.
  ///
  /// - Throws: `NetworkError` that names the first tensor that does not fit.
  func restoreExtra(_ tensors: [String: Tensor]) throws
}

extension NetworkLayout {
  /// `1 layer`, `3 predictive layers`: how outlines count.
  func counted(_ kind: String) -> String { "\(layers.count) \(kind)\(layers.count == 1 ? "" : "s")" }
}

/// A whole network on every rank, without memory from one step to the next.
extension TrainableNetwork {
  public var parameterMemory: ParameterMemory? { nil }
  public var metricNames: [String] { [] }
  public var sumCount: Int { 0 }
  public var finishesGradients: Bool { false }
  public func finish(_ gradient: AlignedBuffer<Float>, sums: [Float]) {}
  public var measuresAccuracy: Bool { true }
  public var relaxes: Bool { false }
  public var beginsTogether: Bool { false }
  public func begin(_ shards: [MicroShard]) throws {}
  public var subtrees: [[Range<Int>]] { [[0..<1]] }
  public var isReporter: Bool { true }
  public var relaxationsPerSample: Int { 0 }
  public var traffic: (sent: (messages: Int, bytes: Int), predicted: (messages: Int, bytes: Int)) { ((0, 0), (0, 0)) }
  public func extraTensors() throws -> [String: Tensor] { [:] }
  public func restoreExtra(_ tensors: [String: Tensor]) throws {}
}

import Kernels
import Networks
import Parallel

/// What some images were taken for.
public struct Classification: Equatable, Sendable {
  /// One an image.
  public var losses: [Double]
  /// The class with the greatest output, one an image; of no meaning where there are no classes.
  public var predictions: [Int]
  /// What the network says of each image, one number a class.
  public var outputs: [[Float]] = []
  /// The right ones.
  public var labels: [Int] = []
  /// Of networks that relax, how far each image was from equilibrium.
  public var residuals: [Double] = []
  /// Sweeps that they took, added up over the images.
  public var sweeps: Int

  /// Results that were gathered elsewhere; none unless given.
  public init(losses: [Double] = [], predictions: [Int] = [], sweeps: Int = 0) {
    self.losses = losses
    self.predictions = predictions
    self.sweeps = sweeps
  }

  /// Notes a prediction, one number a class, of an image.
  public mutating func append(_ prediction: [Float], label: Int, cost: Cost) {
    losses.append(cost.value(prediction: prediction, label: label))
    labels.append(label)
    outputs.append(prediction)
    predictions.append(prediction.firstIndex(of: prediction.max() ?? 0) ?? -1)
  }

  /// Adds what became of further images.
  mutating func append(_ other: Classification) {
    losses += other.losses
    predictions += other.predictions
    outputs += other.outputs
    labels += other.labels
    residuals += other.residuals
    sweeps += other.sweeps
  }
}

/// A network that says what images show.
public protocol Classifier: AnyObject {
  /// To be called after parameters have changed.
  func parametersChanged()

  /// Whether each image ends by itself, and the next one takes its place.
  var endsImageByImage: Bool { get }

  /// Whether it says which class an image is of, so that there is an accuracy.
  var tellsClasses: Bool { get }
  /// ln Z by which losses were counted, of a network that has one.
  var partitionEstimates: [PartitionEstimate] { get }
  /// Is told which images come, before the first of them. Collective.
  ///
  /// - Throws: `TrainingError.setting` or `ProblemError` if a network that has an ln Z cannot tell it, `MPIError`.
  func prepare(for images: any TrainingImages, over grid: ProcessGrid?) throws

  /// Classifies images from scratch. Collective over the ranks that share the network.
  ///
  /// - Parameters:
  ///   - pixels: rows × columns × channels, image after image.
  ///   - labels: for the losses.
  ///   - first: the number of the first image, by which noise is counted.
  /// - Throws: the failure of an exchange between ranks; nothing on one rank.
  func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification

  /// Classifies any number of images from scratch, in order, up to `together` of them at the same time. Collective over the ranks
  /// that share the network.
  ///
  /// - Parameter progress: called with the number of images that are done.
  /// - Throws: what `source` throws, or the failure of an exchange between strips.
  func classify(_ source: ImageSource, together: Int, progress: (Int) -> Void) throws -> Classification
}

extension Classifier {
  public var endsImageByImage: Bool { false }
  public var tellsClasses: Bool { true }
  public var partitionEstimates: [PartitionEstimate] { [] }
  public func prepare(for images: any TrainingImages, over grid: ProcessGrid?) throws {}

  public func classify(_ source: ImageSource, together: Int, progress: (Int) -> Void) throws -> Classification {
    try classifyTogether(source, together: together, progress: progress)
  }

  /// Classifies images batch by batch; those of a batch begin and end together.
  func classifyTogether(_ source: ImageSource, together: Int, progress: (Int) -> Void) throws -> Classification {
    var result = Classification()
    for first in stride(from: source.images.lowerBound, to: source.images.upperBound, by: together) {
      let (pixels, labels) = try source.load(first..<min(first + together, source.images.upperBound))
      result.append(try classify(pixels, labels: labels, first: first))
      progress(result.predictions.count)
    }
    return result
  }
}

/// Free phases of a Hopfield network that start from scratch.
public final class HopfieldClassifier: Classifier {
  private let network: HopfieldNetwork
  private let relaxation: any NetworkRelaxation
  private var slots: (relaxation: SlotRelaxation, count: Int)?

  /// - Parameter seed: of the machine's noise, if there is any.
  public init(_ network: HopfieldNetwork, relaxation: RelaxationSettings, seed: UInt64 = 0) {
    self.network = network
    self.relaxation = relaxation.relaxation(of: network, seed: seed, stream: RandomStream.evaluation.rawValue)
  }

  public func parametersChanged() { network.parametersChanged() }
  public var endsImageByImage: Bool { relaxation.settings.settlesBySample(in: network) }

  public func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification {
    network.reset()
    network.clamp(pixels, samples: labels.count)
    relaxation.select(first)
    var result = Classification()
    result.sweeps = labels.count * (try relaxation.run(network, samples: labels.count, nudge: nil, observe: nil).sweeps)
    for (sample, label) in labels.enumerated() {
      result.append(network.prediction(sample: sample), label: label, cost: network.cost)
    }
    result.residuals = try relaxation.residuals(of: network, samples: labels.count)
    return result
  }

  /// Where a tolerance ends free phases, each image ends by itself, and `together` does not show in the result.
  ///
  /// - Throws: what `source` throws, or the failure of an exchange between strips.
  public func classify(_ source: ImageSource, together: Int, progress: (Int) -> Void) throws -> Classification {
    guard endsImageByImage else {
      return try classifyTogether(source, together: together, progress: progress)
    }
    let first = source.images.lowerBound
    var labels: [Int] = []
    var settled: [SlotRelaxation.Settled?] = Array(repeating: nil, count: source.images.count)
    var done = 0
    try slotRelaxation(together).run(count: source.images.count) { part in
      let loaded = try source.load(first + part.lowerBound..<first + part.upperBound)
      labels += loaded.labels
      return loaded.pixels
    } done: { sample in
      settled[sample.sample] = sample
      done += 1
      progress(done)
    }
    var result = Classification()
    for (sample, label) in zip(settled, labels) {
      guard let sample else { preconditionFailure("an image has not been classified") }
      result.append(sample.prediction, label: label, cost: network.cost)
      result.residuals.append(sample.residual)
      result.sweeps += sample.sweeps
    }
    return result
  }

  private func slotRelaxation(_ count: Int) -> SlotRelaxation {
    if let slots, slots.count == count { return slots.relaxation }
    let fresh = SlotRelaxation(relaxation.settings, of: network, capacity: count)
    slots = (fresh, count)
    return fresh
  }
}

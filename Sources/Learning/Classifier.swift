import Kernels
import Networks

/// What some images were taken for.
public struct Classification: Equatable, Sendable {
  /// One an image.
  public var losses: [Double]
  public var predictions: [Int]
  /// What the network says of each image, one number a class.
  public var outputs: [[Float]] = []
  /// Sweeps that it took.
  public var sweeps: Int

  public init(losses: [Double] = [], predictions: [Int] = [], sweeps: Int = 0) {
    self.losses = losses
    self.predictions = predictions
    self.sweeps = sweeps
  }

  /// Notes a prediction, one number a class, of an image.
  public mutating func append(_ prediction: [Float], label: Int, cost: Cost) {
    losses.append(cost.value(prediction: prediction, label: label))
    outputs.append(prediction)
    predictions.append(prediction.firstIndex(of: prediction.max() ?? 0) ?? -1)
  }
}

/// A network that says what images show.
public protocol Classifier: AnyObject {
  /// To be called after parameters have changed.
  func parametersChanged()

  /// Classifies images from scratch. Collective over the ranks that share the network.
  ///
  /// - Parameters:
  ///   - pixels: rows × columns × channels, image after image.
  ///   - labels: for the losses.
  ///   - first: the number of the first image, by which noise is counted.
  func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification
}

/// Free phases of a Hopfield network that start from scratch.
public final class HopfieldClassifier: Classifier {
  private let network: HopfieldNetwork
  private let relaxation: any NetworkRelaxation

  /// - Parameter seed: of the machine's noise, if there is any.
  public init(_ network: HopfieldNetwork, relaxation: RelaxationSettings, seed: UInt64 = 0) {
    self.network = network
    self.relaxation = relaxation.relaxation(of: network, seed: seed, stream: RandomStream.evaluation.rawValue)
  }

  public func parametersChanged() { network.parametersChanged() }

  public func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification {
    network.reset()
    network.clamp(pixels, samples: labels.count)
    relaxation.select(first)
    var result = Classification(
      sweeps: try relaxation.run(network, samples: labels.count, nudge: nil, observe: nil).sweeps)
    for (sample, label) in labels.enumerated() {
      result.append(network.prediction(sample: sample), label: label, cost: network.cost)
    }
    return result
  }
}

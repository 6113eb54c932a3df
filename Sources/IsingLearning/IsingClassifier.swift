import Learning
import Networks

/// What an Ising network takes images for: the class whose output spins are highest on average when it has relaxed freely.
public final class IsingClassifier: Classifier {
  private let network: IsingNetwork

  /// - Parameter network: one made for evaluation.
  public init(_ network: IsingNetwork) { self.network = network }

  public func parametersChanged() { network.parametersChanged() }

  public func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification {
    var result = Classification()
    try network.clamp(pixels, samples: labels.count)
    for (sample, label) in labels.enumerated() {
      try network.relaxFreely(sample: sample, number: first + sample)
      result.append(network.prediction(), label: label, cost: .squaredError)
    }
    result.sweeps = network.relaxation.sweepsPerPhase.free
    return result
  }
}

import Kernels
import Networks

/// Takes each image and its mirror image, left and right exchanged, for what a network says of both on average.
public final class MirroredClassifier: Classifier {
  private let classifier: any Classifier
  private let shape: ImageShape
  private let cost: Cost

  /// - Parameters:
  ///   - shape: of the images.
  ///   - cost: whose loss the average of both predictions has.
  public init(_ classifier: any Classifier, shape: ImageShape, cost: Cost) {
    self.classifier = classifier
    self.shape = shape
    self.cost = cost
  }

  public func parametersChanged() { classifier.parametersChanged() }

  /// Both classifications; their sweeps add up.
  public func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification {
    let straight = try classifier.classify(pixels, labels: labels, first: first)
    let mirrored = try classifier.classify(mirrored(pixels, images: labels.count), labels: labels, first: first)
    var result = Classification(sweeps: straight.sweeps + mirrored.sweeps)
    for (image, label) in labels.enumerated() {
      let mean = zip(straight.outputs[image], mirrored.outputs[image]).map { ($0 + $1) / 2 }
      result.append(mean, label: label, cost: cost)
    }
    return result
  }

  private func mirrored(_ pixels: [Float], images: Int) -> [Float] {
    let (columns, channels) = (shape.columns, shape.channels)
    var result = pixels
    for row in 0..<images * shape.rows {
      for column in 0..<columns {
        let (target, source) = ((row * columns + column) * channels, ((row + 1) * columns - 1 - column) * channels)
        for channel in 0..<channels { result[target + channel] = pixels[source + channel] }
      }
    }
    return result
  }
}

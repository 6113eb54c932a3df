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
  public var endsImageByImage: Bool { classifier.endsImageByImage }

  public func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification {
    mean(
      try classifier.classify(pixels, labels: labels, first: first),
      try classifier.classify(mirrored(pixels, images: labels.count), labels: labels, first: first))
  }

  public func classify(_ source: ImageSource, together: Int, progress: (Int) -> Void) throws -> Classification {
    mean(
      try classifier.classify(source, together: together) { progress($0 / 2) },
      try classifier.classify(source.changed(by: mirrored), together: together) { progress((source.images.count + $0) / 2) })
  }

  /// Of both classifications. Their sweeps add up; an image's residual is the larger one.
  private func mean(_ straight: Classification, _ mirrored: Classification) -> Classification {
    var result = Classification(sweeps: straight.sweeps + mirrored.sweeps)
    for (image, label) in straight.labels.enumerated() {
      let mean = zip(straight.outputs[image], mirrored.outputs[image]).map { ($0 + $1) / 2 }
      result.append(mean, label: label, cost: cost)
    }
    result.residuals = zip(straight.residuals, mirrored.residuals).map { max($0, $1) }
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

import Kernels
import Networks

/// Trains the convolutions that see the image as if its patches were white: of uncorrelated elements with variance 1.
///
/// Neighbouring pixels are alike, so that the gradient of such a convolution points mostly along sums of pixels, and differences are learned
/// slowly. Let M = LLᵀ be the second moments of the patches x that a kernel w sees. Those of L⁻¹x are the identity, and w·x = v·(L⁻¹x)
/// with v = wL. The optimiser moves v, along the gradient L⁻¹∂C/∂w, in place of w (LeCun, Bottou, Orr & Müller 1998, §4.3: transforming the
/// inputs). The network, its energy and its checkpoints are as without: they hold w. A decay of weights acts on v.
///
/// The moments are those of images of the first epoch, which every rank takes alike, so the bits do not depend on the ranks.
final class PatchWhitening {
  /// Images of the training set from which the moments are estimated, at most.
  private static let sampleSize = 512
  /// Of the mean variance; it is added to every variance, so that directions without any are not blown up.
  private static let ridge = 1e-3

  /// The weights of one convolution, and L by rows, the lower triangle.
  private let blocks: [(weight: ParameterBlock, factor: [Double])]
  private var row: [Double]

  /// - Throws: `TrainingError.setting` where no convolution sees the image.
  init(_ layout: NetworkLayout, images: any TrainingImages) throws {
    let edges = layout.edges.filter { $0.pre == 0 && $0.description.drivesImages }
    guard !edges.isEmpty else {
      throw TrainingError.setting(
        key: "learning.whitenPatches", reason: "is for networks with a convolution of the image; leave it out")
    }
    var pixels: [Float] = []
    var labels: [Int] = []
    let sample = images.order(epoch: 0).prefix(Self.sampleSize)
    images.load(sample, epoch: 0, into: &pixels, labels: &labels)
    blocks = edges.map { edge in
      let moments = Self.moments(of: pixels, images: sample.count, shape: layout.input, edge: edge)
      return (edge.weight, Self.factor(moments, size: edge.weight.shape.dropFirst().reduce(1, *)))
    }
    row = Array(repeating: 0, count: blocks.map { $0.weight.shape.dropFirst().reduce(1, *) }.max() ?? 0)
  }

  /// Turns weights into v, and their gradient into that of v.
  func whiten(_ parameters: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>) {
    for (weight, factor) in blocks {
      forEachRow(of: weight) { size, position in
        // v = wL.
        for j in 0..<size {
          row[j] = (j..<size).reduce(0) { $0 + Double(parameters[position($1)]) * factor[$1 * size + j] }
        }
        for j in 0..<size { parameters[position(j)] = Float(row[j]) }
        // L⁻¹g by forward substitution.
        for i in 0..<size {
          let known = (0..<i).reduce(0) { $0 + factor[i * size + $1] * row[$1] }
          row[i] = (Double(gradient[position(i)]) - known) / factor[i * size + i]
        }
        for i in 0..<size { gradient[position(i)] = Float(row[i]) }
      }
    }
  }

  /// Turns v back into weights.
  func restore(_ parameters: AlignedBuffer<Float>) {
    for (weight, factor) in blocks {
      forEachRow(of: weight) { size, position in
        // wL = v by backward substitution.
        for j in (0..<size).reversed() {
          let known = (j + 1..<size).reduce(0) { $0 + row[$1] * factor[$1 * size + j] }
          row[j] = (Double(parameters[position(j)]) - known) / factor[j * size + j]
        }
        for j in 0..<size { parameters[position(j)] = Float(row[j]) }
      }
    }
  }

  /// The weights of each output channel: how many, and where they lie.
  private func forEachRow(of weight: ParameterBlock, _ body: (_ size: Int, _ position: (Int) -> Int) -> Void) {
    let size = weight.shape.dropFirst().reduce(1, *)
    for post in 0..<weight.shape[0] { body(size) { weight.position(post * size + $0) } }
  }

  /// Mean products of the pixels of every patch that lies within the images, by rows: elements as in the weights, channels first.
  private static func moments(of pixels: [Float], images: Int, shape: PlaneShape, edge: NetworkLayout.Edge) -> [Double] {
    let (channels, rows, columns) = (shape.channels, shape.rows, shape.columns)
    let (kernelRows, kernelColumns) = (edge.kernelRows, edge.kernelColumns)
    let size = channels * kernelRows * kernelColumns
    var sums = [Double](repeating: 0, count: size * size)
    var patch = [Double](repeating: 0, count: size)
    var patches = 0
    for image in 0..<images {
      for top in stride(from: 0, through: rows - kernelRows, by: kernelRows) {
        for left in stride(from: 0, through: columns - kernelColumns, by: kernelColumns) {
          for element in 0..<size {
            let (channel, tap) = element.quotientAndRemainder(dividingBy: kernelRows * kernelColumns)
            let pixel = (image * rows + top + tap / kernelColumns) * columns + left + tap % kernelColumns
            patch[element] = Double(pixels[pixel * channels + channel])
          }
          for i in 0..<size { for j in 0...i { sums[i * size + j] += patch[i] * patch[j] } }
          patches += 1
        }
      }
    }
    return sums.map { $0 / Double(max(patches, 1)) }
  }

  /// L of M + ridge, by Cholesky's decomposition.
  private static func factor(_ moments: [Double], size: Int) -> [Double] {
    let trace = (0..<size).reduce(0) { $0 + moments[$1 * size + $1] }
    // Images without any contrast have no directions to tell apart.
    let added = trace > 0 ? ridge * trace / Double(size) : 1
    var factor = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for j in 0...i {
        let sum = (0..<j).reduce(moments[i * size + j]) { $0 - factor[i * size + $1] * factor[j * size + $1] }
        factor[i * size + j] = i == j ? (max(sum, 0) + added).squareRoot() : sum / factor[j * size + j]
      }
    }
    return factor
  }
}

import CKernels
import Foundation

/// The forward product of a 3×3 convolution under 2×2 max-pooling by Winograd's minimal filtering F(2×2, 3×3).
///
/// The output tiles are the pooling windows, so transform and pooling are one pass. 2.25 times fewer multiplications than the
/// direct convolution; rounding errors are about twice as large.
///
/// Source: Lavin & Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, section 4.1.
final class WinogradConvolution {
  private let shape: ConvolutionShape
  private let post: PlaneShape
  private let corners: AlignedBuffer<Int64>
  private let workspace: Workspace
  /// Sixteen packed matrices of pre × post channels.
  private let weights: AlignedBuffer<Float>
  /// Rows of the transformed patches, and of their products.
  private let patchRows: AlignedBuffer<Int64>
  private let productRows: AlignedBuffer<Int64>
  private let zero = AlignedBuffer<Int64>(count: 1)
  /// Windows that are transformed together.
  private let rowCapacity: Int

  private var pairs: Int { shape.pre.paddedChannels * post.paddedChannels }

  /// Whether the environment lets it be used: `EQUILIBRIA_WINOGRAD=0` turns it off, to compare.
  private static let isEnabled = ProcessInfo.processInfo.environment["EQUILIBRIA_WINOGRAD"] != "0"

  static func suits(_ shape: ConvolutionShape, window: Int) -> Bool {
    isEnabled && window == 2 && shape.kernelRows == 3 && shape.kernelColumns == 3 && shape.stride == 1
  }

  init(shape: ConvolutionShape, post: PlaneShape, corners: AlignedBuffer<Int64>, capacity: Int, workspace: Workspace) {
    self.shape = shape
    self.post = post
    self.corners = corners
    self.workspace = workspace
    weights = AlignedBuffer(count: 16 * shape.pre.paddedChannels * post.paddedChannels)
    // Enough windows at once to pay for reading the weights, few enough to stay in the second-level cache.
    let pixels = max(post.pixels, 1)
    rowCapacity = max(1, min(capacity, (48 + pixels - 1) / pixels)) * pixels
    let rows = rowCapacity
    patchRows = AlignedBuffer(count: rows)
    productRows = AlignedBuffer(count: rows)
    for row in 0..<rows {
      patchRows[row] = Int64(row * shape.pre.paddedChannels)
      productRows[row] = Int64(row * post.paddedChannels)
    }
  }

  /// `U = G g Gᵀ` of every pair of channels, packed.
  func load(_ flat: UnsafePointer<Float>) {
    let (pres, posts) = (shape.pre.paddedChannels, post.paddedChannels)
    let transformed = workspace.floats(16 * pairs)
    for post in 0..<posts {
      for pre in 0..<pres {
        let kernel = flat + post * 9 * pres + pre
        let target = transformed.base + pre * posts + post
        for column in 0..<3 { Self.expand(kernel + column * pres, stride: 3 * pres, target + column * pairs, stride: 4 * pairs) }
        for row in 0..<4 {
          let line = target + 4 * row * pairs
          // The three columns lie in the first three places; the last is written first, since it is the third.
          let (first, second, third) = (line[0], line[pairs], line[2 * pairs])
          line[3 * pairs] = third
          line[pairs] = (first + second + third) * 0.5
          line[2 * pairs] = (first - second + third) * 0.5
        }
      }
    }
    for index in 0..<16 {
      InstructionSet.current.kernels.pack(
        transformed.base + index * pairs, Int64(posts), Int64(pres), Int64(posts), weights.base + index * pairs)
    }
  }

  /// Three numbers to four by G.
  private static func expand(
    _ source: UnsafePointer<Float>, stride from: Int, _ target: UnsafeMutablePointer<Float>, stride to: Int
  ) {
    let (first, second, third) = (source[0], source[from], source[2 * from])
    target[0] = first
    target[to] = (first + second + third) * 0.5
    target[2 * to] = (first - second + third) * 0.5
    target[3 * to] = third
  }

  /// The drive of rows `rows` of the post plane; `argMax` begins with that of row `argMaxRow` and holds `argMaxStride` a sample.
  func drive(
    from pre: SpinPlanes, into drive: AlignedBuffer<Float>, argMax: AlignedBuffer<UInt8>, isPoolingFrozen: Bool, argMaxRow: Int,
    argMaxStride: Int, samples: Int, rows: Range<Int>, accumulate: Bool
  ) {
    let kernels = InstructionSet.current.kernels
    let (pres, posts) = (shape.pre.paddedChannels, post.paddedChannels)
    let scratch = workspace.floats(16 * rowCapacity * (pres + posts))
    let products = scratch.base + 16 * rowCapacity * pres
    let windows = rows.count * post.columns
    guard windows > 0 else { return }
    let chunk = max(1, rowCapacity / windows)
    let firstCorner = corners.base + rows.lowerBound * post.columns * 4
    let pooled = drive.base + rows.lowerBound * post.columns * posts
    let places = argMax.base + (rows.lowerBound - argMaxRow) * post.columns * posts
    // Where windows of all samples follow one another they are pooled in one pass.
    let isDense = windows == post.pixels && argMaxStride == post.fieldCount
    for first in stride(from: 0, to: samples, by: chunk) {
      let count = min(chunk, samples - first)
      let rows = count * windows
      kernels.winograd_input(
        pre.buffer.base + first * pre.shape.stride, firstCorner, 4, Int64(pre.shape.stride), Int64(pre.shape.rowStride),
        Int64(pres), Int64(windows), Int64(count), scratch.base)
      for index in 0..<16 {
        kernels.convolve(
          scratch.base + index * rows * pres, patchRows.base, 0, zero.base, 1, Int64(pres), weights.base + index * pairs,
          Int64(posts), products + index * rows * posts, productRows.base, 0, Int64(rows), 1, 0)
      }
      let passes = isDense ? 1 : count
      for pass in 0..<passes {
        kernels.winograd_pool(
          products + pass * windows * posts, Int64(rows * posts), Int64(rows / passes * posts),
          pooled + (first + pass) * post.fieldCount, places + (first + pass) * argMaxStride, accumulate ? 1 : 0,
          isPoolingFrozen ? 1 : 0)
      }
    }
  }
}

import CKernels

/// The top-down field of a 3×3 convolution with stride 1 under 2×2 max-pooling, window by window.
///
/// The four places of a window reach 4×4 pixels, which stay in registers while all its spins are added, sixteen pre channels at a
/// time. The weights of a block of post channels stay in the first-level cache from one window to the next.
final class WindowScatter {
  /// Post channels whose weights for sixteen pre channels fill a first-level cache.
  private static let block = 64
  private static let slice = 16

  private let shape: ConvolutionShape
  private let post: PlaneShape
  private let workspace: Workspace
  /// [slice of pre channels][post channel][tap][pre channel of the slice]
  private let weights: AlignedBuffer<Float>

  private var blocks: Int { post.paddedChannels.quotientRoundedUp(by: Self.block) }

  /// Whether it is faster than lists gathered by each pixel: where there are many windows or many weights. Strips do not change it.
  static func suits(_ shape: ConvolutionShape, window: Int) -> Bool {
    window == 2 && shape.kernelRows == 3 && shape.kernelColumns == 3 && shape.stride == 1
      && (shape.columns >= 8 || shape.postChannels >= 256)
  }

  init(shape: ConvolutionShape, post: PlaneShape, workspace: Workspace) {
    self.shape = shape
    self.post = post
    self.workspace = workspace
    weights = AlignedBuffer(count: shape.weightCount)
  }

  func load(_ flat: UnsafePointer<Float>) {
    var target = weights.base
    for first in stride(from: 0, to: shape.pre.paddedChannels, by: Self.slice) {
      for row in 0..<post.paddedChannels * shape.taps {
        target.update(from: flat + row * shape.pre.paddedChannels + first, count: Self.slice)
        target += Self.slice
      }
    }
  }

  /// The field on rows `rows` of the pre plane.
  ///
  /// - Parameters:
  ///   - windows: the rows of windows that reach them, counted from the post plane's first row.
  ///   - spinOffsets: where the spins of those windows lie; `argMax` points to their first places.
  func topDown(
    from spins: UnsafePointer<Float>, stride spinStride: Int, offsets spinOffsets: UnsafePointer<Int64>,
    argMax: UnsafePointer<UInt8>, argMaxStride: Int, windows: Range<Int>, into field: AlignedBuffer<Float>, samples: Int,
    rows: Range<Int>, accumulate: Bool
  ) {
    let kernels = InstructionSet.current.kernels
    let windowCount = windows.count * post.columns
    let lists = windowCount * blocks * 4
    let plane = (2 * windows.count + 2) * (2 * post.columns + 2) * Self.slice
    // Every slice of pre channels reads the lists again, so they should stay in the second-level cache: of each, about two lines of
    // values and two of offsets are read.
    let chunks = samples.quotientRoundedUp(by: max(1, min(samples, 262_144 / max(lists * 256, 1))))
    let chunk = samples.quotientRoundedUp(by: max(chunks, 1))
    let capacity = Self.block + Int(EQ_LIST_SLACK)
    let scratch = workspace.floats(chunk * (lists * capacity + plane))
    // The counts of all lists, then their offsets.
    let counts = workspace.counts(chunk * lists * (capacity + 1))
    let offsets = counts.base + chunk * lists
    for first in stride(from: 0, to: samples, by: max(chunk, 1)) {
      let count = min(chunk, samples - first)
      kernels.list_windows(
        spins + first * spinStride, spinOffsets, Int64(spinStride), argMax + first * argMaxStride, Int64(argMaxStride),
        Int64(post.paddedChannels), Int64(Self.block), Int64(windowCount), Int64(count), scratch.base, offsets, counts.base)
      kernels.scatter(
        scratch.base, offsets, counts.base, Int64(post.paddedChannels), Int64(Self.block), weights.base, Int64(windows.count),
        Int64(post.columns), Int64(count), scratch.base + chunk * lists * capacity,
        Int64(2 * windows.lowerBound - shape.topPadding - rows.lowerBound), Int64(shape.padding),
        field.base + first * shape.pre.fieldCount + rows.lowerBound * shape.pre.columns * shape.pre.paddedChannels,
        Int64(shape.pre.fieldCount), Int64(shape.pre.paddedChannels), Int64(rows.count), Int64(shape.pre.columns),
        accumulate ? 1 : 0)
    }
  }
}

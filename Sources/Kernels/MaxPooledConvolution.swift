import CKernels

/// A convolution of any kernel, stride and padding under max-pooling with windows that do not overlap.
///
/// Under max-pooling each post spin couples to one position of its window, the arg-max of the current `w ⋆ s_pre`. Top-down
/// field and gradient are therefore sums over that one position: `window²` times fewer operations than a dense transposed
/// convolution, and fewer still as spins at zero are left out.
public final class MaxPooledConvolution: Coupling {
  public let shape: ConvolutionShape
  public let window: Int
  public let post: PlaneShape
  public var weightCount: Int { shape.weightCount }
  /// Whether the drive is the convolution at the arg-max that is kept, instead of the greatest of a window and a new arg-max.
  public var holdsArgMax = false

  private let workspace: Workspace
  private let arrangement: WeightArrangement
  private let taps: AlignedBuffer<Int64>
  /// Corners of the kernel, and places in the convolution's output, in order of rows and columns.
  private let corners: AlignedBuffer<Int64>
  private let places: AlignedBuffer<Int64>
  /// Corners of the kernel by window and member.
  private let memberCorners: AlignedBuffer<Int64>
  private let windowStarts: AlignedBuffer<Int64>
  private let memberOffsets: AlignedBuffer<Int64>
  private let postOffsets: AlignedBuffer<Int64>
  private let reach: AlignedBuffer<Reach>
  private let reachStarts: AlignedBuffer<Int32>
  private let forwardWeights: AlignedBuffer<Float>
  private let weightsByTap: AlignedBuffer<Float>
  private let winograd: WinogradConvolution?
  private let argMax: AlignedBuffer<UInt8>
  /// Pre channels whose transposed weights lie together.
  private let slice: Int
  /// Samples whose convolution is pooled while it is still in the cache.
  private let chunk: Int

  private var members: Int { window * window }
  private var convolutionCount: Int { shape.rows * shape.columns * post.paddedChannels }

  /// - Parameters:
  ///   - window: the side of the pooling window, at most 15; it divides the convolution's rows and columns.
  ///   - capacity: samples that fit.
  public init(shape: ConvolutionShape, window: Int, post: PlaneShape, capacity: Int, workspace: Workspace) {
    precondition(window >= 1 && window <= 15 && shape.rows % window == 0 && shape.columns % window == 0)
    precondition(
      post.rows == shape.rows / window && post.columns == shape.columns / window && post.channels == shape.postChannels)
    precondition(capacity * shape.pre.stride < Int(Int32.max) && shape.weightCount < Int(Int32.max))
    self.shape = shape
    self.window = window
    self.post = post
    self.workspace = workspace
    arrangement = WeightArrangement(
      postChannels: shape.paddedPostChannels, taps: shape.taps, preChannels: shape.pre.paddedChannels)
    taps = shape.tapOffsets
    corners = shape.corners
    let channels = post.paddedChannels
    let pixels = shape.rows * shape.columns
    places = AlignedBuffer(count: pixels)
    for pixel in 0..<pixels { places[pixel] = Int64(pixel * channels) }
    windowStarts = AlignedBuffer(count: post.pixels)
    memberCorners = AlignedBuffer(count: post.pixels * window * window)
    postOffsets = AlignedBuffer(count: post.pixels)
    memberOffsets = AlignedBuffer(count: window * window)
    for row in 0..<window {
      for column in 0..<window { memberOffsets[row * window + column] = Int64((row * shape.columns + column) * channels) }
    }
    for row in 0..<post.rows {
      for column in 0..<post.columns {
        let index = row * post.columns + column
        windowStarts[index] = Int64((row * window * shape.columns + column * window) * channels)
        postOffsets[index] = Int64(post.offset(row: row, column: column))
        for member in 0..<window * window {
          memberCorners[index * window * window + member] = Int64(
            shape.corner(row: row * window + member / window, column: column * window + member % window))
        }
      }
    }
    slice = Self.slice(of: shape)
    (reach, reachStarts) = Self.reaches(of: shape, window: window, post: post, tapStride: channels * slice)
    forwardWeights = AlignedBuffer(count: WinogradConvolution.suits(shape, window: window) ? 0 : shape.weightCount)
    weightsByTap = AlignedBuffer(count: shape.weightCount)
    winograd =
      WinogradConvolution.suits(shape, window: window)
      ? WinogradConvolution(shape: shape, post: post, corners: memberCorners, capacity: capacity, workspace: workspace) : nil
    argMax = AlignedBuffer(count: capacity * post.fieldCount)
    // A register tile is twelve pixels: small planes go together, large ones stay in the second-level cache.
    chunk = max(1, min(capacity, max(256 / pixels, 65_536 / (pixels * channels))))
  }

  /// The widest slice of pre channels whose weights stay in a second-level cache of 1 MiB.
  private static func slice(of shape: ConvolutionShape) -> Int {
    let widths = [128, 64, 32, 16].filter { shape.pre.paddedChannels % $0 == 0 }
    return widths.first { shape.taps * shape.paddedPostChannels * $0 * MemoryLayout<Float>.size <= 700_000 } ?? widths.last!
  }

  /// For each pixel of the pre plane, the window members that a kernel's tap connects it to.
  private static func reaches(
    of shape: ConvolutionShape, window: Int, post: PlaneShape, tapStride: Int
  ) -> (AlignedBuffer<Reach>, AlignedBuffer<Int32>) {
    var reaches: [Reach] = []
    let starts = AlignedBuffer<Int32>(count: shape.pre.pixels + 1)
    for row in 0..<shape.pre.rows {
      for column in 0..<shape.pre.columns {
        starts[row * shape.pre.columns + column] = Int32(reaches.count)
        for tap in 0..<shape.taps {
          let down = row + shape.padding - tap / shape.kernelColumns
          let right = column + shape.padding - tap % shape.kernelColumns
          guard down >= 0, right >= 0, down % shape.stride == 0, right % shape.stride == 0 else { continue }
          let (outRow, outColumn) = (down / shape.stride, right / shape.stride)
          guard outRow < shape.rows, outColumn < shape.columns else { continue }
          let list = (outRow / window * post.columns + outColumn / window) * window * window
          let member = outRow % window * window + outColumn % window
          reaches.append(Reach(list: Int32(list + member), tap: Int32(tap * tapStride)))
        }
      }
    }
    starts[shape.pre.pixels] = Int32(reaches.count)
    let buffer = AlignedBuffer<Reach>(count: reaches.count)
    buffer.assign(reaches)
    return (buffer, starts)
  }

  public func load(_ parameters: AlignedBuffer<Float>, at offset: Int) {
    precondition(offset >= 0 && offset + weightCount <= parameters.count)
    let weights = UnsafePointer(parameters.base + offset)
    if let winograd {
      winograd.load(weights)
    } else {
      arrangement.packForward(weights, scratch: workspace.floats(weightCount), into: forwardWeights)
    }
    arrangeSlices(weights)
  }

  /// `weightsByTap` ← [slice][tap][post channel][pre channel of the slice].
  private func arrangeSlices(_ weights: UnsafePointer<Float>) {
    var target = weightsByTap.base
    for first in stride(from: 0, to: shape.pre.paddedChannels, by: slice) {
      for tap in 0..<shape.taps {
        for post in 0..<post.paddedChannels {
          target.update(from: weights + (post * shape.taps + tap) * shape.pre.paddedChannels + first, count: slice)
          target += slice
        }
      }
    }
  }

  public func drive(from pre: SpinPlanes, into drive: AlignedBuffer<Float>, samples: Int, accumulate: Bool) {
    precondition(pre.shape == shape.pre && samples <= pre.capacity && samples * post.fieldCount <= drive.count)
    precondition(samples * post.fieldCount <= argMax.count)
    if let winograd {
      winograd.drive(
        from: pre, into: drive, argMax: argMax, holdsArgMax: holdsArgMax, samples: samples, accumulate: accumulate)
      return
    }
    let kernels = InstructionSet.current.kernels
    let convolved = workspace.floats(chunk * convolutionCount)
    for first in stride(from: 0, to: samples, by: chunk) {
      let count = min(chunk, samples - first)
      kernels.convolve(
        pre.buffer.base + first * pre.shape.stride, corners.base, Int64(pre.shape.stride), taps.base, Int64(shape.taps),
        Int64(shape.pre.paddedChannels), forwardWeights.base, Int64(post.paddedChannels), convolved.base, places.base,
        Int64(convolutionCount), Int64(shape.rows * shape.columns), Int64(count), 0)
      kernels.pool_max(
        convolved.base, Int64(convolutionCount), windowStarts.base, memberOffsets.base, Int32(members),
        Int64(post.paddedChannels),
        Int64(post.pixels), Int64(count), drive.base + first * post.fieldCount, argMax.base + first * post.fieldCount,
        accumulate ? 1 : 0, holdsArgMax ? 1 : 0)
    }
  }

  public func topDown(from post: SpinPlanes, into field: AlignedBuffer<Float>, samples: Int, accumulate: Bool) {
    precondition(post.shape == self.post && samples <= post.capacity && samples * shape.pre.fieldCount <= field.count)
    let kernels = InstructionSet.current.kernels
    let lists = self.post.pixels * members
    // Where the weights are cut into slices, several samples read a slice while it is in the cache.
    let together = slice == shape.pre.paddedChannels ? 1 : min(samples, max(1, 262_144 / (lists * self.post.paddedChannels)))
    let entries = workspace.entries(together * lists * self.post.paddedChannels)
    let counts = workspace.counts(together * lists)
    for first in stride(from: 0, to: samples, by: together) {
      let count = min(together, samples - first)
      kernels.list_spins(
        post.buffer.base + first * post.shape.stride, postOffsets.base, Int64(post.shape.stride),
        argMax.base + first * self.post.fieldCount, Int32(members), Int64(self.post.paddedChannels), Int64(self.post.pixels),
        Int64(count), Int32(slice), entries.base, counts.base)
      kernels.gather(
        entries.base, counts.base, Int64(self.post.paddedChannels), Int64(lists), reach.base, reachStarts.base, weightsByTap.base,
        Int64(shape.taps * self.post.paddedChannels * slice), Int32(slice), Int64(shape.pre.paddedChannels),
        field.base + first * shape.pre.fieldCount, Int64(shape.pre.pixels), Int64(count), accumulate ? 1 : 0)
    }
  }

  public func addGradient(
    pre: SpinPlanes, post: SpinPlanes, scale: AlignedBuffer<Float>, samples: Int, into gradient: AlignedBuffer<Float>,
    at offset: Int
  ) {
    precondition(pre.shape == shape.pre && post.shape == self.post && samples <= scale.count)
    precondition(offset >= 0 && offset + weightCount <= gradient.count)
    let scratch = workspace.entries(samples * self.post.pixels)
    InstructionSet.current.kernels.gradient_sparse(
      pre.buffer.base, memberCorners.base, Int64(pre.shape.stride), taps.base, Int64(shape.taps), Int64(shape.pre.paddedChannels),
      post.buffer.base, postOffsets.base, Int64(post.shape.stride), argMax.base, Int32(members), Int64(self.post.paddedChannels),
      Int64(self.post.pixels), Int64(samples), scale.base, gradient.base + offset, scratch.base)
  }

  public func duplicateArgMax(count: Int, to target: Int) {
    argMax.copy(from: argMax, to: target * post.fieldCount, count: count * post.fieldCount)
  }
}

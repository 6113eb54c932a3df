import CKernels

/// A convolution of any kernel, stride and padding under max-pooling with windows that do not overlap.
///
/// Under max-pooling each post spin couples to one position of its window, the arg-max of the current `w ⋆ s_pre`. Top-down
/// field and gradient are therefore sums over that one position: `window²` times fewer operations than a dense transposed
/// convolution, and fewer still as spins at zero are left out.
package final class MaxPooledConvolution: Coupling {
  /// The convolution before pooling.
  package let shape: ConvolutionShape
  /// Side of the pooling window, which is also its stride.
  package let window: Int
  package let post: PlaneShape
  package var pre: PlaneShape { shape.pre }
  /// Rows of the post plane that the pre plane is linked to: its own, and those around a strip.
  package let linkedRows: Range<Int>
  package var weightCount: Int { shape.weightCount }
  /// Whether the drive is the convolution at the arg-max that is kept, instead of the greatest of a window and a new arg-max.
  package var isPoolingFrozen = false

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
  /// Where the spins of the linked rows lie.
  private let postOffsets: AlignedBuffer<Int64>
  private let reach: AlignedBuffer<Reach>
  private let reachStarts: AlignedBuffer<Int32>
  private let forwardWeights: AlignedBuffer<Float>
  private let weightsByTap: AlignedBuffer<Float>
  private let winograd: WinogradConvolution?
  private let scatter: WindowScatter?
  /// The index within its window of each post spin of the linked rows, as the last drive left it; of rows around a strip, as
  /// whoever drives them wrote it here.
  package let argMax: AlignedBuffer<UInt8>
  /// Numbers of one sample, and of one row, in `argMax`.
  package var argMaxStride: Int { linkedRows.count * argMaxRowStride }
  /// Numbers of one row in `argMax`.
  package var argMaxRowStride: Int { post.columns * post.paddedChannels }
  /// Pre channels whose transposed weights lie together.
  private let slice: Int
  /// Samples whose convolution is pooled while it is still in the cache.
  private let chunk: Int

  private var members: Int { window * window }
  private var convolutionCount: Int { shape.rows * shape.columns * post.paddedChannels }

  /// - Parameters:
  ///   - window: the side of the pooling window, at most 15; it divides the convolution's rows and columns.
  ///   - capacity: samples that fit.
  ///   - linkedRows: rows of the post plane that pre spins are linked to; those of `post` unless given.
  ///   - tiles: between strips; those of whole planes unless given.
  ///   - isClamped: the pre plane's spins never move, and no field on them is asked for.
  package init(
    shape: ConvolutionShape, window: Int, post: PlaneShape, capacity: Int, workspace: Workspace, linkedRows: Range<Int>? = nil,
    tiles: WinogradTiles? = nil, isClamped: Bool = false
  ) {
    precondition(window >= 1 && window <= 15 && shape.rows % window == 0 && shape.columns % window == 0)
    precondition(
      post.rows == shape.rows / window && post.columns == shape.columns / window && post.channels == shape.postChannels)
    precondition(capacity * shape.pre.stride < Int(Int32.max) && shape.weightCount < Int(Int32.max))
    let linkedRows = linkedRows ?? 0..<post.rows
    precondition(linkedRows.lowerBound <= 0 && linkedRows.upperBound >= post.rows)
    precondition(-linkedRows.lowerBound <= post.rowsAbove && linkedRows.upperBound - post.rows <= post.rowsBelow)
    self.linkedRows = linkedRows
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
    postOffsets = AlignedBuffer(count: linkedRows.count * post.columns)
    memberOffsets = AlignedBuffer(count: window * window)
    for row in 0..<window {
      for column in 0..<window { memberOffsets[row * window + column] = Int64((row * shape.columns + column) * channels) }
    }
    for row in 0..<post.rows {
      for column in 0..<post.columns {
        let index = row * post.columns + column
        windowStarts[index] = Int64((row * window * shape.columns + column * window) * channels)
        for member in 0..<window * window {
          memberCorners[index * window * window + member] = Int64(
            shape.corner(row: row * window + member / window, column: column * window + member % window))
        }
      }
    }
    for row in linkedRows {
      for column in 0..<post.columns {
        postOffsets[(row - linkedRows.lowerBound) * post.columns + column] = Int64(post.offset(row: row, column: column))
      }
    }
    scatter =
      WindowScatter.suits(shape, window: window) && !isClamped
      ? WindowScatter(shape: shape, post: post, workspace: workspace) : nil
    let gathers = scatter == nil && !isClamped
    slice = Self.slice(of: shape)
    (reach, reachStarts) = Self.reaches(
      of: shape, window: window, post: post, linkedRows: gathers ? linkedRows : 0..<0, tapStride: channels * slice)
    let tiles = WinogradConvolution.isEnabled ? tiles ?? WinogradTiles(shape, window: window) : nil
    winograd = tiles.map {
      WinogradConvolution(shape: shape, post: post, tiles: $0, capacity: capacity, workspace: workspace)
    }
    forwardWeights = AlignedBuffer(count: winograd == nil ? shape.weightCount : 0)
    weightsByTap = AlignedBuffer(count: gathers ? shape.weightCount : 0)
    argMax = AlignedBuffer(count: capacity * linkedRows.count * post.columns * channels)
    // A register tile is twelve pixels: small planes go together, large ones stay in the second-level cache.
    chunk = max(1, min(capacity, max(256 / max(pixels, 1), 65_536 / max(pixels * channels, 1))))
  }

  /// The widest slice of pre channels whose weights stay in a second-level cache of 1 MiB.
  private static func slice(of shape: ConvolutionShape) -> Int {
    let narrowest = 16
    let widths = [128, 64, 32, narrowest].filter { shape.pre.paddedChannels % $0 == 0 }
    return widths.first { shape.taps * shape.paddedPostChannels * $0 * MemoryLayout<Float>.size <= 700_000 } ?? narrowest
  }

  /// For each pixel of the pre plane, the window members that a kernel's tap connects it to.
  private static func reaches(
    of shape: ConvolutionShape, window: Int, post: PlaneShape, linkedRows: Range<Int>, tapStride: Int
  ) -> (AlignedBuffer<Reach>, AlignedBuffer<Int32>) {
    var reaches: [Reach] = []
    let starts = AlignedBuffer<Int32>(count: shape.pre.pixels + 1)
    for row in 0..<shape.pre.rows {
      for column in 0..<shape.pre.columns {
        starts[row * shape.pre.columns + column] = Int32(reaches.count)
        for tap in 0..<shape.taps {
          let down = row + shape.topPadding - tap / shape.kernelColumns
          let right = column + shape.padding - tap % shape.kernelColumns
          guard right >= 0, down % shape.stride == 0, right % shape.stride == 0 else { continue }
          let (outRow, outColumn) = (down / shape.stride, right / shape.stride)
          let windowRow = outRow.quotientRoundedDown(by: window)
          guard linkedRows.contains(windowRow), outColumn < shape.columns else { continue }
          let list = ((windowRow - linkedRows.lowerBound) * post.columns + outColumn / window) * window * window
          let member = (outRow - windowRow * window) * window + outColumn % window
          reaches.append(Reach(list: Int32(list + member), tap: Int32(tap * tapStride)))
        }
      }
    }
    starts[shape.pre.pixels] = Int32(reaches.count)
    let buffer = AlignedBuffer<Reach>(count: reaches.count)
    buffer.assign(reaches)
    return (buffer, starts)
  }

  package func load(_ parameters: AlignedBuffer<Float>, at offset: Int) {
    precondition(offset >= 0 && offset + weightCount <= parameters.count)
    let weights = UnsafePointer(parameters.base + offset)
    if let winograd {
      winograd.load(weights)
    } else {
      arrangement.packForward(weights, into: forwardWeights)
    }
    scatter?.load(weights)
    if weightsByTap.count > 0 { arrangeSlices(weights) }
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

  package func drive(from pre: SpinPlanes, into drive: AlignedBuffer<Float>, samples: Int, rows: Range<Int>, accumulate: Bool) {
    precondition(pre.shape == shape.pre && samples <= pre.capacity && samples * post.fieldCount <= drive.count)
    precondition(samples * argMaxStride <= argMax.count && rows.lowerBound >= 0 && rows.upperBound <= post.rows)
    if let winograd {
      winograd.drive(
        from: pre, into: drive, argMax: argMax, isPoolingFrozen: isPoolingFrozen, argMaxRow: linkedRows.lowerBound,
        argMaxStride: argMaxStride, samples: samples, rows: rows, accumulate: accumulate)
      return
    }
    let firstPixel = rows.lowerBound * window * shape.columns
    let firstWindow = rows.lowerBound * post.columns
    let pooled = drive.base + firstWindow * post.paddedChannels
    let places = argMax.base + (rows.lowerBound - linkedRows.lowerBound) * argMaxRowStride
    let kernels = InstructionSet.current.kernels
    let convolved = workspace.floats(chunk * convolutionCount)
    for first in stride(from: 0, to: samples, by: chunk) {
      let count = min(chunk, samples - first)
      kernels.convolve(
        pre.buffer.base + first * pre.shape.stride, corners.base + firstPixel, Int64(pre.shape.stride), taps.base,
        Int64(shape.taps),
        Int64(shape.pre.paddedChannels), forwardWeights.base, Int64(post.paddedChannels), convolved.base,
        self.places.base + firstPixel, Int64(convolutionCount), Int64(rows.count * window * shape.columns), Int64(count), 0)
      kernels.pool_max(
        convolved.base, Int64(convolutionCount), windowStarts.base + firstWindow, memberOffsets.base, Int32(members),
        Int64(post.paddedChannels), Int64(rows.count * post.columns), Int64(count), pooled + first * post.fieldCount,
        Int64(post.fieldCount), places + first * argMaxStride, Int64(argMaxStride), accumulate ? 1 : 0, isPoolingFrozen ? 1 : 0)
    }
  }

  package func topDown(from post: SpinPlanes, into field: AlignedBuffer<Float>, samples: Int, rows: Range<Int>, accumulate: Bool)
  {
    precondition(post.shape == self.post && samples <= post.capacity && samples * shape.pre.fieldCount <= field.count)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= shape.pre.rows)
    let windowRows = linkedWindowRows(of: rows)
    let firstRow = windowRows.lowerBound - linkedRows.lowerBound
    if let scatter {
      scatter.topDown(
        from: post.buffer.base, stride: post.shape.stride, offsets: postOffsets.base + firstRow * self.post.columns,
        argMax: argMax.base + firstRow * argMaxRowStride, argMaxStride: argMaxStride, windows: windowRows, into: field,
        samples: samples, rows: rows, accumulate: accumulate)
      return
    }
    precondition(weightsByTap.count > 0, "a clamped plane has no field")
    let kernels = InstructionSet.current.kernels
    let lists = linkedRows.count * self.post.columns * members
    let windows = firstRow * self.post.columns..<(firstRow + windowRows.count) * self.post.columns
    let firstPixel = rows.lowerBound * shape.pre.columns
    // Where the weights are cut into slices, several samples read a slice while it is in the cache.
    let together =
      slice == shape.pre.paddedChannels ? 1 : min(samples, max(1, 262_144 / max(lists * self.post.paddedChannels, 1)))
    let entries = workspace.entries(together * lists * self.post.paddedChannels)
    let counts = workspace.counts(together * lists)
    for first in stride(from: 0, to: samples, by: together) {
      let count = min(together, samples - first)
      kernels.list_spins(
        post.buffer.base + first * post.shape.stride, postOffsets.base + windows.lowerBound, Int64(post.shape.stride),
        argMax.base + first * argMaxStride + windows.lowerBound * self.post.paddedChannels, Int64(argMaxStride), Int32(members),
        Int64(self.post.paddedChannels), Int64(windows.count), Int64(count), Int32(slice),
        entries.base + windows.lowerBound * members * self.post.paddedChannels, counts.base + windows.lowerBound * members,
        Int64(lists))
      kernels.gather(
        entries.base, counts.base, Int64(self.post.paddedChannels), Int64(lists), reach.base, reachStarts.base + firstPixel,
        weightsByTap.base, Int64(shape.taps * self.post.paddedChannels * slice), Int32(slice), Int64(shape.pre.paddedChannels),
        field.base + first * shape.pre.fieldCount + firstPixel * shape.pre.paddedChannels, Int64(shape.pre.fieldCount),
        Int64(rows.count * shape.pre.columns), Int64(count), accumulate ? 1 : 0)
    }
  }

  /// The rows of windows that rows of the pre plane are linked to.
  private func linkedWindowRows(of rows: Range<Int>) -> Range<Int> {
    let outputs = shape.outputRows(of: rows)
    guard !outputs.isEmpty else { return linkedRows.lowerBound..<linkedRows.lowerBound }
    let reached = outputs.lowerBound.quotientRoundedDown(by: window)..<outputs.upperBound.quotientRoundedUp(by: window)
    return reached.clamped(to: linkedRows)
  }

  package func addGradient(
    pre: SpinPlanes, preSample: Int, post: SpinPlanes, postSample: Int, scale: AlignedBuffer<Float>, samples: Int,
    rows: Range<Int>, into gradient: AlignedBuffer<Float>, at offset: Int
  ) {
    precondition(pre.shape == shape.pre && post.shape == self.post && samples <= scale.count)
    precondition(preSample + samples <= pre.capacity && postSample + samples <= post.capacity)
    precondition(offset >= 0 && offset + weightCount <= gradient.count)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.post.rows)
    let scratch = workspace.entries(samples * rows.count * self.post.columns)
    let linkedRow = rows.lowerBound - linkedRows.lowerBound
    InstructionSet.current.kernels.gradient_sparse(
      pre.buffer.base + preSample * pre.shape.stride, memberCorners.base + rows.lowerBound * self.post.columns * members,
      Int64(pre.shape.stride), taps.base,
      Int64(shape.taps), Int64(shape.pre.paddedChannels),
      post.buffer.base + postSample * post.shape.stride, postOffsets.base + linkedRow * self.post.columns,
      Int64(post.shape.stride), argMax.base + postSample * argMaxStride + linkedRow * argMaxRowStride, Int64(argMaxStride),
      Int32(members), Int64(self.post.paddedChannels),
      Int64(rows.count * self.post.columns), Int64(samples), scale.base, gradient.base + offset, scratch.base)
  }

  package func duplicateArgMax(count: Int, to target: Int) {
    argMax.copy(from: argMax, to: target * argMaxStride, count: count * argMaxStride)
  }
}

import CKernels
import Foundation

/// The forward product of a 3×3 convolution under 2×2 max-pooling by Winograd's minimal filtering.
///
/// Tiles of 2×2 or 4×4 outputs are one or four pooling windows, so that transform, maximum and arg-max are one pass in registers.
/// 2.25 or 4 times fewer multiplications than the direct convolution; rounding errors of the larger tiles are about three times
/// those of the smaller ones.
///
/// Source: Lavin & Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, section 4; `winograd.inc` has the
/// transforms.
final class WinogradConvolution {
  private let shape: ConvolutionShape
  private let post: PlaneShape
  private let tiles: WinogradTiles
  private let workspace: Workspace
  /// As many matrices of pre × post channels in each block of post channels as a patch has numbers.
  private let weights: AlignedBuffer<Float>
  /// Tiles that are transformed together.
  private let tileCapacity: Int

  /// Whether the environment lets it be used: `EQUILIBRIA_WINOGRAD=0` turns it off, to compare.
  static let isEnabled = ProcessInfo.processInfo.environment["EQUILIBRIA_WINOGRAD"] != "0"

  private var matrices: Int { tiles.patchSize }
  private var tileColumns: Int { shape.columns / tiles.side }

  init(shape: ConvolutionShape, post: PlaneShape, tiles: WinogradTiles, capacity: Int, workspace: Workspace) {
    self.shape = shape
    self.post = post
    self.tiles = tiles
    self.workspace = workspace
    weights = AlignedBuffer(count: tiles.patchSize * shape.pre.paddedChannels * post.paddedChannels)
    // Enough tiles at once to pay for reading the weights, few enough to stay in the second-level cache.
    let count = max(tiles.tileRows(of: 0..<shape.rows).count * shape.columns / tiles.side, 1)
    tileCapacity = max(1, min(capacity, 48.quotientRoundedUp(by: count))) * count
  }

  /// `U = G g Gᵀ` of every pair of channels.
  func load(_ flat: UnsafePointer<Float>) {
    let kernels = InstructionSet.current.kernels
    let pres = shape.pre.paddedChannels
    kernels.winograd_weights(
      flat, Int32(tiles.side), Int64(pres), Int64(post.paddedChannels), workspace.floats(9 * pres * Int(kernels.block)).base,
      weights.base)
  }

  /// The drive of rows `rows` of the post plane; `argMax` begins with that of row `argMaxRow` and holds `argMaxStride` a sample.
  func drive(
    from pre: SpinPlanes, into drive: AlignedBuffer<Float>, argMax: AlignedBuffer<UInt8>, isPoolingFrozen: Bool, argMaxRow: Int,
    argMaxStride: Int, samples: Int, rows: Range<Int>, accumulate: Bool
  ) {
    guard !rows.isEmpty, samples > 0 else { return }
    let kernels = InstructionSet.current.kernels
    let (pres, posts, block) = (shape.pre.paddedChannels, post.paddedChannels, Int(kernels.block))
    let tileRows = tiles.tileRows(of: 2 * rows.lowerBound..<2 * rows.upperBound).count
    let firstOutput = tiles.computedRows(for: 2 * rows.lowerBound..<2 * rows.upperBound).lowerBound
    let firstRead = firstOutput - shape.topPadding
    precondition(
      firstRead >= -shape.pre.rowsAbove && firstRead + tileRows * tiles.side + 2 <= shape.pre.rows + shape.pre.rowsBelow)
    let tilesPerSample = tileRows * tileColumns
    // As few chunks as the capacity needs, of about as many samples each.
    let chunks = samples.quotientRoundedUp(by: max(1, tileCapacity / tilesPerSample))
    let chunk = samples.quotientRoundedUp(by: chunks)
    let scratch = workspace.floats(matrices * tileCapacity * (pres + block))
    let products = scratch.base + matrices * tileCapacity * pres
    let patches = pre.buffer.base + shape.corner(row: firstOutput, column: 0)
    let pooled = drive.base + rows.lowerBound * post.columns * posts
    let places = argMax.base + (rows.lowerBound - argMaxRow) * post.columns * posts
    for first in stride(from: 0, to: samples, by: chunk) {
      let count = min(chunk, samples - first)
      kernels.winograd_input(
        patches + first * shape.pre.stride, Int64(shape.pre.stride), Int64(shape.pre.rowStride), Int32(tiles.side), Int64(pres),
        Int64(tileRows), Int64(tileColumns), Int64(count), scratch.base)
      for channel in stride(from: 0, to: posts, by: block) {
        let width = Int64(min(block, posts - channel))
        kernels.winograd_multiply(
          scratch.base, weights.base + matrices * pres * channel, Int32(tiles.side), Int64(count * tilesPerSample), Int64(pres),
          width, products)
        kernels.winograd_pool(
          products, Int32(tiles.side), width, Int64(tileRows), Int64(tileColumns), Int64(count),
          Int64(firstOutput / 2 - rows.lowerBound), Int64(rows.count), Int64(posts), pooled + first * post.fieldCount + channel,
          Int64(post.fieldCount), places + first * argMaxStride + channel, Int64(argMaxStride), accumulate ? 1 : 0,
          isPoolingFrozen ? 1 : 0)
      }
    }
  }
}

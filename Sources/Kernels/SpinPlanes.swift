/// The shape of one sample's spins: rows × columns × channels, channels innermost.
///
/// Channels are padded to a multiple of 16 so that every kernel works on whole vectors; rows and columns of zeros around the
/// plane take the place of a convolution's padding, so that no kernel tests for borders.
///
/// A plane may be a strip of a larger one: the rows above and below it then hold copies of the neighbouring strips' rows.
public struct PlaneShape: Equatable, Sendable {
  /// Channels without padding.
  public let channels: Int
  /// Rows of spins, without those above and below.
  public let rows: Int
  /// Columns of spins, without the halo.
  public let columns: Int
  /// Columns on either side.
  package let halo: Int
  /// Rows of zeros or of copies above the spins.
  package let rowsAbove: Int
  /// Rows of zeros or of copies below the spins.
  package let rowsBelow: Int

  /// A whole plane, or a strip of one; `rowsAbove` and `rowsBelow` are `halo` unless given.
  package init(channels: Int, rows: Int, columns: Int, halo: Int = 0, rowsAbove: Int? = nil, rowsBelow: Int? = nil) {
    self.channels = channels
    self.rows = rows
    self.columns = columns
    self.halo = halo
    self.rowsAbove = rowsAbove ?? halo
    self.rowsBelow = rowsBelow ?? halo
  }

  /// `channels` up to the next multiple of 16.
  package var paddedChannels: Int { PlaneShape.padded(channels) }
  /// Positions of the plane, each with all channels.
  public var pixels: Int { rows * columns }
  /// Floats from one row to the next.
  package var rowStride: Int { (columns + 2 * halo) * paddedChannels }
  /// Floats from one sample to the next.
  package var stride: Int { (rowsAbove + rows + rowsBelow) * rowStride }
  /// Spins that exist: without halo and padding.
  public var spins: Int { channels * rows * columns }
  /// Floats of a contiguous field: no halo, padded channels.
  package var fieldCount: Int { pixels * paddedChannels }

  /// Where a pixel begins; coordinates may lie in the halo.
  package func offset(row: Int, column: Int) -> Int { (row + rowsAbove) * rowStride + (column + halo) * paddedChannels }

  /// `channels` up to a multiple of 16, the floats of the widest vector.
  package static func padded(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }
}

/// The spins of one layer for a number of samples.
package final class SpinPlanes {
  /// Of one sample.
  package let shape: PlaneShape
  /// Samples that fit.
  package let capacity: Int
  /// `capacity` samples, each of `shape.stride` floats.
  package let buffer: AlignedBuffer<Float>
  /// Where each pixel of a sample begins.
  let pixelOffsets: AlignedBuffer<Int64>

  /// Planes of zeros for `capacity` samples.
  package init(shape: PlaneShape, capacity: Int) {
    self.shape = shape
    self.capacity = capacity
    buffer = AlignedBuffer(count: shape.stride * capacity)
    pixelOffsets = AlignedBuffer(count: shape.pixels)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        pixelOffsets[row * shape.columns + column] = Int64(shape.offset(row: row, column: column))
      }
    }
  }

  /// One spin. The indices are not checked beyond the buffer's bounds.
  package subscript(sample: Int, channel: Int, row: Int, column: Int) -> Float {
    get { buffer[sample * shape.stride + shape.offset(row: row, column: column) + channel] }
    set { buffer[sample * shape.stride + shape.offset(row: row, column: column) + channel] = newValue }
  }

  /// Copies `count` samples from `first` on over those from `target` on.
  package func duplicate(first: Int, count: Int, to target: Int) {
    buffer.copy(from: buffer, at: first * shape.stride, to: target * shape.stride, count: count * shape.stride)
  }

  /// Sets one sample to zero, what surrounds it included.
  package func clear(sample: Int) {
    precondition(sample >= 0 && sample < capacity)
    (buffer.base + sample * shape.stride).update(repeating: 0, count: shape.stride)
  }

  /// The spins of `samples` samples in the order channels, rows, columns; without halo and padding.
  package func unpacked(samples: Range<Int>) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(samples.count * shape.spins)
    for sample in samples {
      for channel in 0..<shape.channels {
        for row in 0..<shape.rows {
          for column in 0..<shape.columns { values.append(self[sample, channel, row, column]) }
        }
      }
    }
    return values
  }

  /// Copies rows `rows` of one sample over those of another plane of as many columns, from its row `target` on.
  package func copyRows(_ rows: Range<Int>, sample: Int, to other: SpinPlanes, sample otherSample: Int, at target: Int) {
    precondition(shape.rowStride == other.shape.rowStride)
    let start = sample * shape.stride + (rows.lowerBound + shape.rowsAbove) * shape.rowStride
    let place = otherSample * other.shape.stride + (target + other.shape.rowsAbove) * shape.rowStride
    other.buffer.copy(from: buffer, at: start, to: place, count: rows.count * shape.rowStride)
  }

  fileprivate func pixels(in rows: Range<Int>?) -> Range<Int> {
    guard let rows else { return 0..<shape.pixels }
    precondition(rows.lowerBound >= 0 && rows.upperBound <= shape.rows)
    return rows.lowerBound * shape.columns..<rows.upperBound * shape.columns
  }

  /// `⟨s, field⟩` of one sample over rows `rows`, in double precision; `field` is contiguous.
  package func product(with field: AlignedBuffer<Float>, sample: Int, rows: Range<Int>? = nil) -> Double {
    var sum = 0.0
    let channels = shape.paddedChannels
    for pixel in pixels(in: rows) {
      let spin = buffer.base + sample * shape.stride + Int(pixelOffsets[pixel])
      let other = field.base + (sample * shape.pixels + pixel) * channels
      for channel in 0..<channels { sum += Double(spin[channel]) * Double(other[channel]) }
    }
    return sum
  }

  /// `Σ body(s)` over the spins of one sample in rows `rows`, in double precision.
  package func sum(sample: Int, rows: Range<Int>? = nil, _ body: (Double) -> Double) -> Double {
    var sum = 0.0
    for pixel in pixels(in: rows) {
      let spin = buffer.base + sample * shape.stride + Int(pixelOffsets[pixel])
      for channel in 0..<shape.channels { sum += body(Double(spin[channel])) }
    }
    return sum
  }
}

extension SpinPlanes {
  /// `Σ s · bias`, one bias a channel at `offset`, of one sample over rows `rows`.
  package func sumWithBias(
    _ bias: AlignedBuffer<Float>, at offset: Int, sample: Int, rows: Range<Int>? = nil
  ) -> Double {
    precondition(offset >= 0 && offset + shape.channels <= bias.count)
    var sum = 0.0
    for pixel in pixels(in: rows) {
      let spin = buffer.base + sample * shape.stride + Int(pixelOffsets[pixel])
      for channel in 0..<shape.channels { sum += Double(spin[channel]) * Double(bias.base[offset + channel]) }
    }
    return sum
  }
}

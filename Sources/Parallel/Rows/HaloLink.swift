import Kernels

/// What two neighbours send each other at one point of a relaxation.
package struct HaloLink {
  /// The neighbour's place in the group.
  package let peer: Int
  /// Rows of this strip that the neighbour holds copies of, in the order in which they lie in the message.
  package let sent: [HaloRows]
  /// Where the neighbour's rows go here.
  package let received: [HaloRows]

  /// A link to rank `peer` of the spin group, which sends what is received here and receives what is sent.
  package init(peer: Int, sent: [HaloRows], received: [HaloRows]) {
    self.peer = peer
    self.sent = sent
    self.received = received
  }
}

/// Consecutive rows of every sample of one layer's states or arg-max, as they lie in memory.
///
/// Only numbers that exist travel: neither the columns around a plane nor the padding of its channels.
package struct HaloRows {
  private let owner: AnyObject
  /// From the first number of the first row to the end of the buffer.
  private let memory: UnsafeMutableRawBufferPointer
  /// All of the following are in bytes: a run, runs of a row, rows, and samples.
  private let run: Int
  private let runs: (count: Int, stride: Int)
  private let rows: (count: Int, stride: Int)
  private let sampleStride: Int

  /// Bytes that these rows have in a message of one sample.
  package var bytesPerSample: Int { rows.count * runs.count * run }

  /// The states of rows `rows` of a plane, which may be those around it.
  package init(states planes: SpinPlanes, rows: Range<Int>) {
    let shape = planes.shape
    self.init(
      planes.buffer, offset: shape.offset(row: rows.lowerBound, column: 0), channels: shape.channels,
      paddedChannels: shape.paddedChannels, columns: shape.columns, rows: rows.count, rowStride: shape.rowStride,
      sampleStride: shape.stride)
  }

  /// The arg-max of rows `rows` of a max-pooling coupling's post plane, which may be linked rows around it.
  package init(argMaxOf coupling: MaxPooledConvolution, rows: Range<Int>) {
    let post = coupling.post
    self.init(
      coupling.argMax, offset: (rows.lowerBound - coupling.linkedRows.lowerBound) * coupling.argMaxRowStride,
      channels: post.channels, paddedChannels: post.paddedChannels, columns: post.columns, rows: rows.count,
      rowStride: coupling.argMaxRowStride, sampleStride: coupling.argMaxStride)
  }

  private init<Element>(
    _ buffer: AlignedBuffer<Element>, offset: Int, channels: Int, paddedChannels: Int, columns: Int, rows: Int, rowStride: Int,
    sampleStride: Int
  ) {
    let size = MemoryLayout<Element>.stride
    precondition(offset >= 0 && (rows == 0 || offset + (rows - 1) * rowStride + columns * paddedChannels <= buffer.count))
    owner = buffer
    let bytes = UnsafeMutableRawBufferPointer(buffer.unsafeElements)
    memory = UnsafeMutableRawBufferPointer(rebasing: bytes[min(offset * size, bytes.count)...])
    // A row of unpadded channels is one run, any other one run a pixel.
    let isWhole = channels == paddedChannels
    run = (isWhole ? columns * channels : channels) * size
    runs = isWhole ? (1, 0) : (columns, paddedChannels * size)
    self.rows = (rows, rowStride * size)
    self.sampleStride = sampleStride * size
  }

  /// Copies the rows of `samples` samples to `offset` of a message.
  ///
  /// - Returns: where the next rows begin.
  package func pack(samples: Int, into message: AlignedBuffer<UInt8>, at offset: Int) -> Int {
    check(samples, message, offset)
    let bytes = UnsafeMutableRawBufferPointer(message.unsafeElements)
    var place = offset
    forEachRun(samples: samples) {
      UnsafeMutableRawBufferPointer(rebasing: bytes[place..<place + run]).copyMemory(from: UnsafeRawBufferPointer($0))
      place += run
    }
    return offset + samples * bytesPerSample
  }

  /// Copies the rows of `samples` samples out of a message.
  ///
  /// - Returns: where the next rows begin.
  package func unpack(samples: Int, from message: AlignedBuffer<UInt8>, at offset: Int) -> Int {
    check(samples, message, offset)
    let bytes = UnsafeRawBufferPointer(message.unsafeElements)
    var place = offset
    forEachRun(samples: samples) {
      $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[place..<place + run]))
      place += run
    }
    return offset + samples * bytesPerSample
  }

  private func check(_ samples: Int, _ message: AlignedBuffer<UInt8>, _ offset: Int) {
    precondition(offset >= 0 && offset + samples * bytesPerSample <= message.count)
    precondition(
      samples == 0 || rows.count == 0 || (samples - 1) * sampleStride + (rows.count - 1) * rows.stride + run <= memory.count)
  }

  private func forEachRun(samples: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
    for sample in 0..<samples {
      for row in 0..<rows.count {
        for index in 0..<runs.count {
          let start = sample * sampleStride + row * rows.stride + index * runs.stride
          body(UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + run]))
        }
      }
    }
  }
}

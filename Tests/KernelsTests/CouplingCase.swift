import Testing

@testable import Kernels

/// One shape of a coupling, with what the reference and the kernels need to compute it.
///
/// All numbers are small integers, so that sums are exact in any order: kernels and reference must agree in every bit, and equal
/// candidates for an arg-max are common.
struct CouplingCase: CustomTestStringConvertible, Sendable {
  enum Kind: Sendable { case plain, maxPooled, dense }

  var kind: Kind
  var pre: ImageShape
  var postChannels: Int
  var kernel = 3
  var stride = 1
  var padding = 0
  var window = 1
  var samples = 2

  var testDescription: String {
    "\(kind) \(pre) → \(postChannels), kernel \(kernel), stride \(stride), padding \(padding), window \(window), \(samples) samples"
  }

  /// A fixed function of the case, so that it can be run again.
  func random() -> IntegerSource { IntegerSource(stream: UInt32(truncatingIfNeeded: samples &* 31 &+ kernel &* 7 &+ stride)) }

  func reference(_ weights: [Double]) -> ReferenceCoupling {
    ReferenceCoupling(
      pre: pre, postChannels: postChannels, kernelRows: kind == .dense ? pre.rows : kernel,
      kernelColumns: kind == .dense ? pre.columns : kernel, stride: stride, padding: padding,
      pooling: kind == .maxPooled ? .max : .none, window: window, weights: weights)
  }

  /// The coupling, the plane that it reads with a halo one wider than needed, and the plane that it drives.
  func coupling(capacity: Int) -> (coupling: any Coupling, pre: SpinPlanes, post: SpinPlanes) {
    let reference = self.reference([])
    let source = PlaneShape(channels: pre.channels, rows: pre.rows, columns: pre.columns, halo: padding + 1)
    let shape = ConvolutionShape(
      pre: source, postChannels: postChannels, kernelRows: reference.kernelRows, kernelColumns: reference.kernelColumns,
      stride: stride,
      padding: padding)
    let post = PlaneShape(
      channels: postChannels, rows: reference.post.rows, columns: reference.post.columns,
      halo: kind == .plain ? shape.postHalo : 1)
    let coupling: any Coupling =
      switch kind {
      case .plain: PlainConvolution(shape: shape, post: post, workspace: Workspace())
      case .maxPooled: MaxPooledConvolution(shape: shape, window: window, post: post, capacity: capacity, workspace: Workspace())
      case .dense: DenseCoupling(pre: source, post: post, workspace: Workspace())
      }
    return (coupling, SpinPlanes(shape: source, capacity: capacity), SpinPlanes(shape: post, capacity: capacity))
  }

  /// Every kernel, stride and padding on planes that they do not fill evenly.
  static let geometries: [CouplingCase] = [1, 2, 3, 4, 5, 7].flatMap { kernel in
    (1...3).flatMap { stride in
      (0..<kernel).flatMap { padding in
        [ImageShape(channels: 3, rows: 7, columns: 8), ImageShape(channels: 2, rows: 8, columns: 11)].map {
          CouplingCase(kind: .plain, pre: $0, postChannels: 5, kernel: kernel, stride: stride, padding: padding)
        }
      }
    }
  }

  /// The same under max-pooling, the plane as large as windows in 2 × 3 need, and larger by what a stride leaves over.
  static let pooledGeometries: [CouplingCase] = geometries.enumerated().flatMap { index, plain in
    (1...3).compactMap { window -> CouplingCase? in
      func side(_ windows: Int) -> Int {
        (windows * window - 1) * plain.stride + plain.kernel - 2 * plain.padding + index % plain.stride
      }
      guard side(2) > 0, side(3) > 0 else { return nil }
      var pooled = plain
      pooled.kind = .maxPooled
      pooled.window = window
      pooled.pre = ImageShape(channels: plain.pre.channels, rows: side(2), columns: side(3))
      return pooled
    }
  }

  /// Channels around the widths of vectors and blocks, on both sides.
  static let channels: [CouplingCase] = {
    let counts = [1, 3, 16, 17, 31, 32, 33, 48, 64, 120]
    let samples = [1, 2, 3, 13]
    return counts.enumerated().flatMap { row, pre in
      counts.enumerated().flatMap { column, post in
        let samples = samples[(row + column) % samples.count]
        let image = ImageShape(channels: pre, rows: 4, columns: 6)
        return [
          CouplingCase(kind: .plain, pre: image, postChannels: post, padding: 1, samples: samples),
          CouplingCase(kind: .maxPooled, pre: image, postChannels: post, padding: 1, window: 2, samples: samples),
          // Wide enough for a field that is added up window by window.
          CouplingCase(
            kind: .maxPooled, pre: ImageShape(channels: pre, rows: 4 - 2 * (column % 2), columns: 10 - 2 * (column % 2)),
            postChannels: post, padding: column % 2, window: 2, samples: samples),
          CouplingCase(kind: .maxPooled, pre: image, postChannels: post, kernel: 1, window: 2, samples: samples),
          CouplingCase(
            kind: .dense, pre: ImageShape(channels: pre, rows: 1 + row % 2, columns: 1 + column % 3), postChannels: post,
            samples: samples),
        ]
      }
    }
  }()

  /// Weights that do not fit a cache in one piece, and samples that do not fit a chunk.
  static let large: [CouplingCase] = [
    CouplingCase(
      kind: .maxPooled, pre: ImageShape(channels: 256, rows: 4, columns: 6), postChannels: 160, padding: 1, window: 2, samples: 5),
    CouplingCase(
      kind: .maxPooled, pre: ImageShape(channels: 96, rows: 8, columns: 8), postChannels: 400, padding: 2, window: 2, samples: 3),
    CouplingCase(
      kind: .maxPooled, pre: ImageShape(channels: 20, rows: 10, columns: 14), postChannels: 70, padding: 1, window: 2, samples: 9),
    CouplingCase(
      kind: .maxPooled, pre: ImageShape(channels: 16, rows: 2, columns: 2), postChannels: 270, padding: 1, window: 2, samples: 7),
    CouplingCase(
      kind: .maxPooled, pre: ImageShape(channels: 16, rows: 2, columns: 2), postChannels: 16, padding: 1, window: 2, samples: 61),
    CouplingCase(
      kind: .maxPooled, pre: ImageShape(channels: 3, rows: 6, columns: 6), postChannels: 20, kernel: 1, window: 3, samples: 150),
    CouplingCase(kind: .dense, pre: ImageShape(channels: 128, rows: 4, columns: 4), postChannels: 10, samples: 16),
  ]
}

/// Small integers, and planes of them.
struct IntegerSource {
  private var sequence: PhiloxSequence

  init(stream: UInt32) { sequence = Philox(seed: 5, stream: stream).sequence() }

  mutating func next(_ range: ClosedRange<Int>) -> Double {
    Double(range.lowerBound + Int(sequence.nextWord()) % range.count)
  }

  mutating func values(_ count: Int, in range: ClosedRange<Int> = -2...2) -> [Double] { (0..<count).map { _ in next(range) } }

  /// One sample after the other.
  mutating func samples(_ count: Int, of size: Int, in range: ClosedRange<Int> = -2...2) -> [[Double]] {
    (0..<count).map { _ in values(size, in: range) }
  }
}

extension SpinPlanes {
  /// Writes samples in the order channels, rows, columns.
  func fill(_ samples: [[Double]]) {
    for (sample, values) in samples.enumerated() {
      for channel in 0..<shape.channels {
        for row in 0..<shape.rows {
          for column in 0..<shape.columns {
            self[sample, channel, row, column] = Float(values[(channel * shape.rows + row) * shape.columns + column])
          }
        }
      }
    }
  }
}

extension PlaneShape {
  /// Samples of a contiguous field in the order channels, rows, columns, and whether the padding between them is zero.
  func samples(of field: AlignedBuffer<Float>, count: Int) -> (values: [[Double]], paddingIsZero: Bool) {
    var paddingIsZero = true
    let values = (0..<count).map { sample in
      for pixel in 0..<pixels {
        for channel in channels..<paddedChannels where field[(sample * pixels + pixel) * paddedChannels + channel] != 0 {
          paddingIsZero = false
        }
      }
      return (0..<spins).map { index in
        Double(field[(sample * pixels + index % pixels) * paddedChannels + index / pixels])
      }
    }
    return (values, paddingIsZero)
  }
}

extension Coupling {
  /// Where the weight that is `index`-th without padding lies.
  func position(_ index: Int, preChannels: Int, taps: Int) -> Int {
    let (post, rest) = index.quotientAndRemainder(dividingBy: taps * preChannels)
    let (tap, pre) = rest.quotientAndRemainder(dividingBy: preChannels)
    return (post * taps + tap) * PlaneShape.padded(preChannels) + pre
  }
}

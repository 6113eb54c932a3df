import Foundation
import Testing

@testable import Kernels

@Suite struct BufferTests {
  @Test func buffersAreAlignedAndZero() {
    for count in [0, 1, 15, 16, 17, 1000] {
      let buffer = AlignedBuffer<Float>(count: count)
      #expect(Int(bitPattern: buffer.base) % 64 == 0)
      #expect(buffer.count == count && buffer.elements.allSatisfy { $0 == 0 })
    }
  }

  @Test func copiesAreExactlyAsLongAsAskedFor() {
    let source = AlignedBuffer<Int64>(count: 6)
    source.assign([1, 2, 3, 4, 5, 6])
    let target = AlignedBuffer<Int64>(count: 5)
    target.copy(from: source, at: 2, to: 1, count: 3)
    #expect(target.elements == [0, 3, 4, 5, 0])
    target.clear()
    #expect(target.elements == [0, 0, 0, 0, 0])
  }

  @Test(arguments: [1, 15, 16, 17, 100]) func additionElementByElement(_ count: Int) {
    let (left, right) = (AlignedBuffer<Float>(count: count), AlignedBuffer<Float>(count: count))
    left.assign((0..<count).map { Float($0) })
    right.assign((0..<count).map { Float(10 * $0) })
    left.add(right)
    #expect(left.elements == (0..<count).map { Float(11 * $0) })
    let squares = (0..<count).map { 100 * $0 * $0 }
    #expect(right.squaredNorm(count: count) == Double(squares.reduce(0, +)))
    #expect(right.squaredNorm(of: count / 3..<count) == Double(squares[(count / 3)...].reduce(0, +)))
  }

  /// Adam's loop has the bits of the equations evaluated one by one, also of a part, and touches nothing beside it.
  @Test(arguments: [0, 1, 15, 16, 17, 100], [false, true]) func adamHasTheBitsOfItsEquations(_ length: Int, _ decoupled: Bool) {
    let (count, first, origin) = (120, 7, 5)
    var random = Philox(seed: 5, stream: 0).sequence()
    func drawn(_ count: Int, _ scale: Float) -> AlignedBuffer<Float> {
      let buffer = AlignedBuffer<Float>(count: count)
      for index in 0..<count { buffer[index] = scale * random.uniform() }
      return buffer
    }
    let parameters = drawn(count, 2)
    let (gradient, mean, square) = (drawn(count - origin, 1), drawn(count - origin, 0.1), drawn(count - origin, 0.01))
    let expected = [parameters, mean, square].map { $0.elements }
    let (rate, beta1, beta2, epsilon): (Float, Float, Float, Float) = (0.01, 0.9, 0.99, 1e-6)
    let (decay, scale, correction1, correction2): (Float, Float, Float, Float) = (0.3, 0.7, 0.19, 0.0199)
    ParameterUpdate.adam(
      parameters, gradient: gradient, first: mean, second: square, range: first..<first + length, origin: origin, rate: rate,
      beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: decay, decoupled: decoupled, correction1: correction1,
      correction2: correction2, gradientScale: scale)
    var (p, m, v) = (expected[0], expected[1], expected[2])
    for index in first..<first + length {
      var slope = gradient[index - origin] * scale
      if decoupled { p[index] *= 1 - rate * decay } else { slope += decay * p[index] }
      m[index - origin] = beta1 * m[index - origin] + (1 - beta1) * slope
      v[index - origin] = beta2 * v[index - origin] + (1 - beta2) * slope * slope
      p[index] -= rate * (m[index - origin] / correction1) / ((v[index - origin] / correction2).squareRoot() + epsilon)
    }
    for (buffer, values) in [(parameters, p), (mean, m), (square, v)] {
      #expect(buffer.elements.map(\.bitPattern) == values.map(\.bitPattern))
    }
  }

  @Test func planesUnpackWithoutHaloAndPadding() {
    let planes = SpinPlanes(shape: PlaneShape(channels: 17, rows: 2, columns: 3, halo: 2), capacity: 3)
    var random = IntegerSource(stream: 4)
    let samples = random.samples(3, of: planes.shape.spins)
    planes.fill(samples)
    #expect(planes.unpacked(samples: 1..<3).map(Double.init) == samples[1] + samples[2])
    planes.duplicate(first: 0, count: 1, to: 2)
    #expect(planes.unpacked(samples: 2..<3).map(Double.init) == samples[0])
    let squares = samples[1].map { $0 * $0 }
    #expect(planes.sum(sample: 1) { $0 * $0 } == squares.reduce(0, +))
    let bias = AlignedBuffer<Float>(count: 33)
    for channel in 0..<17 { bias[16 + channel] = Float(channel) }
    let weighted = samples[1].enumerated().map { $0.element * Double($0.offset / 6) }
    #expect(planes.sumWithBias(bias, at: 16, sample: 1) == weighted.reduce(0, +))
  }

  /// A convolution of an image is a 1×1 convolution of its unfolded patches.
  @Test func unfoldedConvolution() {
    for (kernel, stride, padding) in [(3, 1, 1), (5, 2, 2), (4, 3, 0), (1, 1, 0), (2, 1, 1)] {
      var random = IntegerSource(stream: UInt32(kernel))
      let image = ImageShape(channels: 3, rows: 6, columns: 9)
      let reference = ReferenceCoupling(
        pre: image, postChannels: 20, kernelRows: kernel, kernelColumns: kernel, stride: stride, padding: padding, pooling: .none,
        window: 1, weights: random.values(20 * kernel * kernel * 3))
      let unfolding = Unfolding(
        image: PlaneShape(channels: 3, rows: 6, columns: 9), kernelRows: kernel, kernelColumns: kernel, stride: stride,
        padding: padding)
      let samples = random.samples(3, of: image.size)
      // Images lie in the order rows, columns, channels.
      let pixels = samples.flatMap { sample in (0..<image.size).map { Float(sample[$0 % 3 * 54 + $0 / 3]) } }
      let patches = SpinPlanes(shape: unfolding.shape, capacity: 2)
      unfolding.unfold(pixels, first: 1, samples: 2, into: patches)
      let post = PlaneShape(channels: 20, rows: reference.post.rows, columns: reference.post.columns)
      let coupling = PlainConvolution(
        shape: ConvolutionShape(pre: unfolding.shape, postChannels: 20, kernelRows: 1, kernelColumns: 1), post: post,
        workspace: Workspace())
      let weights = AlignedBuffer<Float>(count: coupling.weightCount)
      let row = kernel * kernel * 3
      for (index, weight) in reference.weights.enumerated() {
        weights[index / row * PlaneShape.padded(row) + index % row] = Float(weight)
      }
      coupling.load(weights, at: 0)
      let drive = AlignedBuffer<Float>(count: 2 * post.fieldCount)
      coupling.drive(from: patches, into: drive, samples: 2, accumulate: false)
      #expect(post.samples(of: drive, count: 2).values == samples[1...].map { reference.drive($0).values })
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 7), (13, 16, 16), (7, 33, 31), (24, 10, 48), (2, 3, 100)])
  func matrixProducts(_ rows: Int, _ inner: Int, _ columns: Int) {
    var random = IntegerSource(stream: 8)
    let (left, right) = (random.values(rows * inner), random.values(inner * columns))
    let matrix = PackedMatrix(right.map(Float.init), rows: inner, columns: columns)
    let lefts = AlignedBuffer<Float>(count: left.count)
    lefts.assign(left.map(Float.init))
    let product = AlignedBuffer<Float>(count: rows * matrix.productStride)
    matrix.multiply(left: lefts, leftRows: rows, into: product)
    matrix.multiply(left: lefts, leftRows: rows, into: product, accumulate: true)
    for row in 0..<rows {
      for column in 0..<columns {
        let terms = (0..<inner).map { left[row * inner + $0] * right[$0 * columns + column] }
        #expect(Double(product[row * matrix.productStride + column]) == 2 * terms.reduce(0, +))
      }
    }
  }

  /// Whole numbers add up exactly, so every element counts, wherever runs of 64 end.
  @Test(arguments: [0, 1, 63, 64, 65, 127, 200, 1024]) func sums(_ count: Int) {
    let buffer = AlignedBuffer<Float>(count: count)
    for index in 0..<count { buffer[index] = Float(index + 1) }
    #expect(buffer.sum() == Float(count * (count + 1) / 2))
  }

  /// The scripts run these suites under every name.
  @Test func theEnvironmentNamesTheInstructionSet() {
    let names = InstructionSet.available.map(\.name)
    #expect(names.last == "baseline" && Set(names).isSubset(of: ["AVX-512", "AVX2", "baseline"]))
    let wanted = ProcessInfo.processInfo.environment["EQUILIBRIA_KERNELS"]
    let expected = names.first { $0.lowercased() == wanted?.lowercased() } ?? names[0]
    #expect(InstructionSet.current.name == expected)
  }

  @Test func anUnknownInstructionSetIsRefused() throws {
    #expect(try InstructionSet.named("BASELINE").name == "baseline")
    #expect(try InstructionSet.named("").name == InstructionSet.available[0].name)
    #expect(throws: UnknownInstructionSet(name: "AVX-1024")) { try InstructionSet.named("AVX-1024") }
  }

  @Test func theMeasuredPeakIsPositive() {
    #expect(InstructionSet.current.measuredPeak(slices: 1) > 0)
  }
}

import Testing

@testable import Kernels

/// Real numbers: how far single precision is from the definition.
@Suite struct RoundingTests {
  /// Winograd's transform among them; a field's error is measured by its greatest number.
  @Test(arguments: [
    CouplingCase(kind: .plain, pre: ImageShape(channels: 64, rows: 6, columns: 6), postChannels: 48, padding: 1),
    CouplingCase(kind: .maxPooled, pre: ImageShape(channels: 64, rows: 6, columns: 6), postChannels: 48, padding: 1, window: 2),
    CouplingCase(kind: .maxPooled, pre: ImageShape(channels: 64, rows: 8, columns: 8), postChannels: 48, padding: 1, window: 2),
    CouplingCase(
      kind: .maxPooled, pre: ImageShape(channels: 64, rows: 6, columns: 6), postChannels: 48, kernel: 5, padding: 2, window: 2),
    CouplingCase(kind: .dense, pre: ImageShape(channels: 64, rows: 4, columns: 4), postChannels: 10),
  ]) func driveOfRealNumbers(_ test: CouplingCase) {
    var random = Philox(seed: 3, stream: 0).sequence()
    func uniform(_ count: Int) -> [Double] { (0..<count).map { _ in Double(2 * random.uniform() - 1) } }
    let reference = test.reference(uniform(test.reference([]).weightCount))
    let (coupling, pre, post) = test.coupling(capacity: test.samples)
    let samples = (0..<test.samples).map { _ in uniform(reference.pre.size) }
    pre.fill(samples)
    let weights = AlignedBuffer<Float>(count: coupling.weightCount)
    let taps = reference.kernelRows * reference.kernelColumns
    for (index, weight) in reference.weights.enumerated() {
      weights[coupling.position(index, preChannels: test.pre.channels, taps: taps)] = Float(weight)
    }
    coupling.load(weights, at: 0)
    let field = AlignedBuffer<Float>(count: test.samples * post.shape.fieldCount)
    coupling.drive(from: pre, into: field, samples: test.samples, accumulate: false)
    let expected = samples.map { reference.drive($0).values }
    expectClose(post.shape.samples(of: field, count: test.samples).values.joined(), expected.joined(), tolerance: 4e-6)
  }

  /// Average pooling folded into the weights against pooling that is computed, weight gradient included.
  @Test func foldedAveragePooling() {
    for (kernel, stride, padding, window) in [(3, 1, 1, 2), (3, 2, 0, 2), (1, 1, 0, 2), (5, 1, 2, 3), (2, 3, 1, 3), (4, 2, 3, 2)]
    {
      checkFolding(AveragePooling(kernel: kernel, stride: stride, window: window), padding: padding)
    }
  }

  private func checkFolding(_ folding: AveragePooling, padding: Int) {
    let samples = 3
    func side(_ windows: Int) -> Int { (windows * folding.window - 1) * folding.stride + folding.kernel - 2 * padding }
    let image = ImageShape(channels: 5, rows: side(2), columns: side(3))
    var random = IntegerSource(stream: UInt32(folding.foldedKernel))
    let posts = 18
    let reference = ReferenceCoupling(
      pre: image, postChannels: posts, kernelRows: folding.kernel, kernelColumns: folding.kernel, stride: folding.stride,
      padding: padding, pooling: .average, window: folding.window,
      weights: random.values(posts * folding.kernel * folding.kernel * image.channels))
    let source = PlaneShape(channels: image.channels, rows: image.rows, columns: image.columns, halo: padding)
    let shape = ConvolutionShape(
      pre: source, postChannels: posts, kernelRows: folding.foldedKernel, kernelColumns: folding.foldedKernel,
      stride: folding.foldedStride, padding: padding)
    let target = PlaneShape(channels: posts, rows: reference.post.rows, columns: reference.post.columns, halo: shape.postHalo)
    let coupling = PlainConvolution(shape: shape, post: target, workspace: Workspace())
    let taps = folding.kernel * folding.kernel
    let (depth, offset) = (PlaneShape.padded(image.channels), 16)
    let weights = AlignedBuffer<Float>(count: offset + posts * taps * depth)
    for (index, weight) in reference.weights.enumerated() {
      weights[offset + coupling.position(index, preChannels: image.channels, taps: taps)] = Float(weight)
    }
    let folded = AlignedBuffer<Float>(count: coupling.weightCount)
    let strides = (plain: taps * depth, folded: shape.taps * depth)
    folding.fold(
      weights, at: offset, posts: posts, depth: depth, rowStride: strides.plain, foldedRowStride: strides.folded, into: folded)
    coupling.load(folded, at: 0)

    let (pre, post) = (SpinPlanes(shape: source, capacity: samples), SpinPlanes(shape: target, capacity: samples))
    let (pres, ys) = (random.samples(samples, of: image.size), random.samples(samples, of: reference.post.size))
    pre.fill(pres)
    post.fill(ys)
    let drive = AlignedBuffer<Float>(count: samples * target.fieldCount)
    coupling.drive(from: pre, into: drive, samples: samples, accumulate: false)
    expectClose(
      target.samples(of: drive, count: samples).values.joined(), pres.flatMap { reference.drive($0).values }, tolerance: 1e-6)
    let field = AlignedBuffer<Float>(count: samples * source.fieldCount)
    coupling.topDown(from: post, into: field, samples: samples, accumulate: false)
    expectClose(
      source.samples(of: field, count: samples).values.joined(), ys.flatMap { reference.topDown($0, argMax: []) }, tolerance: 1e-6
    )

    let scale = AlignedBuffer<Float>(count: samples)
    scale.assign([1, -0.5, 2])
    let foldedGradient = AlignedBuffer<Float>(count: coupling.weightCount)
    coupling.addGradient(pre: pre, post: post, scale: scale, samples: samples, into: foldedGradient, at: 0)
    let gradient = AlignedBuffer<Float>(count: weights.count)
    folding.unfoldGradient(
      foldedGradient, posts: posts, depth: depth, rowStride: strides.plain, foldedRowStride: strides.folded, into: gradient,
      at: offset)
    var expected = Array(repeating: 0.0, count: reference.weights.count)
    for sample in 0..<samples {
      let one = reference.gradient(pre: pres[sample], post: ys[sample], argMax: [])
      for index in expected.indices { expected[index] += Double(scale[sample]) * one[index] }
    }
    let computed = expected.indices.map {
      Double(gradient[offset + coupling.position($0, preChannels: image.channels, taps: taps)])
    }
    expectClose(computed, expected, tolerance: 1e-6)
  }
}

/// The greatest error beside the greatest number.
func expectClose(_ computed: some Sequence<Double>, _ expected: some Sequence<Double>, tolerance: Double) {
  let (computed, expected) = (Array(computed), Array(expected))
  let greatest = expected.map(abs).max() ?? 0
  let error = zip(computed, expected).map { abs($0 - $1) }.max() ?? .infinity
  #expect(computed.count == expected.count && greatest > 0)
  #expect(error <= tolerance * greatest, "greatest error \(error) beside numbers up to \(greatest)")
}

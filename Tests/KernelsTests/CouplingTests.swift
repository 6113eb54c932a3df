import Testing

@testable import Kernels

/// The three products of every coupling, in every bit, against loops that read as the definition.
@Suite struct CouplingTests {
  @Test(arguments: [CouplingCase.geometries, CouplingCase.pooledGeometries, CouplingCase.channels, CouplingCase.large])
  func equalsTheDefinition(_ cases: [CouplingCase]) {
    for test in cases { check(test) }
  }

  private func check(_ test: CouplingCase) {
    var random = test.random()
    let reference = test.reference(random.values(test.reference([]).weightCount))
    let (pres, posts) = (random.samples(test.samples, of: reference.pre.size), random.samples(test.samples, of: reference.post.size))
    let (coupling, pre, post) = test.coupling(capacity: test.samples + 1)
    pre.fill(pres)
    post.fill(posts)
    let offset = 16
    let parameters = AlignedBuffer<Float>(count: offset + coupling.weightCount + 16)
    let taps = reference.kernelRows * reference.kernelColumns
    for (index, weight) in reference.weights.enumerated() {
      parameters[offset + coupling.position(index, preChannels: test.pre.channels, taps: taps)] = Float(weight)
    }
    coupling.load(parameters, at: offset)

    let driven = pres.map(reference.drive)
    expectField(test, "drive", post.shape, driven.map(\.values), random: &random) {
      coupling.drive(from: pre, into: $0, samples: test.samples, accumulate: $1)
    }
    let topDown = zip(posts, driven).map { reference.topDown($0, argMax: $1.argMax) }
    expectField(test, "top-down", pre.shape, topDown, random: &random) {
      coupling.topDown(from: post, into: $0, samples: test.samples, accumulate: $1)
    }
    checkGradient(test, reference, coupling, pre, post, random.values(test.samples)) { scale in
      var total = Array(repeating: 0.0, count: reference.weightCount)
      for sample in pres.indices {
        let gradient = reference.gradient(pre: pres[sample], post: posts[sample], argMax: driven[sample].argMax)
        for index in total.indices { total[index] += scale[sample] * gradient[index] }
      }
      return total
    }
  }

  /// A product replaces a field, adds to it on request, and leaves samples behind the last one alone.
  private func expectField(
    _ test: CouplingCase, _ what: String, _ shape: PlaneShape, _ expected: [[Double]], random: inout IntegerSource,
    product: (AlignedBuffer<Float>, Bool) -> Void
  ) {
    let field = AlignedBuffer<Float>(count: (test.samples + 1) * shape.fieldCount)
    let before = random.values(field.count).map(Float.init)
    field.assign(before)
    product(field, false)
    let (values, paddingIsZero) = shape.samples(of: field, count: test.samples)
    #expect(values == expected, "\(what): \(test.testDescription)")
    #expect(paddingIsZero, "\(what), padding: \(test.testDescription)")
    product(field, true)
    let twice = shape.samples(of: field, count: test.samples).values
    #expect(twice == expected.map { $0.map { 2 * $0 } }, "accumulated \(what): \(test.testDescription)")
    let used = test.samples * shape.fieldCount
    #expect(field.elements[used...] == before[used...], "\(what), samples that were not asked for: \(test.testDescription)")
  }

  private func checkGradient(
    _ test: CouplingCase, _ reference: ReferenceCoupling, _ coupling: any Coupling, _ pre: SpinPlanes, _ post: SpinPlanes,
    _ scales: [Double], expected: ([Double]) -> [Double]
  ) {
    let scale = AlignedBuffer<Float>(count: test.samples)
    scale.assign(scales.map(Float.init))
    let offset = 32
    let gradient = AlignedBuffer<Float>(count: offset + coupling.weightCount + 16)
    let taps = reference.kernelRows * reference.kernelColumns
    var wanted = Array(repeating: Float(0), count: gradient.count)
    for (index, value) in expected(scales).enumerated() {
      wanted[offset + coupling.position(index, preChannels: test.pre.channels, taps: taps)] = Float(value)
    }
    coupling.addGradient(pre: pre, post: post, scale: scale, samples: test.samples, into: gradient, at: offset)
    #expect(gradient.elements == wanted, "gradient: \(test.testDescription)")
    coupling.addGradient(pre: pre, post: post, scale: scale, samples: test.samples, into: gradient, at: offset)
    #expect(gradient.elements == wanted.map { 2 * $0 }, "accumulated gradient: \(test.testDescription)")
  }

  /// `⟨drive(x), y⟩ = ⟨x, topDown(y)⟩ = ⟨w, gradient(x, y)⟩`, exactly.
  @Test(arguments: [CouplingCase.geometries, CouplingCase.pooledGeometries, CouplingCase.channels])
  func productsAreAdjoint(_ cases: [CouplingCase]) {
    for test in cases {
      var random = test.random()
      let (coupling, pre, post) = test.coupling(capacity: 1)
      let reference = test.reference([])
      pre.fill(random.samples(1, of: reference.pre.size))
      post.fill(random.samples(1, of: reference.post.size))
      let taps = reference.kernelRows * reference.kernelColumns
      let weights = AlignedBuffer<Float>(count: coupling.weightCount)
      for index in 0..<reference.weightCount {
        weights[coupling.position(index, preChannels: test.pre.channels, taps: taps)] = Float(random.next(-2...2))
      }
      coupling.load(weights, at: 0)
      let drive = AlignedBuffer<Float>(count: post.shape.fieldCount)
      let field = AlignedBuffer<Float>(count: pre.shape.fieldCount)
      let gradient = AlignedBuffer<Float>(count: coupling.weightCount)
      let one = AlignedBuffer<Float>(count: 1)
      one[0] = 1
      coupling.drive(from: pre, into: drive, samples: 1, accumulate: false)
      coupling.topDown(from: post, into: field, samples: 1, accumulate: false)
      coupling.addGradient(pre: pre, post: post, scale: one, samples: 1, into: gradient, at: 0)
      let energy = post.product(with: drive, sample: 0)
      let fromAbove = pre.product(with: field, sample: 0)
      var fromWeights = 0.0
      for index in 0..<weights.count { fromWeights += Double(weights[index]) * Double(gradient[index]) }
      #expect(fromAbove == energy && fromWeights == energy, "\(test.testDescription)")
    }
  }

  /// Each sample's arg-max travels with it.
  @Test func duplicatedArgMaxServesTheCopy() {
    var random = IntegerSource(stream: 9)
    let test = CouplingCase(kind: .maxPooled, pre: ImageShape(channels: 5, rows: 6, columns: 6), postChannels: 7, padding: 1, window: 2)
    let (coupling, pre, post) = test.coupling(capacity: 4)
    let weights = AlignedBuffer<Float>(count: coupling.weightCount)
    for index in 0..<7 * 9 * 5 { weights[coupling.position(index, preChannels: 5, taps: 9)] = Float(random.next(-2...2)) }
    coupling.load(weights, at: 0)
    pre.fill(random.samples(2, of: pre.shape.spins))
    post.fill(random.samples(2, of: post.shape.spins))
    let drive = AlignedBuffer<Float>(count: 4 * post.shape.fieldCount)
    coupling.drive(from: pre, into: drive, samples: 2, accumulate: false)
    coupling.duplicateArgMax(count: 2, to: 2)
    post.duplicate(first: 0, count: 2, to: 2)
    let field = AlignedBuffer<Float>(count: 4 * pre.shape.fieldCount)
    coupling.topDown(from: post, into: field, samples: 4, accumulate: false)
    let (values, _) = pre.shape.samples(of: field, count: 4)
    #expect(values[0] == values[2] && values[1] == values[3] && values[0] != values[1])
  }

  /// Of equal candidates the first in row-major order is coupled: all weights of one, all spins of one.
  @Test(arguments: [2, 3]) func tiesTakeTheFirst(_ window: Int) {
    for kernel in [1, 2] {
      let side = 2 * window + kernel - 1
      let test = CouplingCase(
        kind: .maxPooled, pre: ImageShape(channels: 1, rows: side, columns: side), postChannels: 1, kernel: kernel, window: window)
      let (coupling, pre, post) = test.coupling(capacity: 1)
      let weights = AlignedBuffer<Float>(count: coupling.weightCount)
      for tap in 0..<kernel * kernel { weights[coupling.position(tap, preChannels: 1, taps: kernel * kernel)] = 1 }
      coupling.load(weights, at: 0)
      pre.fill([Array(repeating: 1, count: side * side)])
      post.fill([[1, 0, 0, 0]])
      let drive = AlignedBuffer<Float>(count: post.shape.fieldCount)
      let field = AlignedBuffer<Float>(count: pre.shape.fieldCount)
      coupling.drive(from: pre, into: drive, samples: 1, accumulate: false)
      coupling.topDown(from: post, into: field, samples: 1, accumulate: false)
      let expected = (0..<side * side).map { $0 / side < kernel && $0 % side < kernel ? 1.0 : 0 }
      #expect(pre.shape.samples(of: field, count: 1).values[0] == expected)
    }
  }
}

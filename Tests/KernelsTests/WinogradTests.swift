import TestTools
import Testing

@testable import Kernels

/// Winograd's tiles of 4×4 outputs, whose transforms round: convolutions whose planes they fill evenly.
///
/// The exact tests of couplings have tiles of 2×2, whose transforms of small integers do not.
@Suite struct WinogradTests {
  /// Paddings that leave multiples of 4 rows and columns, and channels around the widths of vectors and blocks.
  static let cases: [CouplingCase] = {
    let planes = [(4, 4, 1), (8, 12, 1), (6, 10, 0), (6, 2, 2)]
    let channels = [(1, 17), (16, 16), (33, 48), (48, 32), (64, 31), (17, 65)]
    var cases = [pooled(256, 4, 4, padding: 1, to: 80, samples: 25)]
    for (row, plane) in planes.enumerated() {
      for (column, pair) in channels.enumerated() {
        let samples = [1, 2, 3, 13][(row + column) % 4]
        cases.append(pooled(pair.0, plane.0, plane.1, padding: plane.2, to: pair.1, samples: samples))
      }
    }
    return cases
  }()

  private static func pooled(
    _ channels: Int, _ rows: Int, _ columns: Int, padding: Int, to posts: Int, samples: Int
  ) -> CouplingCase {
    CouplingCase(
      kind: .maxPooled, pre: ImageShape(channels: channels, rows: rows, columns: columns), postChannels: posts, padding: padding,
      window: 2, samples: samples)
  }

  /// A coupling with real weights and spins.
  private struct Drawn {
    let test: CouplingCase
    let reference: ReferenceCoupling
    let coupling: MaxPooledConvolution
    let pre: SpinPlanes
    let post: SpinPlanes
    let pres: [[Double]]
    let posts: [[Double]]
    let parameters: AlignedBuffer<Float>

    init(_ test: CouplingCase) throws {
      var random = Philox(seed: 3, stream: UInt32(test.samples)).sequence()
      func uniform(_ count: Int) -> [Double] { (0..<count).map { _ in Double(2 * random.uniform() - 1) } }
      self.test = test
      reference = test.reference(uniform(test.reference([]).weightCount))
      let (coupling, pre, post) = test.coupling(capacity: test.samples + 1)
      self.coupling = try #require(coupling as? MaxPooledConvolution)
      (self.pre, self.post) = (pre, post)
      let (preSize, postSize) = (reference.pre.size, reference.post.size)
      pres = (0..<test.samples).map { _ in uniform(preSize) }
      posts = (0..<test.samples).map { _ in uniform(postSize) }
      pre.fill(pres)
      post.fill(posts)
      parameters = AlignedBuffer(count: coupling.weightCount)
      for (index, weight) in reference.weights.enumerated() {
        parameters[coupling.position(index, preChannels: test.pre.channels, taps: 9)] = Float(weight)
      }
      coupling.load(parameters, at: 0)
    }

    func drive(rows: Range<Int>? = nil, samples: Int? = nil, into drive: AlignedBuffer<Float>? = nil) -> AlignedBuffer<Float> {
      let drive = drive ?? AlignedBuffer<Float>(count: (test.samples + 1) * post.shape.fieldCount)
      coupling.drive(
        from: pre, into: drive, samples: samples ?? test.samples, rows: rows ?? 0..<post.shape.rows, accumulate: false)
      return drive
    }

    /// The arg-max of one sample in the order channels, rows, columns.
    func argMax(_ sample: Int) -> [Int] {
      (0..<post.shape.spins).map { index in
        let (channel, pixel) = index.quotientAndRemainder(dividingBy: post.shape.pixels)
        return Int(coupling.argMax[sample * coupling.argMaxStride + pixel * post.shape.paddedChannels + channel])
      }
    }
  }

  @Test func casesHaveTilesOfFour() {
    for test in Self.cases {
      let whole = test.reference([]).convolved
      #expect(whole.rows % 4 == 0 && whole.columns % 4 == 0)
      let shape = ConvolutionShape(
        pre: PlaneShape(channels: test.pre.channels, rows: test.pre.rows, columns: test.pre.columns, halo: test.padding),
        postChannels: test.postChannels, kernelRows: 3, kernelColumns: 3, padding: test.padding)
      #expect(WinogradTiles(shape, window: 2)?.side == 4)
    }
  }

  /// Drive and arg-max, and the other two products at that arg-max, against the definition.
  @Test(arguments: WinogradTests.cases) func equalsTheDefinition(_ test: CouplingCase) throws {
    let drawn = try Drawn(test)
    let (reference, coupling) = (drawn.reference, drawn.coupling)
    let (values, paddingIsZero) = drawn.post.shape.samples(of: drawn.drive(), count: test.samples)
    let expected = drawn.pres.map(reference.drive)
    expectClose(values.joined(), expected.flatMap(\.values), ofGreatest: 4e-6)
    #expect(paddingIsZero)
    // Candidates that are equal up to rounding are rare here.
    let places = (0..<test.samples).map(drawn.argMax)
    let differing = zip(places.joined(), expected.flatMap(\.argMax)).count { $0 != $1 }
    #expect(differing * 1000 <= places.count * reference.post.size)

    let field = AlignedBuffer<Float>(count: test.samples * drawn.pre.shape.fieldCount)
    coupling.topDown(from: drawn.post, into: field, samples: test.samples, accumulate: false)
    expectClose(
      drawn.pre.shape.samples(of: field, count: test.samples).values.joined(),
      zip(drawn.posts, places).flatMap { reference.topDown($0, argMax: $1) }, ofGreatest: 1e-6)

    let scale = AlignedBuffer<Float>(count: test.samples)
    scale.assign(Array(repeating: 1, count: test.samples))
    let gradient = AlignedBuffer<Float>(count: coupling.weightCount)
    coupling.addGradient(pre: drawn.pre, post: drawn.post, scale: scale, samples: test.samples, into: gradient, at: 0)
    var total = Array(repeating: 0.0, count: reference.weightCount)
    for sample in drawn.pres.indices {
      let one = reference.gradient(pre: drawn.pres[sample], post: drawn.posts[sample], argMax: places[sample])
      for index in total.indices { total[index] += one[index] }
    }
    expectClose(
      total.indices.map { Double(gradient[coupling.position($0, preChannels: test.pre.channels, taps: 9)]) }, total,
      ofGreatest: 1e-6)
  }

  /// An output's bits depend neither on the rows nor on the samples that are computed with it, and others are left alone.
  @Test(arguments: WinogradTests.cases) func bitsAreThoseOfThePixelAlone(_ test: CouplingCase) throws {
    let drawn = try Drawn(test)
    let whole = drawn.drive().elements
    let places = drawn.coupling.argMax.elements
    let rows = drawn.post.shape.rows
    for range in [0..<1, 1..<rows, rows / 2..<rows / 2 + 1, 0..<rows - 1] where !range.isEmpty {
      let drive = AlignedBuffer<Float>(count: whole.count)
      drive.assign(Array(repeating: -7, count: whole.count))
      drawn.coupling.argMax.assign(Array(repeating: 9, count: places.count))
      _ = drawn.drive(rows: range, into: drive)
      let (driven, chosen) = (drive.elements, drawn.coupling.argMax.elements)
      let (row, field) = (drawn.post.shape.columns * drawn.post.shape.paddedChannels, drawn.post.shape.fieldCount)
      let wrong = (0..<test.samples * field).filter { index in
        let isComputed = range.contains(index % field / row)
        return driven[index] != (isComputed ? whole[index] : -7) || chosen[index] != (isComputed ? places[index] : 9)
      }
      #expect(wrong.isEmpty, "rows \(range)")
    }
    #expect(drawn.drive(samples: 1).elements[..<drawn.post.shape.fieldCount] == whole[..<drawn.post.shape.fieldCount])
  }

  /// A strip that begins or ends within a tile computes the bits of the whole plane.
  @Test(arguments: [0..<1, 1..<2, 1..<4, 2..<5, 3..<8, 0..<8]) func stripsHaveTheBitsOfTheWhole(_ own: Range<Int>) throws {
    let drawn = try Drawn(Self.pooled(20, 16, 8, padding: 1, to: 40, samples: 3))
    let whole = drawn.drive().elements
    let shape = drawn.coupling.shape
    let outputs = own.lowerBound * 2..<own.upperBound * 2
    let tiles = try #require(WinogradTiles(shape, window: 2, firstRow: outputs.lowerBound))
    // Rows before the strip's first output are counted from there.
    let computed = tiles.computedRows(for: 0..<outputs.count)
    let read = shape.preRows(of: computed.lowerBound + outputs.lowerBound..<computed.upperBound + outputs.lowerBound)
    let plane = PlaneShape(
      channels: 20, rows: outputs.count, columns: 8, halo: 1, rowsAbove: outputs.lowerBound - read.lowerBound,
      rowsBelow: read.upperBound - outputs.upperBound)
    let stripShape = ConvolutionShape(
      pre: plane, postChannels: 40, kernelRows: 3, kernelColumns: 3, padding: 1, topPadding: 1, rows: outputs.count)
    let post = PlaneShape(channels: 40, rows: own.count, columns: 4, halo: 0)
    let strip = MaxPooledConvolution(
      shape: stripShape, window: 2, post: post, capacity: 3, workspace: Workspace(), tiles: tiles)
    strip.load(drawn.parameters, at: 0)
    let pre = SpinPlanes(shape: plane, capacity: 3)
    for sample in 0..<3 {
      for row in read.clamped(to: 0..<16) {
        for column in 0..<8 {
          for channel in 0..<20 {
            pre[sample, channel, row - outputs.lowerBound, column] = drawn.pre[sample, channel, row, column]
          }
        }
      }
    }
    let drive = AlignedBuffer<Float>(count: 3 * post.fieldCount)
    strip.drive(from: pre, into: drive, samples: 3, accumulate: false)
    for sample in 0..<3 {
      let start = sample * drawn.post.shape.fieldCount + own.lowerBound * 4 * post.paddedChannels
      let expected = whole[start..<start + post.fieldCount]
      #expect(Array(drive.elements[sample * post.fieldCount..<(sample + 1) * post.fieldCount]) == Array(expected))
    }
  }

  /// The arg-max that is kept is taken, whether or not it is the greatest.
  @Test(arguments: WinogradTests.cases.suffix(3)) func frozenPoolingTakesTheKeptPlace(_ test: CouplingCase) throws {
    let drawn = try Drawn(test)
    for index in 0..<drawn.coupling.argMax.count { drawn.coupling.argMax[index] = UInt8(index % 7 % 4) }
    let kept = drawn.coupling.argMax.elements
    let places = (0..<test.samples).map(drawn.argMax)
    drawn.coupling.isPoolingFrozen = true
    let (values, _) = drawn.post.shape.samples(of: drawn.drive(), count: test.samples)
    #expect(drawn.coupling.argMax.elements == kept)
    // ⟨drive at the kept places, y⟩ for every unit vector y would be the drive: its definition is the adjoint of the top-down field.
    for sample in 0..<test.samples {
      let field = drawn.reference.topDown(drawn.posts[sample], argMax: places[sample])
      let fromAbove = zip(drawn.pres[sample], field).map(*).reduce(0, +)
      let energy = zip(values[sample], drawn.posts[sample]).map(*).reduce(0, +)
      let size = zip(values[sample], drawn.posts[sample]).map { abs($0 * $1) }.reduce(0, +)
      #expect(abs(fromAbove - energy) <= 1e-6 * size)
    }
  }

  /// Of windows that see zeros alone the first place is taken: four sums of nothing are equal.
  @Test func windowsOfZerosTakeTheFirst() throws {
    let drawn = try Drawn(Self.cases[7])
    drawn.pre.buffer.clear()
    let drive = drawn.drive()
    let used = drawn.test.samples * drawn.post.shape.fieldCount
    #expect(drive.elements[..<used].allSatisfy { $0 == 0 })
    #expect(drawn.coupling.argMax.elements[..<used].allSatisfy { $0 == 0 })
  }
}

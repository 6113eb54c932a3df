import Kernels
import Parallel

/// What every rank has to know of a step before the update, of which each one makes a part.
///
/// Each rank contributes the squares of its part of the gradient, block by block, its part of the report, and how long it has computed: one
/// number for 256 of the gradient. Blocks are added up in their order, so the norm does not depend on the number of ranks.
final class StepDigest {
  /// The sums of what the micro-shards report.
  let report: StepSum
  /// The Euclidean norm of the whole gradient.
  private(set) var gradientNorm = 0.0
  /// Seconds that ranks have computed: the slowest one, and their mean.
  private(set) var busy = (greatest: 0.0, mean: 0.0)

  private let gradientCount: Int
  /// The part of the sum of each rank, and its numbers here, in order.
  private let ranks: [(part: Range<Int>, numbers: Range<Int>)]
  private let own: (part: Range<Int>, numbers: Range<Int>)
  private let numbers: AlignedBuffer<Double>
  private let reported: AlignedBuffer<Float>
  private let gather: PartGather<Double>

  /// - Parameters:
  ///   - reduction: of buffers of gradient and report.
  ///   - metrics: how many a report has.
  init(_ reduction: GridReduction, of network: any TrainableNetwork, metrics: Int, samples: Int, over grid: ProcessGrid) throws {
    let count = StepSum.gradientCount(of: network)
    gradientCount = count
    var next = 0
    var ranks: [(part: Range<Int>, numbers: Range<Int>)] = []
    var places = reduction.parts
    for strip in places.indices {
      for rank in reduction.order {
        let part = reduction.parts[strip][rank]
        let length = 1 + Self.blocks(part, gradientCount: count) + Self.reported(part, gradientCount: count).count
        places[strip][rank] = next..<next + length
        ranks.append((part, places[strip][rank]))
        next += length
      }
    }
    self.ranks = ranks
    own = (reduction.part, places[grid.spin.rank][grid.data.rank])
    numbers = AlignedBuffer(count: next)
    reported = AlignedBuffer(count: StepSum.reportCount(of: network, metrics: metrics, samples: samples))
    report = StepSum(report: reported, of: network, metrics: metrics)
    gather = try PartGather(places, over: grid)
  }

  /// The blocks of the gradient in a part.
  private static func blocks(_ part: Range<Int>, gradientCount: Int) -> Int {
    part.clamped(to: 0..<gradientCount).count / SumParts.blockLength
  }

  /// The elements of a part behind the gradient.
  private static func reported(_ part: Range<Int>, gradientCount: Int) -> Range<Int> {
    max(part.lowerBound, gradientCount)..<max(part.upperBound, gradientCount)
  }

  /// Takes a step's sum. Collective.
  ///
  /// - Parameters:
  ///   - sum: of this rank's part.
  ///   - seconds: that this rank has computed.
  /// - Throws: the failure of an exchange between ranks; nothing on one rank.
  func take(_ sum: AlignedBuffer<Float>, seconds: Double) throws {
    let (part, places) = own
    var place = places.lowerBound
    func note(_ number: Double) {
      numbers[place] = number
      place += 1
    }
    note(seconds)
    for block in 0..<Self.blocks(part, gradientCount: gradientCount) {
      note(sum.squaredNorm(of: block * SumParts.blockLength..<(block + 1) * SumParts.blockLength))
    }
    for element in Self.reported(part, gradientCount: gradientCount) { note(Double(sum[element - part.lowerBound])) }
    try gather.complete(numbers, "gradients")
    read()
  }

  private func read() {
    var square = 0.0
    busy = (0, 0)
    for (part, places) in ranks {
      let seconds = numbers[places.lowerBound]
      busy.greatest = max(busy.greatest, seconds)
      busy.mean += seconds / Double(ranks.count)
      let report = Self.reported(part, gradientCount: gradientCount)
      for place in places.lowerBound + 1..<places.upperBound - report.count { square += numbers[place] }
      for (index, element) in report.enumerated() {
        reported[element - gradientCount] = Float(numbers[places.upperBound - report.count + index])
      }
    }
    gradientNorm = square.squareRoot()
  }
}

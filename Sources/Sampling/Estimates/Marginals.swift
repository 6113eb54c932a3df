import Files
import Ising
import Kernels

/// Mean spins and correlations of pairs at every temperature, with errors.
public struct Marginals: Equatable, Sendable {
  /// Two spins each, the pairs whose correlations are known.
  public let pairs: [SpinPair]
  /// `⟨s_i⟩` [temperature, from the coldest][spin].
  public let means: [[Estimate]]
  /// `⟨s_i s_j⟩` [temperature, from the coldest][pair].
  public let correlations: [[Estimate]]
}

extension SamplerSettings {
  /// Pairs of spins whose correlations are measured.
  public enum Correlations: Equatable, Sendable {
    /// No pairs, those that are coupled, or all.
    case none, edges, all
    /// These.
    case pairs([SpinPair])

    /// As many spins as all pairs are measured of.
    static let greatestSpinCount = 4096

    /// How many pairs of a problem.
    func count(in problem: IsingProblem) -> Int {
      switch self {
      case .none: 0
      case .edges: problem.couplingCount
      case .all: problem.spinCount * (problem.spinCount - 1) / 2
      case .pairs(let pairs): pairs.count
      }
    }

    /// Which pairs, in few words.
    var fingerprint: String {
      guard case .pairs(let pairs) = self else { return "\(self)" }
      var sum = Checksum()
      sum.update([UInt8](pairs.map { "\($0.first) \($0.second)\n" }.joined().utf8))
      return "\(pairs.count) pairs, \(sum.text)"
    }

    /// The pairs in the order in which results have them: coupled ones by the greater of their spins, then by the other.
    func pairs(in problem: IsingProblem) -> [SpinPair] {
      switch self {
      case .none: []
      case .edges:
        (0..<problem.spinCount).flatMap { spin in
          problem.row(spin).lazy.map { Int(problem.neighbours[$0]) }.filter { $0 < spin }.map { SpinPair($0, spin) }
        }
      case .all: (0..<problem.spinCount).flatMap { spin in (0..<spin).map { SpinPair($0, spin) } }
      case .pairs(let pairs): pairs
      }
    }
  }
}

/// Sums of spins and pairs over blocks of a rank's states: of each block its mean and the square of it are added up, in whole numbers, so that results
/// do not depend on who has which ladder or spin.
///
/// A block is one ladder at one temperature over a part of the time, or two ladders that exchange spins. The parts are as many as make 32 blocks or
/// more, if the measurements can be divided so.
final class MarginalRecord {
  /// Means of blocks are rounded to so much of their greatest.
  private static let resolution = 0x1p20
  private static let wantedBlocks = 32

  /// [temperature][item of this rank]: over all finished blocks.
  private(set) var totals: [Int64]
  private(set) var squares: [Int64]
  /// Measurements of the block that is not finished.
  private(set) var added = 0

  private let sums: any ReplicaSums
  /// The number of each item among all spins and pairs of the problem.
  private let numbers: [Int]
  private let itemCount: Int
  private let temperatureCount: Int
  private let ladders: Range<Int>
  private let laddersOfRow: Int
  private let measurementsOfBlock: Int
  private let parts: Int
  private var buffer: [Int64]

  /// - Parameters:
  ///   - meter: of the kernel that has these ladders.
  ///   - chains: all ladders of the run.
  init(
    _ problem: IsingProblem, _ settings: SamplerSettings, schedule: SamplingSchedule, states: ReplicaStates,
    meter: any ReplicaMeter, ladders: Range<Int>, of chains: Int, temperatures: Int
  ) {
    let isCoupled = settings.correlations == .edges
    let pairs = settings.correlations.pairs(in: problem)
    self.ladders = ladders
    laddersOfRow = settings.chainsOfBlock == 4 ? 2 : 1
    temperatureCount = temperatures
    let measurements = schedule.measured / schedule.every
    parts = Self.parts(of: measurements, columns: (chains + laddersOfRow - 1) / laddersOfRow)
    measurementsOfBlock = measurements / parts
    let rows = (ladders.count + laddersOfRow - 1) / laddersOfRow * temperatures
    sums = meter.sums(pairs: isCoupled ? nil : pairs, rows: rows, greatest: measurementsOfBlock * laddersOfRow)
    itemCount = problem.spinCount + pairs.count
    if isCoupled {
      let places = Dictionary(uniqueKeysWithValues: pairs.enumerated().map { ($0.element, $0.offset) })
      numbers =
        states.layout.own
        + states.coupledPairs.map { pair in
          problem.spinCount + (places[SpinPair(min(pair.first, pair.second), max(pair.first, pair.second))] ?? 0)
        }
    } else {
      numbers = states.layout.own + pairs.indices.map { problem.spinCount + $0 }
    }
    totals = [Int64](repeating: 0, count: temperatures * numbers.count)
    squares = totals
    buffer = [Int64](repeating: 0, count: numbers.count)
  }

  /// In how many equal parts the time is cut.
  static func parts(of measurements: Int, columns: Int) -> Int {
    let wanted = max((wantedBlocks + columns - 1) / columns, 1)
    return (wanted...4 * wanted).first { measurements % $0 == 0 }
      ?? (1...wanted).last { measurements % $0 == 0 } ?? 1
  }

  /// Bytes on a rank with so many ladders.
  static func bytes(
    _ problem: IsingProblem, _ settings: SamplerSettings, schedule: SamplingSchedule, ladders: Int, temperatures: Int
  ) -> Double {
    let items = Double(problem.spinCount + settings.correlations.count(in: problem))
    let digits = Double(2 * (Int.bitWidth - (schedule.measured / schedule.every * 2).leadingZeroBitCount))
    let perReplica = settings.spins == .ising ? digits / 8 : 8
    return items * (Double(ladders * temperatures) * perReplica + Double(temperatures) * 32 + 48)
  }

  /// Adds the states that the meter has read: `lane` says where the replica of a ladder, counted from the first one, at a temperature is.
  func add(_ lane: (_ ladder: Int, _ temperature: Int) -> Int) {
    for ladder in 0..<ladders.count {
      for temperature in 0..<temperatureCount {
        sums.add(lane: lane(ladder, temperature), to: ladder / laddersOfRow * temperatureCount + temperature)
      }
    }
    added += 1
    if added == measurementsOfBlock { finishBlock() }
  }

  private var rowCount: Int { (ladders.count + laddersOfRow - 1) / laddersOfRow * temperatureCount }
  /// A last ladder may be without one to exchange spins with.
  private func statesOfBlock(row: Int) -> Int {
    measurementsOfBlock * min(laddersOfRow, ladders.count - row / temperatureCount * laddersOfRow)
  }

  /// By which sums of a block are multiplied before they are rounded.
  private var factor: Double {
    min(1, Self.resolution / (sums.greatest * Double(measurementsOfBlock * laddersOfRow)))
  }

  private func finishBlock() {
    let factor = factor
    for row in 0..<rowCount {
      sums.read(row: row, into: &buffer)
      let base = row % temperatureCount * numbers.count
      for item in buffer.indices {
        let mean = factor == 1 ? buffer[item] : Int64((Double(buffer[item]) * factor).rounded())
        totals[base + item] += mean
        squares[base + item] += mean * mean
      }
    }
    sums.clear()
    added = 0
  }
}

// MARK: - Results and checkpoints

extension MarginalRecord {
  /// [temperature][spin or pair] of numbers of this rank's items.
  private func placed(_ own: [Int64], rows: Int) -> [Int64] {
    var all = [Int64](repeating: 0, count: rows * itemCount)
    for row in 0..<rows {
      for (item, number) in numbers.enumerated() { all[row * itemCount + number] = own[row * numbers.count + item] }
    }
    return all
  }

  /// Totals and squares of all spins and pairs, this rank's part.
  var state: (totals: [Int64], squares: [Int64]) {
    (placed(totals, rows: temperatureCount), placed(squares, rows: temperatureCount))
  }

  /// [row][spin or pair] of the block that is not finished, this rank's part.
  var present: [Int64] {
    var all: [Int64] = []
    for row in 0..<rowCount {
      sums.read(row: row, into: &buffer)
      all += placed(buffer, rows: 1)
    }
    return all
  }

  /// - Parameters:
  ///   - totals: of all ranks; empty where another rank takes them up.
  ///   - present: of this rank's ladders.
  func restore(totals all: [Int64], squares allSquares: [Int64], present: [Int64], added: Int) {
    for temperature in 0..<temperatureCount {
      for (item, number) in numbers.enumerated() {
        totals[temperature * numbers.count + item] = all.isEmpty ? 0 : all[temperature * itemCount + number]
        squares[temperature * numbers.count + item] = all.isEmpty ? 0 : allSquares[temperature * itemCount + number]
      }
    }
    self.added = added
    for row in 0..<rowCount {
      let part = numbers.map { present[row * itemCount + $0] }
      sums.set(row: row, to: part, added: added * statesOfBlock(row: row) / measurementsOfBlock)
    }
  }

  /// Numbers of a checkpoint: of all, and of the block that is not finished, for so many ladders.
  func checkpointSizes(chains: Int) -> (all: Int, present: Int) {
    (temperatureCount * itemCount, (chains + laddersOfRow - 1) / laddersOfRow * temperatureCount * itemCount)
  }

  var greatestAdded: Int { measurementsOfBlock }

  /// - Parameters:
  ///   - totals: of all ranks, as well as squares.
  ///   - chains: all ladders of the run.
  func marginals(
    _ problem: IsingProblem, _ settings: SamplerSettings, totals: [Int64], squares: [Int64], chains: Int
  ) -> Marginals {
    let blocks = Double((chains + laddersOfRow - 1) / laddersOfRow * parts)
    let scale = factor * Double(measurementsOfBlock * laddersOfRow)
    func estimate(_ place: Int) -> Estimate {
      let (total, square) = (Double(totals[place]), Double(squares[place]))
      let variance = max(square - total / blocks * total, 0) / max(blocks - 1, 1)
      return Estimate(
        value: sums.mean(total / blocks / scale),
        error: blocks > 1 ? sums.slope * (variance / blocks).squareRoot() / scale : .nan)
    }
    let spins = problem.spinCount
    let rows = (0..<temperatureCount).reversed().map { $0 * itemCount }
    return Marginals(
      pairs: settings.correlations.pairs(in: problem), means: rows.map { row in (0..<spins).map { estimate(row + $0) } },
      correlations: rows.map { row in (spins..<itemCount).map { estimate(row + $0) } })
  }
}

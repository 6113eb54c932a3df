import Cluster
import Foundation

/// One measurement of a scaling study: a row of `scaling.csv`. Times are seconds of one step, one mini-batch.
public struct ScalingPoint: Codable, Equatable, Sendable {
  public var mode: ScalingMode
  public var ranks: Int
  /// Data × spin.
  public var data: Int
  public var spin: Int
  public var nodes: Int
  /// 1 for the first.
  public var repetition: Int
  public var batch: Int
  public var steps: Int
  /// Of the slowest rank.
  public var seconds: Double
  public var samplesPerSecond: Double
  public var spinUpdatesPerSecond: Double
  /// Products, moves of spins, gradients, the update and images: mean over ranks.
  public var compute: Double
  /// The same of the busiest rank.
  public var computeMost: Double
  /// Packing and sending of rows, waiting for rows, sums over ranks: means over ranks.
  public var exchange: Double
  public var wait: Double
  public var reduce: Double
  /// Of the busiest rank, counted beforehand.
  public var samplesOfBusiest: Double
  public var messages: Double
  public var bytes: Double
  /// Of this job's network, measured on a ring of its ranks: seconds of a short message, bytes a second of a long one.
  public var latency: Double
  public var bandwidth: Double
  /// Ranks of the fullest node for each of its cores, at least 1.
  public var ranksPerCore: Double
  /// Of the rank with most, bytes.
  public var memory: Int
  /// From the launch to the end of the first step.
  public var start: Double
  /// Of all nodes' processors, where the platform counts it.
  public var joules: Double?
  /// Speed a rank in proportion to that of the fewest ranks.
  public var efficiency: Double?

  public var grid: GridShape { GridShape(data: data, spin: spin) }

  /// What tells one planned point from another.
  var key: String { "\(mode.rawValue) \(ranks) \(repetition)" }
}

/// `scaling.csv`.
public struct ScalingTable: Equatable, Sendable {
  public private(set) var points: [ScalingPoint] = []

  public static let header =
    "mode,ranks,data,spin,nodes,repeat,batch,steps,seconds,samplesPerSecond,spinUpdatesPerSecond,compute,computeMost,exchange,wait,"
    + "reduce,samplesOfBusiest,messages,bytes,latency,bandwidth,ranksPerCore,memory,start,joules,efficiency"

  public init() {}

  public mutating func add(_ point: ScalingPoint) {
    points.append(point)
    setEfficiencies()
  }

  /// Against the median of the fewest ranks of the same mode.
  private mutating func setEfficiencies() {
    for mode in ScalingMode.allCases {
      let fewest = points.filter { $0.mode == mode }.map(\.ranks).min() ?? 1
      let base = Self.median(
        points.filter { $0.mode == mode && $0.ranks == fewest }.map { $0.samplesPerSecond / Double($0.ranks) })
      for index in points.indices where points[index].mode == mode {
        points[index].efficiency = points[index].samplesPerSecond / Double(points[index].ranks) / base
      }
    }
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// - Throws: `FileError`.
  public func write(to path: String) throws {
    try AtomicFile.write(([Self.header] + points.map(\.row)).map { $0 + "\n" }.joined(), to: path)
  }

  /// - Throws: `FileError` naming the line that is wrong.
  public init(contentsOf path: String) throws {
    let lines = String(decoding: try FileBytes.read(path, atMost: 1 << 26), as: UTF8.self).split(separator: "\n")
    guard lines.first.map(String.init) == Self.header else {
      throw FileError(path: path, reason: "line 1: expected the header of a scaling study, `mode,ranks,data,…`")
    }
    points = try lines.dropFirst().enumerated().map { index, line in
      guard let point = ScalingPoint(row: line) else {
        throw FileError(path: path, reason: "line \(index + 2): found `\(line)`, expected the figures of a point")
      }
      return point
    }
  }
}

extension ScalingPoint {
  fileprivate var row: String {
    func format(_ value: Double) -> String { String(format: "%.7g", value) }
    let counts = [ranks, data, spin, nodes, repetition, batch, steps].map(String.init)
    let times = [
      seconds, samplesPerSecond, spinUpdatesPerSecond, compute, computeMost, exchange, wait, reduce, samplesOfBusiest, messages,
      bytes,
      latency, bandwidth, ranksPerCore,
    ].map(format)
    let rest = ["\(memory)", format(start), joules.map(format) ?? "", efficiency.map(format) ?? ""]
    return ([mode.rawValue] + counts + times + rest).joined(separator: ",")
  }

  fileprivate init?(row: Substring) {
    let fields = row.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == 26, let mode = ScalingMode(rawValue: String(fields[0])) else { return nil }
    let counts = fields[1...7].compactMap { Int($0) }
    let numbers = fields[8...21].compactMap { Double($0) }
    guard counts.count == 7, counts.allSatisfy({ $0 > 0 }), numbers.count == 14, numbers[0] > 0, let memory = Int(fields[22]),
      let start = Double(fields[23])
    else { return nil }
    self.init(
      mode: mode, ranks: counts[0], data: counts[1], spin: counts[2], nodes: counts[3], repetition: counts[4], batch: counts[5],
      steps: counts[6], seconds: numbers[0], samplesPerSecond: numbers[1], spinUpdatesPerSecond: numbers[2], compute: numbers[3],
      computeMost: numbers[4], exchange: numbers[5], wait: numbers[6], reduce: numbers[7], samplesOfBusiest: numbers[8],
      messages: numbers[9], bytes: numbers[10], latency: numbers[11], bandwidth: numbers[12], ranksPerCore: numbers[13],
      memory: memory, start: start, joules: Double(fields[24]), efficiency: Double(fields[25]))
  }
}

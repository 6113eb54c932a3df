import Files
import Foundation
import Parallel

/// One measurement of a scaling study: a row of `scaling.csv`. Times are seconds of one step.
package struct ScalingPoint: Codable, Equatable, Sendable {
  package var mode: ScalingMode
  package var ranks: Int
  /// Data × spin.
  package var data: Int
  package var spin: Int
  package var nodes: Int
  /// 1 for the first.
  package var repetition: Int
  /// Of work that all ranks do in a step: samples of a mini-batch, or sweeps over the problem that was given.
  package var units: Double
  package var steps: Int
  /// Of the slowest rank.
  package var seconds: Double
  package var unitsPerSecond: Double
  package var spinUpdatesPerSecond: Double
  /// All that is none of the three below: mean over ranks.
  package var compute: Double
  /// The same of the busiest rank.
  package var computeMost: Double
  /// Packing and sending of states, waiting for states, sums over ranks: means over ranks.
  package var exchange: Double
  package var wait: Double
  package var reduce: Double
  /// Of the busiest rank, counted beforehand.
  package var work: StepWork
  /// Of this job's network, measured on a ring of its ranks: seconds of a short message, bytes a second of a long one.
  package var latency: Double
  package var bandwidth: Double
  /// Ranks of the fullest node for each of its cores, at least 1.
  package var ranksPerCore: Double
  /// Of the rank with most, bytes.
  package var memory: Int
  /// From the launch to the end of the first step.
  package var start: Double
  /// Of all nodes' processors, where the platform counts it.
  package var joules: Double?
  /// Speed a rank in proportion to that of the fewest ranks.
  package var efficiency: Double?

  package var grid: GridShape { GridShape(data: data, spin: spin) }

  var network: PerformanceModel.Network { .init(latency: latency, bandwidth: bandwidth) }

  /// What tells one planned point from another.
  var key: String { "\(mode.rawValue) \(ranks) \(repetition)" }
}

/// `scaling.csv`.
package struct ScalingTable: Equatable, Sendable {
  package private(set) var points: [ScalingPoint] = []

  package static let header =
    "mode,ranks,data,spin,nodes,repeat,steps,units,seconds,unitsPerSecond,spinUpdatesPerSecond,compute,computeMost,exchange,wait,"
    + "reduce,unitsOfBusiest,messages,bytes,latency,bandwidth,ranksPerCore,memory,start,joules,efficiency"

  package init() {}

  package mutating func add(_ point: ScalingPoint) {
    points.append(point)
    setEfficiencies()
  }

  /// Against the median of the fewest ranks of the same mode.
  private mutating func setEfficiencies() {
    for mode in ScalingMode.allCases {
      let fewest = points.filter { $0.mode == mode }.map(\.ranks).min() ?? 1
      let base = Self.median(
        points.filter { $0.mode == mode && $0.ranks == fewest }.map { $0.unitsPerSecond / Double($0.ranks) })
      for index in points.indices where points[index].mode == mode {
        points[index].efficiency = points[index].unitsPerSecond / Double(points[index].ranks) / base
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
  package func write(to path: String) throws {
    try AtomicFile.write(([Self.header] + points.map(\.row)).map { $0 + "\n" }.joined(), to: path)
  }

  /// - Throws: `FileError` naming the line that is wrong.
  package init(contentsOf path: String) throws {
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
    let counts = [ranks, data, spin, nodes, repetition, steps].map(String.init)
    let times = [
      units, seconds, unitsPerSecond, spinUpdatesPerSecond, compute, computeMost, exchange, wait, reduce, work.units,
      work.messages, work.bytes, latency, bandwidth, ranksPerCore,
    ].map(format)
    let rest = ["\(memory)", format(start), joules.map(format) ?? "", efficiency.map(format) ?? ""]
    return ([mode.rawValue] + counts + times + rest).joined(separator: ",")
  }

  fileprivate init?(row: Substring) {
    let fields = row.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == 26, let mode = ScalingMode(rawValue: String(fields[0])) else { return nil }
    let counts = fields[1...6].compactMap { Int($0) }
    let numbers = fields[7...21].compactMap { Double($0) }
    guard counts.count == 6, counts.allSatisfy({ $0 > 0 }), numbers.count == 15, numbers[1] > 0, let memory = Int(fields[22]),
      let start = Double(fields[23])
    else { return nil }
    self.init(
      mode: mode, ranks: counts[0], data: counts[1], spin: counts[2], nodes: counts[3], repetition: counts[4], units: numbers[0],
      steps: counts[5], seconds: numbers[1], unitsPerSecond: numbers[2], spinUpdatesPerSecond: numbers[3], compute: numbers[4],
      computeMost: numbers[5], exchange: numbers[6], wait: numbers[7], reduce: numbers[8],
      work: StepWork(units: numbers[9], messages: numbers[10], bytes: numbers[11]), latency: numbers[12],
      bandwidth: numbers[13], ranksPerCore: numbers[14], memory: memory, start: start, joules: Double(fields[24]),
      efficiency: Double(fields[25]))
  }
}

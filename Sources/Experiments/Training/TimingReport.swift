import Files
import Foundation
import Host
import Kernels
import Learning
import MPI

/// Where the time of a training went, over all ranks: the table at the end of the log, after the manner of LAMMPS.
struct TimingReport {
  private struct Row {
    var name: String
    var minimum: Double
    var mean: Double
    var maximum: Double
  }

  private let rows: [Row]
  private let total: Double
  private let traffic: String?
  /// Over all steps: the times of the slowest ranks to the mean ones.
  private let imbalance: Double
  /// Greatest resident bytes of the rank with the least and of the one with the most.
  private let memory: (least: Int, most: Int)
  private let estimate: DeviceComparison?

  /// Collective; the report is complete on every rank.
  ///
  /// - Parameters:
  ///   - seconds: that the training has taken on this rank.
  ///   - estimate: of a physical machine, where there is one.
  init(_ trainer: Trainer, seconds: Double, estimate: DeviceComparison? = nil, over world: Communicator) throws {
    self.estimate = estimate
    let times = trainer.times
    let other = seconds - times.seconds.reduce(0, +)
    let own = times.seconds + [max(other, 0)]
    let all = try world.allgather(own)
    let ranks = world.size
    let names = Profile.Phase.allCases.map { "\($0)" } + ["other"]
    rows = names.enumerated().map { index, name in
      let column = (0..<ranks).map { all[$0 * names.count + index] }
      return Row(
        name: name, minimum: column.min() ?? 0, mean: column.reduce(0, +) / Double(ranks), maximum: column.max() ?? 0)
    }
    total = try world.allreduce(seconds, .max)
    imbalance = trainer.balance.ratio
    memory = (try world.allreduce(ProcessMemory.greatest, .min), try world.allreduce(ProcessMemory.greatest, .max))
    let (sent, predicted) = trainer.network.traffic
    let counts = try [sent.messages, sent.bytes, predicted.messages, predicted.bytes, trainer.network.sweeps].map {
      try world.allreduce($0, .sum)
    }
    // Ranks of one spin group sweep together.
    let sweeps = Double(max(counts[4] / trainer.grid.spin.size, 1))
    traffic =
      trainer.grid.spin.size == 1
      ? nil
      : String(
        format: "exchanged a sweep and network: %.2f messages, %.0f bytes; predicted by the partition: %.2f messages, %.0f bytes",
        Double(counts[0]) / sweeps, Double(counts[1]) / sweeps, Double(counts[2]) / sweeps, Double(counts[3]) / sweeps)
  }

  /// The table, line by line.
  var lines: [String] {
    var table = TextTable(["seconds of", "min", "mean", "max", "% of total"], numeric: [false, true, true, true, true])
    for row in rows {
      let share = 100 * row.mean / max(total, .leastNormalMagnitude)
      table.add(
        [row.name] + [row.minimum, row.mean, row.maximum].map { String(format: "%.3f", $0) } + [String(format: "%.1f", share)])
    }
    table.add(["total", "", "", String(format: "%.3f", total), "100.0"])
    var lines = table.lines
    if let traffic { lines.append(traffic) }
    lines.append(String(format: "load imbalance: the slowest rank of a step computes %.2f times the mean", imbalance))
    lines.append("memory of a rank at its greatest: \(ByteCount(memory.least)) to \(ByteCount(memory.most))")
    return lines + (estimate?.lines ?? [])
  }
}

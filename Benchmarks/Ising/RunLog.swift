import ArgumentParser
import Foundation
import Ising
import Machines
import Solving

/// Runs of many instances, machines, times and seeds, each written to a file as soon as it is over: a table that was interrupted
/// goes on where it stopped.
final class RunLog {
  /// What a run is of.
  struct Key: Hashable {
    var instance: String
    /// `default` if none was named.
    var machine: String
    /// Seconds of processor time.
    var limit: Double
    var seed: UInt64
  }

  struct Row {
    var cut: Double
    var secondsToBest: Double
    var spinUpdatesPerSecond: Double
  }

  private(set) var rows: [Key: Row] = [:]
  private let path: String
  private static let header = "instance,machine,limit,seed,cut,seconds_to_best,spin_updates_per_second"

  /// - Parameter path: made if it is not there.
  init(_ path: String) throws {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else {
      try Data((Self.header + "\n").utf8).write(to: URL(fileURLWithPath: path))
      return
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
    guard lines.first.map(String.init) == Self.header else {
      throw ValidationError("\(path):1: expected the header `\(Self.header)`")
    }
    for (number, line) in lines.enumerated().dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 7, let limit = Double(fields[2]), let seed = UInt64(fields[3]), let cut = Double(fields[4]),
        let toBest = Double(fields[5]), let updates = Double(fields[6])
      else { throw ValidationError("\(path):\(number + 1): expected seven fields, as the header names them") }
      rows[Key(instance: fields[0], machine: fields[1], limit: limit, seed: seed)] = Row(
        cut: cut, secondsToBest: toBest, spinUpdatesPerSecond: updates)
    }
  }

  /// The run as it is in the file, or else as it is now made and written there.
  @discardableResult func row(_ key: Key, make: () throws -> BenchmarkRun) throws -> Row {
    if let row = rows[key] { return row }
    let run = try make()
    let row = Row(cut: run.cut, secondsToBest: run.secondsToBest, spinUpdatesPerSecond: run.spinUpdates / max(run.seconds, 1e-9))
    rows[key] = row
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? handle.close() }
    try handle.seekToEnd()
    let line =
      "\(key.instance),\(key.machine),\(text(key.limit)),\(key.seed),\(text(row.cut)),"
      + String(format: "%.3f,%.4g\n", row.secondsToBest, row.spinUpdatesPerSecond)
    try handle.write(contentsOf: Data(line.utf8))
    FileHandle.standardError.write(Data("\(key.instance) \(key.machine) \(run.line)\n".utf8))
    return row
  }
}

/// What the two tables share: where the graphs are, and how long each run takes.
struct TableOptions: ParsableArguments {
  @Argument(help: "The folder of the G-set's files, with BEST_KNOWN.csv.") var folder: String
  @Option(help: "Runs of each line.") var seeds = 5
  @Option(help: "The file of finished runs, one per line; runs already in it are not repeated.") var log: String

  func validate() throws {
    guard seeds > 0 else { throw ValidationError("--seeds is \(seeds), expected 1 or more") }
  }

  /// An instance's graph, whatever its file's ending.
  func graph(_ instance: String) throws -> Instance {
    for ending in ["txt", "txt.gz", "rud", "rud.gz"] {
      let path = "\(folder)/\(instance).\(ending)"
      if FileManager.default.fileExists(atPath: path) {
        let bestKnown = BestKnown.cut(for: path) ?? Self.published[instance]
        return Instance(name: instance, problem: try MaxCut(try ProblemFile.read(path).graph), bestKnown: bestKnown)
      }
    }
    throw ValidationError("\(folder): no file of \(instance) is there")
  }

  /// Best known cuts of graphs that are not in the G-set's list (K2000: Goto et al. 2021).
  private static let published: [String: Double] = ["K2000": 33337]

  struct Instance {
    var name: String
    var problem: MaxCut
    var bestKnown: Double?
  }

  /// The runs of all seeds.
  func rows(_ instance: Instance, _ machine: MachineKind?, time: Double, in log: RunLog) throws -> [RunLog.Row] {
    try (1...UInt64(seeds)).map { seed in
      try log.row(.init(instance: instance.name, machine: machine?.rawValue ?? "default", limit: time, seed: seed)) {
        var settings = SolverSettings()
        (settings.machine, settings.time, settings.clock, settings.seed) = (machine, .seconds(time), .processor, seed)
        return try BenchmarkRun(instance.problem, settings)
      }
    }
  }
}

extension [RunLog.Row] {
  /// The middle cut; the lesser one of two.
  var medianCut: Double { map(\.cut).sorted()[(count - 1) / 2] }
  /// The middle number of spin updates a second.
  var medianRate: Double { map(\.spinUpdatesPerSecond).sorted()[(count - 1) / 2] }
}

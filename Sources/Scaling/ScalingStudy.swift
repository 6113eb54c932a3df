import Experiments
import Files
import Foundation
import Host
import Parallel

/// Measures a step on several numbers of ranks, each as a job of its own, and draws what came out.
///
/// The folder holds `configuration.yaml` or `problem.txt` (what is measured), `scaling.csv` (a row a point, at once when it is measured), `points.log`
/// (what the jobs said), and at the end the plots and `model.txt`. A study that was interrupted measures what is missing.
package struct ScalingStudy {
  package enum Outcome: Equatable, Sendable {
    case finished
    /// A signal came; the points so far are written.
    case stopped
  }

  package let folder: String
  private let settings: ScalingSettings
  private let subject: any ScalingSubject
  /// What the jobs are told to measure.
  private let word: String
  private let program: String

  package static let tableName = "scaling.csv"
  package static var ownProgram: String { URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path }

  private struct Plan {
    var mode: ScalingMode
    var ranks: Int
    var repetition: Int
    var key: String { "\(mode.rawValue) \(ranks) \(repetition)" }
  }

  /// - Parameter program: that the launcher starts with `scaling-point`; by default this one.
  /// - Throws: `RunFolderError` if the folder holds another study, `FileError` if it cannot be written.
  package init(_ subject: any ScalingSubject, settings: ScalingSettings, folder: String, program: String = Self.ownProgram) throws
  {
    self.subject = subject
    self.settings = settings
    self.folder = folder
    self.program = program
    try FileBytes.createFolder(folder)
    let exists = FileManager.default.fileExists(atPath:)
    if exists("\(folder)/\(Self.tableName)"), !exists("\(folder)/\(subject.fileName)") {
      throw RunFolderError("\(folder): holds a study of something else: there is no \(subject.fileName)")
    }
    word = try subject.store(in: folder)
  }

  /// Measures what is missing.
  ///
  /// - Parameter say: told what is done.
  /// - Throws: `ScalingError` with the end of a job's output if it fails.
  package func measure(say: (String) -> Void) throws -> Outcome {
    var table = try storedTable()
    let known = Set(table.points.map(\.key))
    let missing = plans.filter { !known.contains($0.key) }
    if !known.isEmpty { say("measured already: \(counted(known.count, "point")); missing: \(missing.count)") }
    for plan in missing {
      guard let point = try measure(plan) else { return .stopped }
      table.add(point)
      try table.write(to: "\(folder)/\(Self.tableName)")
      say(describe(table.points[table.points.count - 1]))
    }
    return .finished
  }

  /// All repetitions in turns, so that a machine that is slower for a while does not make one number of ranks look worse.
  private var plans: [Plan] {
    (1...settings.repetitions).flatMap { repetition in
      settings.modes.flatMap { mode in settings.ranks.map { Plan(mode: mode, ranks: $0, repetition: repetition) } }
    }
  }

  private func storedTable() throws -> ScalingTable {
    let path = "\(folder)/\(Self.tableName)"
    return FileManager.default.fileExists(atPath: path) ? try ScalingTable(contentsOf: path) : ScalingTable()
  }

  private func describe(_ point: ScalingPoint) -> String {
    "\(point.mode.rawValue), \(counted(point.ranks, "rank")) as \(point.grid) on \(counted(point.nodes, "node")): "
      + String(
        format: "%.4g \(subject.unit)/s, efficiency %.2f, a step %.3g s", point.unitsPerSecond, point.efficiency ?? .nan,
        point.seconds)
  }

  // MARK: - Jobs

  private func command(_ plan: Plan) -> [String] {
    var words = settings.launcher + ["-n", "\(plan.ranks)", program, "scaling-point", word]
    words += ["--mode", plan.mode.rawValue, "--steps", "\(settings.steps)", "--repetition", "\(plan.repetition)"]
    words += ["--launched", "\(Date().timeIntervalSince1970)"]
    if let grid = settings.grids.first(where: { $0.data * $0.spin == plan.ranks }) {
      words += ["--grid", "\(grid.data)x\(grid.spin)"]
    }
    return words
  }

  /// `nil` if a signal came.
  private func measure(_ plan: Plan) throws -> ScalingPoint? {
    let words = command(plan)
    let output = "\(folder)/point.json"
    try AtomicFile.write("", to: output)
    let log = try RunLog(path: "\(folder)/points.log")
    log.write(words.joined(separator: " "))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: log.path))
    try errors.seekToEnd()
    process.standardError = errors
    try process.run()
    while process.isRunning {
      if StopSignal.isRequested { process.terminate() }
      usleep(20_000)
    }
    if StopSignal.isRequested { return nil }
    guard process.terminationStatus == 0, let point = Self.point(in: try FileBytes.read(output)) else {
      let said = (try? FileBytes.read(log.path)).map { String(decoding: $0.suffix(2000), as: UTF8.self) } ?? ""
      throw ScalingError(
        "a point could not be measured (exit code \(process.terminationStatus)): \(words.joined(separator: " "))\n"
          + said.split(separator: "\n").suffix(5).joined(separator: "\n"))
    }
    try? FileManager.default.removeItem(atPath: output)
    return point
  }

  /// The line that is a point. Libraries below MPI write messages of their own to standard output, as UCX does.
  static func point(in output: [UInt8]) -> ScalingPoint? {
    output.split(separator: UInt8(ascii: "\n")).lazy.compactMap { try? JSONDecoder().decode(ScalingPoint.self, from: Data($0)) }
      .first
  }

  // MARK: - Evaluation

  /// Fits the model, writes `model.txt` and the plots, and returns the text.
  package func evaluate() throws -> String {
    let analysis = try ScalingAnalysis(
      try storedTable(), subject: subject, settings: settings,
      checks: try settings.checks.map { ($0, try ScalingTable(contentsOf: "\($0)/\(Self.tableName)")) })
    let text = try analysis.text()
    try AtomicFile.write(text, to: "\(folder)/model.txt")
    for (name, chart) in try analysis.charts() where !chart.isEmpty {
      try AtomicFile.write(chart.file, to: "\(folder)/\(name).svg")
    }
    return text
  }
}

/// A study, or a point of one, that cannot be measured.
package struct ScalingError: Error, Equatable, CustomStringConvertible {
  package var description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// What a scaling study measures, and how its jobs are started.
package struct ScalingSettings: Equatable, Sendable {
  package var modes: [ScalingMode] = [.strong]
  /// Numbers of ranks, ascending.
  package var ranks: [Int] = [1, 2, 4]
  /// Of these numbers of ranks; for a number without any the grid that is predicted to be fastest is taken.
  package var grids: [GridShape] = []
  package var repetitions = 3
  /// Steps that are timed.
  package var steps = 5
  /// The launcher's words: what `-n RANKS PROGRAM` follows.
  package var launcher = ["mpirun"]
  /// Cores that all ranks share, where the launcher's hosts are not machines of their own.
  package var sharedCores: Int?
  /// Numbers of ranks to predict.
  package var predicted = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096]
  /// The network to predict for; `nil` for the one that was measured.
  package var network: PerformanceModel.Network?
  /// Other studies, whose points the model is compared with.
  package var checks: [String] = []

  package init() {}

  /// - Throws: `ScalingError` that names the option whose value makes no sense.
  package func check() throws {
    guard repetitions > 0, steps > 0 else { throw ScalingError("--repeats and --steps have to be above 0") }
    if let network, !(network.latency > 0 && network.bandwidth > 0) {
      throw ScalingError("--latency and --bandwidth belong together, and are above 0")
    }
    if let sharedCores, sharedCores < 1 { throw ScalingError("--shared-cores \(sharedCores): expected a positive number") }
    if let stranger = grids.first(where: { !ranks.contains($0.data * $0.spin) }) {
      throw ScalingError(
        "--grids: \(stranger) has \(stranger.data * stranger.spin) ranks, which are not among --ranks "
          + ranks.map(String.init).joined(separator: ","))
    }
  }

  /// `1,2,4`.
  package static func numbers(_ text: String, of option: String) throws -> [Int] {
    try text.split(separator: ",").map { word in
      guard let number = Int(word), number > 0 else { throw ScalingError("\(option): `\(word)` is not a positive number") }
      return number
    }
  }

  /// `2x2,1x4`; none for `auto`.
  package static func grids(_ text: String) throws -> [GridShape] {
    try text == "auto" ? [] : text.split(separator: ",").map { try grid(String($0)) }
  }

  /// `2x4` or `2×4`.
  package static func grid(_ text: String) throws -> GridShape {
    let extents = text.split(whereSeparator: { $0 == "x" || $0 == "×" }).compactMap { Int($0) }
    guard extents.count == 2, extents.allSatisfy({ $0 > 0 }) else {
      throw ScalingError("`\(text)` is not a grid; expected data x spin, such as 2x4")
    }
    return GridShape(data: extents[0], spin: extents[1])
  }
}

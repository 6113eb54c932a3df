import Configuration
import Files
import Foundation
import Host

/// The folder that says everything about one run.
///
/// It holds `configuration.yaml` (resolved), `environment.json`, `metrics.csv`, `log.txt`, `timing.txt` and `checkpoints/`, and is locked while
/// a job writes to it. One process of a job opens it, as a rule rank 0.
package final class RunFolder {
  package let path: String
  package let checkpoints: CheckpointStore
  private let lock: RunLock

  private init(path: String, lock: RunLock) {
    self.path = path
    self.lock = lock
    checkpoints = CheckpointStore(run: path)
  }

  /// The files of a run folder.
  package enum FileName: String, CaseIterable, Sendable {
    case configuration = "configuration.yaml"
    case environment = "environment.json"
    case metrics = "metrics.csv"
    case log = "log.txt"
    case timing = "timing.txt"
    case checkpoints
    case predictions = "test-predictions.csv"
  }

  package func path(of file: FileName) -> String { "\(path)/\(file.rawValue)" }

  /// Opens the folder of a run, makes it if need be, locks it and writes `configuration.yaml`.
  ///
  /// - Parameters:
  ///   - path: the folder; a new one is made below `configuration.run.folder` if `nil`.
  ///   - resume: whether the folder may hold a run already. One that does not exist yet is made, so that a job script can say
  ///     `--resume` on every start.
  ///   - warn: told about what changed since the run was started, and about a lock that was taken over.
  /// - Throws: `RunFolderError` if the folder holds something and `resume` is false, if it is in use, or if it belongs to a run
  ///   whose configuration differs in what decides the result; `FileError` if it cannot be written.
  package static func open(
    _ path: String? = nil, configuration: Configuration, resume: Bool = false, now: Date = Date(),
    warn: (String) -> Void = { _ in }
  ) throws -> RunFolder {
    let path = try path ?? freshPath(for: configuration, now: now)
    try requireRoom(path, resume: resume)
    try FileBytes.createFolder(path)
    let folder = RunFolder(path: path, lock: try RunLock(folder: path, warn: warn))
    try folder.record(configuration, warn: warn)
    return folder
  }

  /// Lets other jobs have the folder. It is not to be written to any more.
  package func close() {
    lock.release()
  }

  /// The configuration of a run, from its folder.
  package static func configuration(of path: String) throws -> Configuration {
    try Configuration(contentsOf: "\(path)/\(FileName.configuration.rawValue)")
  }
}

/// A run folder that cannot be used.
package struct RunFolderError: Error, Equatable, CustomStringConvertible {
  package var description: String

  package init(_ description: String) {
    self.description = description
  }
}

// MARK: - Names and contents

extension RunFolder {
  /// Whether a run could begin or go on in a folder; writes nothing.
  ///
  /// - Parameter path: a new folder below `configuration.run.folder` if `nil`.
  /// - Returns: the folder, or the one above it that is there and in which it would be made.
  /// - Throws: what `open` would throw.
  package static func check(_ path: String?, configuration: Configuration, resume: Bool) throws -> String {
    let path = try path ?? freshPath(for: configuration, now: Date())
    try requireRoom(path, resume: resume)
    try RunLock.requireFree(folder: path)
    _ = try changes(to: configuration, in: path)
    var above = URL(fileURLWithPath: path)
    while !FileManager.default.fileExists(atPath: above.path), above.path != "/" { above.deleteLastPathComponent() }
    guard UserPath.isFolder(above.path), access(above.path, W_OK | X_OK) == 0 else {
      throw FileError(path: above.path, reason: "the run folder \(path) cannot be written there", writing: true)
    }
    return above.path
  }

  /// - Throws: `RunFolderError` if the folder holds something that a new run would be mixed with.
  private static func requireRoom(_ path: String, resume: Bool) throws {
    guard try resume || contents(of: path).isEmpty else {
      throw RunFolderError("\(path): the run folder is not empty; continue its run with --resume, or name another with --run-dir")
    }
  }

  /// `ROOT/NAME-DATE-TIME`, with a number behind it where two runs begin in the same second.
  private static func freshPath(for configuration: Configuration, now: Date) throws -> String {
    let base = "\(configuration.run.folder)/\(configuration.name)-\(TimeStamp.compact(now))"
    let candidates = [base] + (2...99).map { "\(base)-\($0)" }
    guard let path = candidates.first(where: { !FileManager.default.fileExists(atPath: $0) }) else {
      throw RunFolderError("\(base): this folder and 98 others of its name exist")
    }
    return path
  }

  /// What lies in the folder, apart from a lock that a dead job left; nothing if there is no such folder.
  private static func contents(of path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
    guard isFolder.boolValue else { throw RunFolderError("\(path): is a file, expected a run folder") }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0 != RunLock.fileName }
    } catch {
      throw FileError(path: path, reason: FileError.reason(error))
    }
  }
}

// MARK: - Configuration

extension RunFolder {
  /// What may change between the parts of one run; everything else decides its result.
  private static let changeable = [
    "learning.epochs", "data.folder", "data.files.train:", "data.files.trainLabels:", "data.files.test:",
    "data.files.testLabels:", "run.",
    "grid.", "exchange.overlap", "timeouts.", "machine",
  ]

  /// Writes `configuration.yaml`, unless it belongs to another run.
  private func record(_ configuration: Configuration, warn: (String) -> Void) throws {
    for change in try Self.changes(to: configuration, in: path) {
      warn("changed since the run was started (key: now, then): \(change)")
    }
    try AtomicFile.write(try configuration.resolved, to: path(of: .configuration))
  }

  /// What has changed since the run in a folder was started, if there is one.
  ///
  /// - Throws: `RunFolderError` if something has that decides the result.
  private static func changes(to configuration: Configuration, in path: String) throws -> [String] {
    let file = "\(path)/\(FileName.configuration.rawValue)"
    guard FileManager.default.fileExists(atPath: file) else { return [] }
    let differences = configuration.differences(from: try Configuration(contentsOf: file))
    if let fixed = differences.first(where: { line in !changeable.contains { line.hasPrefix($0) } }) {
      throw RunFolderError(
        "\(path): the run was started with another configuration (key: now, then): \(fixed); a new run takes its weights with "
          + "--initial \(path)")
    }
    return differences
  }
}

import Files
import Foundation
import Host

/// A file in the run folder that names the one process that may write to it.
///
/// The lock is the file `lock`, so that it holds on network file systems and tells other hosts who has it. A lock whose process
/// is dead is taken over on the host of that process, which alone can know; and by another start of the same batch job, of which
/// a batch system runs one at a time.
package final class RunLock {
  static let fileName = "lock"

  /// The process that holds a lock.
  struct Holder: Codable, Equatable {
    var host: String
    var process: Int32
    /// When the process was started, in the system's ticks, since process numbers are used again; empty where the system does not
    /// say.
    var startTicks: String
    /// When the lock was taken.
    var since: String
    /// `JOB/START`: what the job script says of itself in `EQUILIBRIA_BATCH_JOB`, if there is one.
    var batchJob: String?

    /// Whether both are starts of one batch job, but not the same start. The one that came first is dead then.
    func isEarlierStart(of later: Holder) -> Bool {
      guard let mine = batchJob.flatMap(BatchStart.init), let other = later.batchJob.flatMap(BatchStart.init) else {
        return false
      }
      return mine.job == other.job && mine.start != other.start
    }
  }

  /// The words before and after the last `/` of `JOB/START`.
  private struct BatchStart {
    let job: Substring
    let start: Substring

    init?(_ text: String) {
      guard let slash = text.lastIndex(of: "/"), slash != text.startIndex else { return nil }
      job = text[..<slash]
      start = text[text.index(after: slash)...]
    }
  }

  /// The variable in which a job script names its job and this start of it.
  static let batchJobVariable = "EQUILIBRIA_BATCH_JOB"

  private let path: String
  private let holder: Holder
  private var isHeld = true

  /// Takes the lock.
  ///
  /// - Throws: `RunFolderError` naming the holder if there is one that lives or that this host knows nothing of.
  package init(folder: String, warn: (String) -> Void) throws {
    path = "\(folder)/\(Self.fileName)"
    holder = .current
    // Of the processes of this host, one at a time looks at the lock and takes it.
    let guarding = open(folder, O_RDONLY | O_CLOEXEC)
    defer { if guarding >= 0 { close(guarding) } }
    if guarding >= 0 { flock(guarding, LOCK_EX) }
    if try create() { return }
    let other = try? Self.holder(of: path)
    guard let other, other.isDead(for: holder) else { throw Self.refusal(folder: folder, other: other, path: path) }
    warn("the lock of process \(other.process) on \(other.host), which is not running any more, was taken over")
    unlink(path)
    guard try create() else { throw Self.refusal(folder: folder, other: try? Self.holder(of: path), path: path) }
  }

  deinit { release() }

  /// Gives the lock back; no effect the second time.
  package func release() {
    guard isHeld else { return }
    isHeld = false
    if (try? Self.holder(of: path)) == holder { unlink(path) }
  }

  /// Whether the lock file could be made; it appears with its contents or not at all.
  private func create() throws -> Bool {
    let own = "\(path).\(holder.host).\(holder.process)"
    try AtomicFile.write(try jsonText(holder), to: own)
    defer { unlink(own) }
    if link(own, path) == 0 { return true }
    guard errno == EEXIST else {
      throw FileError(path: path, reason: "the lock cannot be made: \(FileError.systemReason())", writing: true)
    }
    return false
  }

  private static func holder(of path: String) throws -> Holder {
    try JSONDecoder().decode(Holder.self, from: Data(try FileBytes.read(path, atMost: 4096)))
  }

  private static func refusal(folder: String, other: Holder?, path: String) -> RunFolderError {
    guard let other else {
      return RunFolderError(
        "\(folder): the run folder is locked by \(path), which cannot be read; remove it if no job uses the folder")
    }
    return RunFolderError(
      "\(folder): the run folder is in use by process \(other.process) on \(other.host) since \(other.since); "
        + "if that job is dead, remove \(path)")
  }

  /// Takes nothing.
  ///
  /// - Throws: what taking the lock would throw.
  static func requireFree(folder: String) throws {
    let path = "\(folder)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let other = try? holder(of: path)
    guard let other, other.isDead(for: .current) else { throw refusal(folder: folder, other: other, path: path) }
  }

  /// The 22nd field of `/proc/PID/stat`, counted after the name in parentheses, which may hold anything.
  fileprivate static func startTicks(of process: Int32) -> String? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8), let end = text.lastIndex(of: ")")
    else {
      return nil
    }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 19 ? String(fields[19]) : nil
  }
}

extension RunLock.Holder {
  /// This process.
  fileprivate static var current: RunLock.Holder {
    RunLock.Holder(
      host: ProcessInfo.processInfo.hostName, process: getpid(), startTicks: RunLock.startTicks(of: getpid()) ?? "",
      since: TimeStamp.zoned(Date()), batchJob: ProcessInfo.processInfo.environment[RunLock.batchJobVariable])
  }

  /// Whether `other`, which wants the lock, can know that this one needs it no more.
  fileprivate func isDead(for other: RunLock.Holder) -> Bool {
    isEarlierStart(of: other) || (host == other.host && !isAlive)
  }

  private var isAlive: Bool {
    // A process of another user answers EPERM.
    guard kill(process, 0) == 0 || errno == EPERM else { return false }
    guard let ticks = RunLock.startTicks(of: process), !startTicks.isEmpty else { return true }
    return ticks == startTicks
  }
}

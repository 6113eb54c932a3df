import Files
import Foundation
import Host

/// `log.txt`: plain lines with time stamps.
package final class RunLog {
  package let path: String
  private let handle: FileHandle

  /// Opens the file for more lines.
  ///
  /// - Throws: `FileError`.
  package init(path: String) throws {
    self.path = path
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileError(path: path, reason: "cannot be written: \(FileError.systemReason())", writing: true)
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Adds a message; one of several lines gets a time stamp on each.
  ///
  /// A log that cannot be written, on a full disk for one, does not end a run: what matters is said by the files that must be
  /// written.
  package func write(_ message: String, at time: Date = Date()) {
    let stamp = TimeStamp.readable(time)
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { "\(stamp)  \($0)\n" }
    try? handle.write(contentsOf: Data(lines.joined().utf8))
  }
}

extension RunLog {
  private static let errorMark = "Error: "

  /// The last words of a run that an error ends, every line marked.
  package func write(_ error: any Error, at time: Date = Date()) {
    let lines = "\(error)".split(separator: "\n", omittingEmptySubsequences: false)
    write(lines.map { Self.errorMark + $0 }.joined(separator: "\n"), at: time)
  }

  /// The same of a rank that does not keep the log, unless it ends with an error already: several ranks may fail at once, and one of them
  /// says why.
  package static func write(_ error: any Error, ofRank rank: Int, to path: String, at time: Date = Date()) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8), lastError(in: text) == nil else { return }
    (try? RunLog(path: path))?.write(RunFolderError("on rank \(rank): \(error)"), at: time)
  }

  /// The error that ended the last start of a run, with its time, by the text of its log; `nil` where nothing or something else is written
  /// last.
  package static func lastError(in text: String) -> (time: String, message: String)? {
    let lines = text.split(separator: "\n").compactMap { line -> (time: Substring, message: Substring)? in
      guard let space = line.firstRange(of: "  ") else { return nil }
      return (line[..<space.lowerBound], line[space.upperBound...])
    }
    let last = lines.reversed().prefix { $0.message.hasPrefix(errorMark) }.reversed()
    guard let first = last.first else { return nil }
    return (String(first.time), last.map { $0.message.dropFirst(errorMark.count) }.joined(separator: "\n"))
  }
}

/// Local times as the run folder writes them.
package enum TimeStamp {
  /// `20260131-154500`, for names of files.
  package static func compact(_ date: Date) -> String {
    let parts = parts(of: date)
    return "\(parts[0])\(parts[1])\(parts[2])-\(parts[3])\(parts[4])\(parts[5])"
  }

  /// `2026-01-31 15:45:00`.
  package static func readable(_ date: Date, in zone: TimeZone = .current) -> String {
    let parts = parts(of: date, in: zone)
    return "\(parts[0])-\(parts[1])-\(parts[2]) \(parts[3]):\(parts[4]):\(parts[5])"
  }

  /// `2026-01-31 15:45:00 +01:00`, for those who read it elsewhere.
  package static func zoned(_ date: Date, in zone: TimeZone = .current) -> String {
    let minutes = zone.secondsFromGMT(for: date) / 60
    let size = abs(minutes)
    return readable(date, in: zone) + (minutes < 0 ? " -" : " +") + String(format: "%02d:%02d", size / 60, size % 60)
  }

  /// Year, month, day, hour, minute, second, with zeros in front.
  private static func parts(of date: Date, in zone: TimeZone = .current) -> [String] {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let fields = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
    let numbers = [fields.year, fields.month, fields.day, fields.hour, fields.minute, fields.second]
    return zip(numbers, [4, 2, 2, 2, 2, 2]).map { number, width in
      let text = String(number ?? 0)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
  }
}

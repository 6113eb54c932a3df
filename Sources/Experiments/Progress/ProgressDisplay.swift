import Foundation
import Host
import Kernels

/// Shows a training as it goes: one line that is redrawn on a terminal, plain lines elsewhere, and in the run's log.
///
/// For one process of a job, as a rule rank 0.
package final class ProgressDisplay {
  private let output: FileHandle
  private let terminal: Terminal?
  private let interval: Duration
  private let log: RunLog?
  private var lastDrawn: ContinuousClock.Instant?
  private var lastLogged: ContinuousClock.Instant?
  private var isLineOpen = false
  private var taskStarted: (task: String, time: ContinuousClock.Instant)?

  /// Between two drawings on a terminal: often enough to look alive, too seldom to cost time.
  private static let redrawing = Duration.milliseconds(200)

  /// - Parameters:
  ///   - interval: between two plain lines.
  ///   - log: gets the plain lines too.
  ///   - output: the terminal or file, as a rule standard error, since standard output is for results.
  package init(interval: Duration, log: RunLog? = nil, output: FileHandle = .standardError) {
    self.interval = interval
    self.log = log
    self.output = output
    terminal = Terminal(behind: output)
  }

  /// Shows where the training stands, unless it did a moment ago.
  ///
  /// - Parameter now: the present, for tests.
  package func update(_ report: ProgressReport, now: ContinuousClock.Instant = .now) {
    let isLogDue = lastLogged.map { now - $0 >= interval } ?? true
    if isLogDue {
      lastLogged = now
      log?.write(ProgressText.plain(report))
      if terminal == nil { write(ProgressText.plain(report) + "\n") }
    }
    if let terminal, lastDrawn.map({ now - $0 >= Self.redrawing }) ?? true {
      lastDrawn = now
      draw(ProgressText.bar(report, width: terminal.width))
    }
  }

  /// Shows how much of one task is done, of which nothing else is known. Short ones leave no plain line.
  package func update(_ task: String, fraction: Double, now: ContinuousClock.Instant = .now) {
    let start = taskStarted.flatMap { $0.task == task ? $0.time : nil } ?? now
    taskStarted = (task, start)
    let line = ProgressText.task(task, fraction: fraction, seconds: (now - start).seconds)
    if now - max(start, lastLogged ?? start) >= interval {
      lastLogged = now
      log?.write(line)
      if terminal == nil { write(line + "\n") }
    }
    if let terminal, lastDrawn.map({ now - $0 >= Self.redrawing }) ?? true {
      lastDrawn = now
      draw(String(line.prefix(max(0, terminal.width - 1))))
    }
  }

  /// Writes a line of its own, above the progress line, and into the log.
  package func message(_ text: String) {
    clearLine()
    log?.write(text)
    write(text + "\n")
  }

  /// Leaves the terminal on a new line.
  package func finish() {
    if isLineOpen { write("\n") }
    isLineOpen = false
  }

  private func draw(_ line: String) {
    write("\r\u{1B}[K" + line)
    isLineOpen = true
  }

  private func clearLine() {
    if isLineOpen { write("\r\u{1B}[K") }
    isLineOpen = false
  }

  private func write(_ text: String) {
    // A reader that went away must not end a training.
    try? output.write(contentsOf: Data(text.utf8))
  }
}

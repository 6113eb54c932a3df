import Foundation
import Host
import Kernels

/// Where a search stands, on standard error: one line that is redrawn on a terminal, a line now and then elsewhere.
public final class ProgressLine {
  private let isTerminal: Bool
  private let limit: Duration?
  private let start = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant
  private var isLineOpen = false
  private var best = ""

  /// Between two drawings on a terminal, and between two lines elsewhere.
  private static let redrawing = Duration.milliseconds(200)
  private static let logging = Duration.seconds(10)

  /// - Parameter limit: the search's.
  public init(limit: Duration?) {
    isTerminal = Terminal(behind: .standardError) != nil
    self.limit = limit
    lastShown = start
  }

  /// What has been found so far.
  public func found(_ text: String) { best = text }

  /// Says what there is, and shows it unless something was shown a moment ago.
  public func show(_ text: String) {
    found(text)
    tick()
  }

  /// Shows where the search stands, unless it did a moment ago.
  public func tick() {
    let now = ContinuousClock.now
    guard now - lastShown >= (isTerminal ? Self.redrawing : Self.logging) else { return }
    lastShown = now
    let seconds = (now - start).seconds
    let time = limit.map { String(format: "%.1f of %g s", seconds, $0.seconds) } ?? String(format: "%.1f s", seconds)
    write((isTerminal ? "\r\u{1B}[K" : "") + "\(time)  \(best)" + (isTerminal ? "" : "\n"))
    isLineOpen = isTerminal
  }

  /// Takes the line away.
  public func finish() {
    if isLineOpen { write("\r\u{1B}[K") }
    isLineOpen = false
  }

  private func write(_ text: String) {
    // A reader that went away must not end a search.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}

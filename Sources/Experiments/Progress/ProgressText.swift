import Configuration
import Datasets
import Files
import Foundation
import Learning
import Networks

/// What a training has come to, for the line that a user sees.
package struct ProgressReport: Equatable, Sendable {
  /// 1 for the first epoch.
  package var epoch: Int
  package var epochs: Int
  /// Of the whole training, from 0 to 1.
  package var fraction: Double
  package var samplesPerSecond: Double
  package var freeSweeps: Double
  package var nudgedSweeps: Double
  /// As last measured; `nil` where nothing relaxes.
  package var residual: Double?
  package var loss: Double
  /// From 0 to 1; `nil` where there are no classes, or training tells none.
  package var accuracy: Double?
  /// Of numbers that are predicted, by `TargetErrors.names`.
  package var errors: [Double]
  /// Seconds; `nil` while nothing is known.
  package var timeLeft: Double?

  package init(
    epoch: Int, epochs: Int, fraction: Double, samplesPerSecond: Double, freeSweeps: Double, nudgedSweeps: Double,
    residual: Double?, loss: Double, accuracy: Double?, errors: [Double] = [], timeLeft: Double?
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.fraction = fraction
    self.samplesPerSecond = samplesPerSecond
    self.freeSweeps = freeSweeps
    self.nudgedSweeps = nudgedSweeps
    self.residual = residual
    self.loss = loss
    self.accuracy = accuracy
    self.errors = errors
    self.timeLeft = timeLeft
  }
}

/// A report as one line of text.
package enum ProgressText {
  /// For a log: everything, separated by commas.
  package static func plain(_ report: ProgressReport) -> String {
    (["epoch \(report.epoch)/\(report.epochs)", percentage(report.fraction)] + details(report)).joined(separator: ", ")
  }

  /// For a terminal: a bar, and as much as fits beside it.
  ///
  /// - Parameter width: columns of the terminal.
  package static func bar(_ report: ProgressReport, width: Int) -> String {
    var line = "epoch \(report.epoch)/\(report.epochs) \(bar(report.fraction, cells: 20)) \(percentage(report.fraction))"
    for detail in details(report) where line.count + 2 + detail.count < width { line += "  " + detail }
    return String(line.prefix(max(0, width - 1)))
  }

  /// `test, 34 %, 0:12 left`.
  ///
  /// - Parameter seconds: that the share has taken.
  package static func task(_ name: String, fraction: Double, seconds: Double) -> String {
    let left = fraction > 0 ? ", \(durationText((seconds * (1 - min(fraction, 1)) / fraction).rounded())) left" : ""
    return "\(name), \(percentage(fraction).drop { $0 == " " })\(left)"
  }

  /// Most important first: the later ones go where the terminal is narrow.
  private static func details(_ report: ProgressReport) -> [String] {
    [
      report.timeLeft.map { "\(durationText($0.rounded())) left" },
      report.accuracy.map { "accuracy \(String(format: "%.1f", $0 * 100)) %" },
      report.errors.count == 3 ? String(format: "R² %.3f", report.errors[2]) : nil,
      "loss \(String(format: "%.4g", report.loss))",
      report.errors.count == 3 ? String(format: "mean absolute error %.3g", report.errors[1]) : nil,
      "\(String(format: report.samplesPerSecond < 10 ? "%.1f" : "%.0f", report.samplesPerSecond)) samples/s",
      "sweeps \(String(format: "%.1f + %.1f", report.freeSweeps, report.nudgedSweeps))",
      report.residual.map { "residual \(String(format: "%.1e", $0))" },
    ].compactMap { $0 }
  }

  private static func percentage(_ fraction: Double) -> String {
    String(format: "%3.0f %%", min(max(fraction, 0), 1) * 100)
  }

  private static func bar(_ fraction: Double, cells: Int) -> String {
    let full = Int((min(max(fraction, 0), 1) * Double(cells)).rounded(.down))
    return "[" + String(repeating: "█", count: full) + String(repeating: "·", count: cells - full) + "]"
  }
}

/// A loss as people read it.
package enum LossFigure {
  /// Four digits behind the point, and of great numbers the first six.
  package static func text(_ loss: Double) -> String { String(format: abs(loss) < 1e5 ? "%.4f" : "%g", loss) }

  /// How many times the loss of a constant output a loss has to be before somebody should know.
  private static let tooMuch = 10.0

  /// What a loss says of a network that has not learned but run away; `nil` if it says nothing of the kind.
  ///
  /// - Parameter cost: with the targets, where numbers are predicted.
  package static func warning(of loss: Double, _ cost: Cost, classes: Int) -> String? {
    let constant = cost.valueOfConstantOutput(classes: classes)
    guard !(loss <= tooMuch * constant) else { return nil }
    return
      "the loss, \(text(loss)), is far above \(text(constant)), that of a constant output: the training has diverged, or not begun; "
      + "`train --initial` takes the weights of a checkpoint into a new run with lower learning rates or gains"
  }
}

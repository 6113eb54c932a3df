import Configuration
import Experiments
import Files
import Foundation
import Ising
import Learning

/// One HTML page about one or several trainings, which needs nothing else: pictures and curves lie in the page.
package struct TrainingReport {
  private let runs: [RecordedRun]
  private let sections: [RunSections]
  private let wattsPerCore: Double?

  /// - Parameters:
  ///   - folders: of the runs, in the order in which they are shown.
  ///   - image: which test image's relaxation is shown.
  ///   - wattsPerCore: of the machine, for an estimate of what the training took.
  /// - Throws: whatever is wrong with a folder.
  package init(folders: [String], image: Int = 0, wattsPerCore: Double? = nil) throws {
    guard !folders.isEmpty else { throw ReportError("no run folder is named; expected at least one") }
    runs = try folders.map { try RecordedRun(folder: $0) }
    sections = try runs.map { try RunSections($0, image: image) }
    self.wattsPerCore = wattsPerCore
  }

  /// Where the page goes if nobody says: into the folder of the only run, or here.
  package var defaultPath: String { runs.count == 1 ? "\(runs[0].path)/report.html" : "report.html" }

  /// - Throws: `FileError`, or an error of a picture.
  package func write(to path: String) throws {
    try AtomicFile.write(try html(), to: path)
  }

  func html() throws -> String {
    let title = runs.count == 1 ? runs[0].label : "\(runs.count) runs"
    var body = ["<h1>\(HTML.escape(title))</h1>", summary]
    if let spread { body.append(spread) }
    body.append(
      "<div class=\"charts\">\(CurveCharts(runs).charts.filter { !$0.isEmpty }.map(\.svg).joined(separator: "\n"))</div>")
    body.append(energy)
    if runs.count > 1 { body.append(differences) }
    body += try sections.map { try $0.html() }
    return HTMLPage(title: title, body: body).text
  }

  // MARK: - Parts

  private var summary: String {
    let rows = runs.map { run in
      let last = run.metrics.rows.last
      return [
        run.label, percent(run.test?.accuracy), percent(run.bestValidation?.accuracy),
        last.map { String(format: "%.6g of %d", $0.epoch, run.configuration.learning.epochs) } ?? "none",
        last.map { ProgressLine.duration($0.time) } ?? "", run.samplesPerSecond.map { String(format: "%.4g", $0) } ?? "",
        run.starts.last.map { "\($0.ranks)" } ?? "", "\(run.configuration.seed)",
      ]
    }
    return HTML.table(
      head: ["run", "test accuracy", "best validation", "epochs", "time", "samples/s", "ranks", "seed"], rows: rows)
  }

  private func percent(_ share: Double?) -> String { share.map { String(format: "%.2f %%", 100 * $0) } ?? "–" }

  /// Mean and standard deviation over runs that differ in their seed alone.
  private var spread: String? {
    let accuracies = runs.compactMap { $0.test?.accuracy }
    guard accuracies.count > 1, accuracies.count == runs.count,
      runs.allSatisfy({ run in
        run.configuration.differences(from: runs[0].configuration).allSatisfy { $0.hasPrefix("seed:") || $0.hasPrefix("run.") }
      })
    else { return nil }
    let mean = accuracies.reduce(0, +) / Double(accuracies.count)
    let variance = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(accuracies.count - 1)
    return "<p>Test accuracy over \(accuracies.count) seeds: "
      + String(format: "%.2f ± %.2f %% (mean and standard deviation).</p>", 100 * mean, 100 * variance.squareRoot())
  }

  private var differences: String {
    let lines = runs.dropFirst().flatMap { run in
      run.configuration.differences(from: runs[0].configuration).map { [run.label, $0] }
    }
    return lines.isEmpty
      ? ""
      : "<h2>What differs from \(HTML.escape(runs[0].label))</h2>"
        + HTML.table(head: ["run", "key: here, there"], rows: lines, className: "text")
  }

  /// What a training took of energy, and what a device would have taken for its relaxations: of the runs whose configuration describes one
  /// (`machine`), and of all with `wattsPerCore`.
  private var energy: String {
    let described = runs.filter { $0.configuration.device != nil || wattsPerCore != nil }
    let rows = described.compactMap { run -> [String]? in
      guard let last = run.metrics.rows.last(where: { $0.kind == .epoch }) else { return nil }
      let samples = last.step * run.configuration.learning.batch.size
      let coreSeconds = last.time * Double(run.starts.last?.ranks ?? 1)
      let relaxations = run.configuration.relaxationsPerImage
      let device = run.configuration.device.map { $0.energy(samples: samples * relaxations) }
      return [
        run.label, "\(samples)", relaxations == 0 ? "none" : "\(relaxations)",
        relaxations == 0 ? "–" : device.map(Self.energy) ?? "–", String(format: "%.3g core hours", coreSeconds / 3600),
        wattsPerCore.map { Self.energy(coreSeconds * $0) } ?? "–",
      ]
    }
    guard !rows.isEmpty else { return "" }
    let sources = Set(described.compactMap { $0.configuration.device?.source }).sorted().map { "A device: \($0)." }
    return "<h2>Energy</h2>"
      + HTML.table(
        head: [
          "run", "images learned", "relaxations an image", "a device", "this machine",
          wattsPerCore.map { "at \($0) W a core" } ?? "needs --watts-per-core",
        ], rows: rows)
      + "<p class=\"note\">\(HTML.escape((["Estimates."] + sources).joined(separator: " ")))</p>"
  }

  private static func energy(_ joules: Double) -> String {
    switch joules {
    case 3.6e6...: String(format: "%.3g kWh", joules / 3.6e6)
    case 1e3...: String(format: "%.3g kJ", joules / 1e3)
    case 1...: String(format: "%.3g J", joules)
    case 1e-3...: String(format: "%.3g mJ", joules * 1e3)
    default: String(format: "%.3g µJ", joules * 1e6)
    }
  }
}

extension Configuration {
  /// How often a device would relax for an image that is learned: once a phase and read; 0 where nothing relaxes.
  var relaxationsPerImage: Int {
    guard learning.rule == .equilibriumPropagation else { return 0 }
    switch model {
    case .hopfield, .predictive: return learning.phases
    case .ising(let settings): return settings.machine.reads * learning.phases
    case .feedForward: return 0
    }
  }
}

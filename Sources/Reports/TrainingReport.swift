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

  func html() throws -> String { try page.text }

  private var page: HTMLPage {
    get throws {
      let summaries = runs.map(RunSummary.init)
      return runs.count == 1 ? try page(of: summaries[0]) : try page(comparing: RunComparison(summaries))
    }
  }

  private func page(of summary: RunSummary) throws -> HTMLPage {
    var parts = [HTMLPage.Section("Summary", [sections[0].failure, RunComparison([summary]).table])]
    parts.append(HTMLPage.Section("Curves", [ChartFigure.row(CurveCharts(runs).charts)]))
    parts += try RunSections.Part.allCases.map { HTMLPage.Section($0.title, try sections[0].elements(of: $0, headingLevel: 3)) }
    parts.insert(HTMLPage.Section("Energy", energy), at: parts.count - 1)
    return HTMLPage(
      kind: "Training", title: summary.run.label, status: summary.status, lead: summary.sentences, figures: summary.keyFigures,
      sections: parts.filter(\.hasContent))
  }

  /// The same parts, each with one column a run.
  private func page(comparing comparison: RunComparison) throws -> HTMLPage {
    let failures = zip(runs, sections).compactMap { run, section in
      run.error.map { _ in HTML.heading(run.label, level: 3) + section.failure }
    }
    var parts = [
      HTMLPage.Section("The runs side by side", [comparison.table] + failures),
      HTMLPage.Section("Means over seeds", comparison.means ?? []),
      HTMLPage.Section("What differs", [comparison.differences].compactMap { $0 }),
      HTMLPage.Section("Curves", [ChartFigure.row(CurveCharts(runs).charts)]),
    ]
    let structures = sections.map(\.structure)
    let isOneNetwork = structures.allSatisfy { $0 == structures[0] }
    parts += try RunSections.Part.allCases.map { part in
      let columns = try zip(runs, sections).compactMap { run, section -> String? in
        let elements = try section.elements(of: part, headingLevel: 4, hasStructure: isOneNetwork)
        guard elements.contains(where: { !$0.isEmpty }) else { return nil }
        return "<section class=\"run\">\(HTML.heading(run.label, level: 3))\(elements.joined(separator: "\n"))</section>"
      }
      let common = part == .network && isOneNetwork ? structures[0] : []
      return HTMLPage.Section(
        part.title, common + (columns.isEmpty ? [] : ["<div class=\"runs\">\(columns.joined(separator: "\n"))</div>"]))
    }
    parts.insert(HTMLPage.Section("Energy", energy), at: parts.count - 1)
    return HTMLPage(
      kind: "Trainings compared", title: comparison.title, lead: comparison.sentences, figures: comparison.figures,
      sections: parts.filter(\.hasContent))
  }

  // MARK: - Energy

  /// What a training took of energy, and what a device would have taken for its relaxations: of the runs whose configuration describes one
  /// (`machine`), and of all with `wattsPerCore`.
  private var energy: [String] {
    let described = runs.filter { $0.configuration.device != nil || wattsPerCore != nil }
    let rows = described.compactMap { run -> [String]? in
      guard let last = run.metrics.rows.last(where: { $0.kind == .epoch }) else { return nil }
      let learned = last.images(batch: run.configuration.learning.batch.size)
      // A count that no training reaches comes from a file that is damaged.
      guard (0..<1e15).contains(learned) else { return nil }
      let samples = Int(learned)
      let coreSeconds = last.time * Double(run.starts.last?.ranks ?? 1)
      let relaxations = run.configuration.relaxationsPerImage
      let device = run.configuration.device.map { $0.energy(samples: samples * relaxations) }
      return [
        run.label, "\(samples)", relaxations == 0 ? "none" : "\(relaxations)",
        relaxations == 0 ? "–" : device.map(Self.energy) ?? "–", String(format: "%.3g core hours", coreSeconds / 3600),
        wattsPerCore.map { Self.energy(coreSeconds * $0) } ?? "–",
      ]
    }
    guard !rows.isEmpty else { return [] }
    let sources = Set(described.compactMap { $0.configuration.device?.source }).sorted().map { "A device: \($0)." }
    return [
      HTML.table(
        "Estimates of the energy",
        head: [
          "run", "samples learned", "relaxations a sample", "a device", "this machine",
          wattsPerCore.map { "at \($0) W a core" } ?? "needs --watts-per-core",
        ], rows: rows), HTML.paragraph((["Estimates."] + sources).joined(separator: " "), className: "note"),
    ]
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
    case .feedForward, .boltzmann: return 0
    }
  }
}

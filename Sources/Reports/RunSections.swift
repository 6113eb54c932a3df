import Configuration
import Experiments
import Files
import Foundation
import Networks

/// The parts of a report that show one run.
struct RunSections {
  /// In the order of the page.
  enum Part: CaseIterable {
    case network, relaxation, classes, targets, time, starts

    var title: String {
      switch self {
      case .network: "Network and weights"
      case .relaxation: "A relaxation"
      case .classes: "What is taken for what"
      case .targets: "Predicted against measured"
      case .time: "Where the time went"
      case .starts: "Starts and configuration"
      }
    }
  }

  let run: RecordedRun
  /// `nil` where there is no checkpoint, or the data are not on this machine.
  let network: TrainedNetwork?
  /// Why there is none.
  let obstacle: String?
  /// Which test image relaxes, by its place in the file.
  let image: Int

  init(_ run: RecordedRun, image: Int) throws {
    self.run = run
    guard let checkpoint = run.checkpoint else {
      (network, obstacle, self.image) = (nil, "there is no checkpoint yet", image)
      return
    }
    do {
      let network = try TrainedNetwork(checkpoint, configuration: run.configuration, source: run.path)
      guard 0..<network.images.count ~= image else {
        throw ReportError("--image \(image): the test part has \(run.words.many) 0 to \(network.images.count - 1)")
      }
      (self.network, obstacle) = (network, nil)
    } catch let error as ReportError {
      throw error
    } catch {
      (network, obstacle) = (nil, "\(error)")
    }
    self.image = image
  }

  /// The layers, which runs may have in common.
  var structure: [String] { ArchitectureSection(run).structure }

  /// The elements of a part; none where the run has nothing to show.
  ///
  /// - Parameter hasStructure: whether the layers have been shown before.
  func elements(of part: Part, headingLevel: Int, hasStructure: Bool = false) throws -> [String] {
    switch part {
    case .network: (hasStructure ? [] : structure) + (try ArchitectureSection(run).weights)
    case .relaxation:
      if let network {
        try FilmSection(network, words: run.words, image: image).elements
      } else if let obstacle {
        [
          HTML.paragraph(
            "No relaxation\(run.predictsNumbers ? "" : " and no confusion of classes"): \(obstacle)", className: "note")
        ]
      } else {
        []
      }
    case .classes:
      run.predictsNumbers ? [] : try network.map { try ConfusionSection(run, $0, headingLevel: headingLevel).elements } ?? []
    case .targets:
      try run.targetPredictions.map { try TargetSection($0, network, words: run.words, headingLevel: headingLevel).elements }
        ?? []
    case .time: run.timing.map { TimingSection($0).elements } ?? []
    case .starts: starts
    }
  }

  /// The error that ended the run.
  var failure: String {
    run.error.map {
      "<p class=\"error\"><strong>Ended by an error, \(HTML.escape($0.time)):</strong> \(HTML.escape($0.message))</p>"
    } ?? ""
  }

  private var starts: [String] {
    let rows = run.starts.enumerated().map { index, start in
      let hosts = Array(Set(start.hosts)).sorted()
      let names = hosts.count > 4 ? hosts.prefix(4).joined(separator: ", ") + " …" : hosts.joined(separator: ", ")
      return [
        "\(index + 1)", start.started, "\(start.ranks)", "\(hosts.count): \(names)",
        "\(start.processor), \(start.instructionSet)",
        start.program, start.commit.map { String($0.prefix(10)) } ?? "", start.overrides.joined(separator: "\n"),
      ]
    }
    let head = ["start", "time", "ranks", "hosts", "processor", "program", "commit", "overrides"]
    return [
      rows.isEmpty ? "" : HTML.table("Starts of \(run.label)", head: head, rows: rows, className: "text"),
      HTML.details("Configuration", HTML.preformatted(run.configurationText, name: "Configuration of \(run.label)")),
    ]
  }
}

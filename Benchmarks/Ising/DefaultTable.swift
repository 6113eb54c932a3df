import ArgumentParser
import Foundation

/// What the default choice finds on the published graphs.
struct DefaultTable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "The default machine on the G-set: medians, runs at the best known cut, time to solution.",
    discussion: "Prints lines of a Markdown table. Seconds are those of the processor.")

  @OptionGroup var options: TableOptions
  @Option(help: "Seconds of processor time per run.") var time = 10.0
  @Option(help: "The graphs, by the names of their files.") var instances = "G22,G39,K2000,G55,G70,G81"
  @Option(help: "The graphs whose time to solution is reported.") var solutions = "G22,K2000"

  func run() throws {
    let log = try RunLog(options.log)
    let timed = Set(solutions.split(separator: ","))
    var notes: [String] = []
    print("| | best known | median | best | worst | at best known | spin updates/s |\n|---|---|---|---|---|---|---|")
    for name in instances.split(separator: ",") {
      let instance = try options.graph(String(name))
      let rows = try options.rows(instance, nil, time: time, in: log)
      let cuts = rows.map(\.cut)
      let reached = instance.bestKnown.map { known in "\(cuts.filter { $0 >= known }.count) of \(cuts.count)" } ?? "–"
      print(
        "| \(name) | \(instance.bestKnown.map(text) ?? "–") | \(text(rows.medianCut)) | \(text(cuts.max()!)) | \(text(cuts.min()!)) "
          + "| \(reached) | " + String(format: "%.0f million |", rows.medianRate / 1e6))
      fflush(nil)
      if timed.contains(name), let known = instance.bestKnown {
        let solution = TimeToSolution(times: rows.map(\.secondsToBest), solved: cuts.map { $0 >= known }, limit: time)
        notes.append("\(name): \(solution.text)")
      }
    }
    print("\n" + notes.joined(separator: "\n"))
  }
}

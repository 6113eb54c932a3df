import ArgumentParser
import Files
import Ising
import Reports
import Solving

/// What is written where.
struct SolveOutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  @Option(
    help: "Write the best state to this file, one spin per line, with its label if the problem has labels.", completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("List so many of the best states.", valueName: "count"))
  var samples = 10

  @Option(help: "Plot the best value against time in this SVG file.", completion: .file(extensions: ["svg"]))
  var plot: String?

  @Option(help: "Write the best value against time to this CSV file.", completion: .file(extensions: ["csv"]))
  var trace: String?

  @Option(
    help: "Write an HTML page about the search: settings, the best value against time, the results of the reads.",
    completion: .file(extensions: ["html"]))
  var report: String?

  func validate() throws {
    if samples < 0 { throw ValidationError("--samples \(samples): expected 0 or more") }
  }

  var paths: [String?] { [output, plot, trace, report] }

  /// Writes whatever files are asked for.
  func write(_ answer: any Answer) throws {
    let plot = TracePlot(trace: answer.trace, seconds: answer.seconds, title: answer.title, bestKnown: answer.bestKnown)
    if let path = output { try AtomicFile.write(StateFile.text(answer.state, labels: answer.labels), to: path) }
    if let path = trace { try AtomicFile.write(answer.trace.csv, to: path) }
    if let path = self.plot { try AtomicFile.write(plot.svg, to: path) }
    if let path = report {
      let page = SearchReport(
        facts: answer.facts, plot: plot, levels: answer.levels.map { SearchReport.Level(value: $0.value, reads: $0.reads) },
        wasStopped: answer.wasStopped)
      try AtomicFile.write(page.html, to: path)
    }
  }
}

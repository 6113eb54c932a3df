import ArgumentParser
import Files
import Foundation
import Ising
import MPI
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

  /// A result that cannot be written should be known before the search, not after it.
  ///
  /// - Parameter inputs: files that are read.
  func checkWritable(on world: Communicator, inputs: [String]) throws {
    guard world.rank == 0 else { return }
    for path in [output, plot, trace, report].compactMap({ $0 }) { try WritablePath.check(path, inputs: inputs) }
  }

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

/// A path that a result is to be written to.
enum WritablePath {
  /// - Parameter inputs: files that are read, which a result must not take the place of.
  /// - Throws: `FileError` if it is a folder or an input, or there is no folder for it.
  static func check(_ path: String, inputs: [String] = []) throws {
    if UserPath.isFolder(path) { throw FileError(path: path, reason: "is a folder, expected a file to write", writing: true) }
    if AtomicFile.isWrittenThrough(path) { return }
    let path = AtomicFile.target(of: path)
    for input in inputs where FileManager.default.fileExists(atPath: path) && isSame(path, input) {
      throw FileError(path: path, reason: "is read by this command, expected another file to write", writing: true)
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw FileError(
        path: path, reason: "cannot be written: there is no folder \(folder) that may be written to", writing: true)
    }
  }

  /// Whether two paths lead to one file.
  private static func isSame(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    return stat(first, &one) == 0 && stat(second, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino
  }
}

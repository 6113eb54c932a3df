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
  func checkWritable(on world: Communicator) throws {
    guard world.rank == 0 else { return }
    for path in [output, plot, trace, report].compactMap({ $0 }) { try WritablePath.check(path) }
  }

  /// Writes whatever files are asked for.
  func write(_ answer: any Answer) throws {
    let plot = TracePlot(trace: answer.trace, seconds: answer.seconds, title: answer.title, bestKnown: answer.bestKnown)
    if let path = output { try write(StateFile.text(answer.state, labels: answer.labels), to: path) }
    if let path = trace { try write(answer.trace.csv, to: path) }
    if let path = self.plot { try write(plot.svg, to: path) }
    if let path = report {
      let page = SearchReport(
        facts: answer.facts, plot: plot, levels: answer.levels.map { SearchReport.Level(value: $0.value, reads: $0.reads) },
        wasStopped: answer.wasStopped)
      try write(page.html, to: path)
    }
  }

  private func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch { throw FileError(path: path, reason: "cannot be written: \(FileError.reason(error))", writing: true) }
  }
}

/// A path that a result is to be written to.
enum WritablePath {
  /// - Throws: `FileError` if it is a folder, or there is no folder for it.
  static func check(_ path: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw FileError(path: path, reason: "is a folder, expected a file to write", writing: true)
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw FileError(
        path: path, reason: "cannot be written: there is no folder \(folder) that may be written to", writing: true)
    }
  }
}

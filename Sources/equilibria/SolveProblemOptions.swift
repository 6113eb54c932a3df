import ArgumentParser
import Files
import Foundation
import Ising

extension ProblemKind: ExpressibleByArgument {}
extension ProblemFormat: ExpressibleByArgument {}
extension QuestionSettings.VariableType: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument == "couplings" ? argument : argument.uppercased()) }
}
extension QuestionSettings.CommunityCoupling: ExpressibleByArgument {}

/// What is asked of which numbers.
struct SolveProblemOptions: ParsableArguments {
  @Option(help: "The question asked of the file. The default depends on its format (docs/guide/solve.md).")
  var problem: ProblemKind?

  @Option(help: "The file's format. By default it follows from the file name's extension, or else from the content.")
  var format: ProblemFormat?

  @Option(
    help:
      "What the variables of a file i j value are, where it does not say: SPIN or BINARY of a function to be minimised, or couplings."
  )
  var vartype: QuestionSettings.VariableType?

  @Flag(
    name: [.customLong("maximise"), .customLong("maximize")],
    help: "Maximise a QUBO. Files of OR-Library, MQLib and QPLIB say so themselves.")
  var maximise = false

  @Option(help: ArgumentHelp("Which problem of a file of several, counted from 1.", valueName: "number"))
  var instance: Int?

  @Option(
    help: "Write the problem to this new file before it is solved, by its ending: \(ProblemWriter.Form.endings).",
    completion: .file(extensions: ProblemWriter.Form.allCases.map(\.rawValue)))
  var writeProblem: String?

  @Option(help: ArgumentHelp("No more communities than these.", valueName: "count"))
  var communities: Int?

  @Option(help: "What couples the vertices: modularity, or the modularity of their neighbourhoods' similarity.")
  var coupling = QuestionSettings.CommunityCoupling.modularity

  @Option(help: "The modularity's resolution; greater values favour smaller communities.")
  var resolution = 1.0

  func validate() throws {
    if let communities, communities < 1 { throw ValidationError("--communities \(communities): expected 1 or more") }
    if let instance, instance < 1 { throw ValidationError("--instance \(instance): expected 1 or more") }
    if let writeProblem, ProblemWriter.Form(of: writeProblem) == nil {
      throw ValidationError("--write-problem \(writeProblem): expected a name that ends in \(ProblemWriter.Form.endings)")
    }
    guard resolution.isFinite, resolution >= 0 else {
      throw ValidationError("--resolution \(resolution): expected a number of 0 or more")
    }
  }

  var settings: QuestionSettings {
    var settings = QuestionSettings()
    (settings.kind, settings.format, settings.greatestCommunityCount) = (problem, format, communities)
    (settings.variableType, settings.isMaximised, settings.instance) = (vartype, maximise, instance)
    (settings.coupling, settings.resolution) = (coupling, resolution)
    return settings
  }

  /// A problem is never written over a file that is there.
  func checkWritable() throws {
    guard let path = writeProblem else { return }
    try AtomicFile.check([path])
    guard AtomicFile.isWrittenThrough(path) || !FileManager.default.fileExists(atPath: path) else {
      throw FileError(path: path, reason: "is there already, expected a new file for --write-problem", writing: true)
    }
  }

  /// Writes the problem of a question to the file that is asked for, if one is.
  func write(_ question: Question) throws {
    guard let path = writeProblem, let form = ProblemWriter.Form(of: path) else { return }
    guard case .spins(let spins) = question else {
      throw ProblemError("--write-problem is for one Ising problem; communities are a sequence of them")
    }
    try ProblemWriter.check(spins, as: form)
    try AtomicFile.write(to: path) { write in
      try ProblemWriter.write(spins, as: form) { try write([UInt8]($0.utf8)) }
    }
  }
}

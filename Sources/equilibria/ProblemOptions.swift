import ArgumentParser
import Ising

extension ProblemKind: ExpressibleByArgument {}
extension ProblemFormat: ExpressibleByArgument {}

/// Which numbers a file holds, and what is asked of them.
struct ProblemOptions: ParsableArguments {
  @Option(help: "The question asked of the file. The default depends on its format (docs/guide/solve.md).")
  var problem: ProblemKind?

  @Option(help: "The file's format. By default it follows from the file name's extension, or else from the content.")
  var format: ProblemFormat?

  @Option(help: ArgumentHelp("Which problem of a file of several, counted from 1.", valueName: "number"))
  var instance: Int?

  @Flag(
    name: [.customLong("maximise"), .customLong("maximize")],
    help: "Maximise a QUBO: its greatest value has the lowest energy. Files of OR-Library, MQLib and QPLIB say so themselves.")
  var maximise = false

  func validate() throws {
    if let instance, instance < 1 { throw ValidationError("--instance \(instance): expected 1 or more") }
  }

  var settings: QuestionSettings {
    var settings = QuestionSettings()
    (settings.kind, settings.format) = (problem, format)
    (settings.instance, settings.isMaximised) = (instance, maximise)
    return settings
  }
}

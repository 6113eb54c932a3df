import ArgumentParser
import Experiments
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

/// Where a long search or sampling is kept, so that it can go on.
struct LongRunOptions: ParsableArguments {
  @Option(help: "A folder for checkpoints and the result.", completion: .directory)
  var runDir: String?

  @Flag(help: "Resume from the checkpoint in --run-dir, on any number of ranks, or begin if there is none.")
  var resume = false

  @Option(help: ArgumentHelp("Between two checkpoints.", valueName: "minutes"))
  var checkpointEvery = 15.0

  @Option(help: ArgumentHelp("How long a rank waits for the others before it ends the job.", valueName: "seconds"))
  var timeout = Job.usualTimeout

  func validate() throws {
    if resume, runDir == nil { throw ValidationError("--resume needs --run-dir, the folder of the run to resume") }
    guard checkpointEvery > 0, checkpointEvery.isFinite else {
      throw ValidationError("--checkpoint-every \(checkpointEvery): expected minutes, more than 0")
    }
    guard timeout > 0, timeout.isFinite else { throw ValidationError("--timeout \(timeout): expected seconds, more than 0") }
  }

  var settings: LongRunSettings {
    var settings = LongRunSettings()
    (settings.path, settings.resumes, settings.minutes) = (runDir, resume, checkpointEvery)
    return settings
  }
}

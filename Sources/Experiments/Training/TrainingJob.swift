import Configuration
import Host
import MPI

/// A training as a user asks for it: the file of a configuration, and what is to be made of it.
package struct TrainingJob {
  /// The file; `-` for standard input.
  package let configuration: String
  /// `key=value` each.
  package var overrides: [String] = []
  /// The run folder; a new one below `run.folder` if `nil`.
  package var folder: String?
  /// Whether a checkpoint of the folder is gone on from, if there is one.
  package var resumes = false
  /// A checkpoint, run or file of weights that a new run begins with.
  package var initial: String?

  package init(_ configuration: String) { self.configuration = configuration }

  /// What the run would be and need, and what would go wrong; complete on rank 0. Collective.
  package func check(over world: Communicator) throws -> TrainingCheck {
    try TrainingCheck(
      Configuration(configuration, overrides: overrides, over: world), folder: folder, resume: resumes, initial: initial,
      over: world)
  }

  /// Trains to the end, or until a signal. Collective.
  ///
  /// - Throws: whatever is wrong with configuration, data, folder or checkpoint, before anything is trained; then what ends the training.
  package func run(over world: Communicator) throws -> TrainingRun.Outcome {
    let configuration = try Configuration(configuration, overrides: overrides, over: world)
    // Not before: whoever waits for standard input can still be ended.
    StopSignal.install()
    return try TrainingRun(
      configuration, folder: folder, resume: resumes, initial: initial,
      overrides: overrides.map { try ConfigurationOverride($0) }, over: world
    ).run()
  }
}

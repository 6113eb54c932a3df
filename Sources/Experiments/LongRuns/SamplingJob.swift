import Files
import Host
import Ising
import MPI
import Sampling
import Solving

/// Sampling, from a user's file to the answer of all ranks; in a folder, from which it can go on, if that is asked for.
package struct SamplingJob {
  package let file: String
  package var question = QuestionSettings()
  /// But for what is read from files: initial state, clamped spins and pairs.
  package var settings: SamplerSettings
  package var folder = LongRunSettings()
  /// `random`, `up`, `planted`, or a file of a state.
  package var initial = "random"
  /// A file of spins and their states.
  package var clamp: String?
  /// `none`, `edges`, `all`, or a file of pairs; `nil`: edges.
  package var correlations: String?

  package init(file: String, _ settings: SamplerSettings) { (self.file, self.settings) = (file, settings) }

  /// Samples until the end or a signal. Collective.
  ///
  /// - Parameters:
  ///   - outputs: files that `write` is going to write; whatever is in their way is an error before sampling begins.
  ///   - write: called on rank 0 with the answer, before the folder's own result is written.
  /// - Returns: on rank 0 the answer, of a run that was not stopped.
  package func run(
    over world: Communicator, outputs: [String?], write: (SamplingAnswer) throws -> Void
  ) throws -> (answer: SamplingAnswer?, wasStopped: Bool, isConverged: Bool) {
    StopSignal.install()
    if world.rank == 0 { try AtomicFile.check(outputs, inputs: [file]) }
    let sampling = try sampling(over: world)
    try sampling.check(ranks: world.size)
    let folder = try folder.open(over: world)
    defer { folder?.release() }
    let progress = world.rank == 0 ? ProgressLine(limit: nil) : nil
    defer { progress?.finish() }
    let found = try sampling.run(
      over: world, store: try folder.map { try SamplingStore(folder: $0.path, resumes: $0.resumes, minutes: $0.minutes) },
      shouldStop: { StopSignal.isRequested }, progress: { progress?.show($0.text) })
    progress?.finish()
    if let answer = found.answer {
      try write(answer)
      try folder?.write(json: answer.json(), text: answer.text)
    }
    return found
  }

  /// Reads the problem and what else is in files. Collective.
  private func sampling(over world: Communicator) throws -> SpinSampling {
    var settings = settings
    // Which pairs are measured is read below; that they are decides whether a rank may have a part of the problem.
    let use = SamplingUse(settings, isKept: folder.path != nil)
    switch try Question(file: file, question, for: use, over: world) {
    case .spins(let question):
      let spins = question.objective.problem.spinCount
      try settings.read(initial: initial, clamp: clamp, correlations: correlations, spins: spins, of: file)
      return try SpinSampling(question, settings)
    case .parts(let question):
      let spins = question.measure.spinCount
      try settings.read(initial: initial, clamp: clamp, correlations: correlations, spins: spins, of: file)
      return try SpinSampling(question, settings)
    case .communities:
      throw ProblemError("\(file) asks for communities, which have no temperature; give --problem maxcut or ising")
    }
  }
}

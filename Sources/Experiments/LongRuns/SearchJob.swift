import Files
import Host
import Ising
import MPI
import Solving

/// A search, from a user's file to the answer of all ranks; in a folder, from which it can go on, if that is asked for.
package struct SearchJob {
  package let file: String
  package var question = QuestionSettings()
  package var search = QuestionSearch()
  package var folder = LongRunSettings()
  /// A new file for the problem as it was read.
  package var writtenProblem: String?
  /// Files that describe the device.
  package var inputs: [String] = []
  /// So many of the best states are in the folder's result.
  package var samples = 0

  package init(file: String) { self.file = file }

  /// Searches until the end or a signal. Collective.
  ///
  /// - Parameters:
  ///   - outputs: files that `write` is going to write; whatever is in their way is an error before the search begins.
  ///   - write: called on rank 0 with the answer, before the folder's own result is written.
  /// - Returns: on rank 0 the answer of all ranks.
  package func run(
    over world: Communicator, outputs: [String?], write: (any Answer) throws -> Void
  ) throws -> any Answer {
    StopSignal.install()
    if world.rank == 0 {
      try AtomicFile.check(outputs, inputs: [file] + search.initial + inputs)
      if let writtenProblem { try ProblemWriter.checkNew(writtenProblem) }
    }
    let meter = ProcessorEnergy()
    var search = search
    search.isWhole = writtenProblem != nil || folder.path != nil
    let question = try Question(file: file, question, for: search, over: world)
    if world.rank == 0, let writtenProblem { try ProblemWriter.write(question, to: writtenProblem) }
    let folder = try folder.open(over: world)
    defer { folder?.release() }
    search.store = try folder.map { try SearchStore(folder: $0.path, resumes: $0.resumes, minutes: $0.minutes) }
    let progress = world.rank == 0 ? ProgressLine(limit: search.settings.time) : nil
    defer { progress?.finish() }
    let answer = try search.run(
      question, over: world, meter: meter,
      shouldStop: {
        progress?.tick()
        return StopSignal.isRequested
      }, found: { progress?.found($0) })
    progress?.finish()
    guard world.rank == 0 else { return answer }
    try write(answer)
    if !answer.wasStopped {
      try folder?.write(json: answer.json(samples: samples), text: answer.text(samples: samples))
    }
    return answer
  }
}

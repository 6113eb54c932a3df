import Ising
import MPI

/// Samples of a question's states: the temperature is one of the question's own energy.
///
/// That is the Ising energy, but for a QUBO, whose Ising problem is four times it.
public struct SpinSampling {
  public let question: SpinQuestion
  private let sampler: Sampler

  /// - Parameter settings: with temperatures in units of the question's numbers.
  /// - Throws: `SamplerError` if a setting makes no sense.
  public init(_ question: SpinQuestion, _ settings: SamplerSettings) throws {
    self.question = question
    let problem = question.objective.problem
    sampler = try Sampler(question.kind == .qubo ? try problem.scaled(by: 0.25) : problem, settings)
  }

  /// Samples. Collective.
  ///
  /// - Returns: on rank 0 the answer, of a run that was not stopped.
  public func run(
    over world: Communicator? = nil, store: SamplingStore? = nil, shouldStop: () -> Bool = { false },
    progress: (Sampler.Progress) -> Void = { _ in }
  ) throws -> (answer: SamplingAnswer?, wasStopped: Bool, isConverged: Bool) {
    let outcome = try sampler.run(over: world, store: store, shouldStop: shouldStop, progress: progress)
    let answer = outcome.result.map { SamplingAnswer(question: question, problem: sampler.problem, result: $0) }
    return (answer, outcome.wasStopped, outcome.isConverged)
  }
}

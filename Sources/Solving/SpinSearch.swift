import Ising
import MPI

/// A search for the answer to a question about spins, by what a device makes of the problem.
///
/// ```swift
/// let search = try SpinSearch(question, settings)
/// let answer = try search.run(over: world)
/// print(answer.text(samples: 10))
/// ```
public struct SpinSearch {
  /// The problem, and what its energies mean.
  public let question: SpinQuestion
  private let device: DeviceProblem
  private let solver: Solver

  /// - Parameters:
  ///   - settings: their initial state and target energy are those of the question's problem.
  ///   - device: what runs in its place.
  ///   - shouldStop: ends the search for a place on the device's chip.
  /// - Throws: `ProblemError` or `SolverError` if the device has no place for the problem or a setting makes no sense.
  public init(
    _ question: SpinQuestion, _ settings: SolverSettings, on device: DeviceSettings = DeviceSettings(),
    shouldStop: () -> Bool = { false }
  ) throws {
    self.question = question
    self.device = try DeviceProblem(question.objective.problem, on: device, seed: settings.seed, shouldStop: shouldStop)
    if settings.targetEnergy != nil, !self.device.isFaithful {
      throw ProblemError("--target needs a device without faults: this one's energies are not those of the problem")
    }
    var settings = settings
    settings.initialStates = settings.initialStates.map(self.device.encode)
    solver = try Solver(self.device.problem, settings)
  }

  /// Where the problem's spins lie on the device's chip; `nil` without one.
  public var embedding: MinorEmbedding? { device.embedded?.embedding }

  /// What progress is measured by: the question's measure, or the energy of what the device runs.
  public var measureName: String { device.isFaithful ? question.objective.measureName : "deviceEnergy" }

  /// Searches. Collective.
  ///
  /// - Parameters:
  ///   - world: ranks that search together; `nil`: this one alone.
  ///   - store: where the search is kept, so that it can go on after an interruption; `nil`: nowhere.
  ///   - shouldStop: asked some thousand times a second; once it says yes on any rank, all end soon, with what they have.
  ///   - progress: called with every state of this rank that is better than all its states before.
  /// - Returns: on rank 0 the answer of all ranks.
  /// - Throws: `SolverError` if settings make no sense, or the failure of an exchange between ranks; nothing on one rank.
  public func run(
    over world: Communicator? = nil, store: SearchStore? = nil, shouldStop: @escaping () -> Bool = { false },
    progress: @escaping (SearchTrace.Point) -> Void = { _ in }
  ) throws -> SpinAnswer {
    var trace = SearchTrace(measureName: measureName)
    func found(_ found: SearchProgress) {
      let measure = device.isFaithful ? question.objective.measure(atEnergy: found.energy) : found.energy
      trace.append(seconds: found.seconds, measure: measure)
      progress(SearchTrace.Point(seconds: found.seconds, measure: measure))
    }
    let solution =
      if let store {
        try LongSearch(solver, store: store).run(over: world, shouldStop: shouldStop, progress: found)
      } else {
        try solver.run(over: world, shouldStop: shouldStop, progress: found)
      }
    let samples = try device.decode(solution.samples)
    guard let best = try best(of: samples)?.spins else { throw ProblemError("no state was found") }
    return try SpinAnswer(
      question, best: best, samples: samples, solution: solution, chip: chip(solution.samples), trace: trace,
      isFaithful: device.isFaithful)
  }

  /// The best state, of numbers to be divided by what is left over: their couplings may be too great to be exact.
  private func best(of samples: SampleSet) throws -> SampleSet.Sample? {
    guard question.kind == .partition, !question.objective.problem.isInteger else { return samples.best }
    return try samples.samples.min {
      try question.objective.measure(of: $0.spins).value < question.objective.measure(of: $1.spins).value
    }
  }

  private func chip(_ samples: SampleSet) -> SpinAnswer.Chip? {
    guard let embedded = device.embedded, let broken = device.chainBreakFraction(samples) else { return nil }
    return SpinAnswer.Chip(
      spins: embedded.embedding.usedSpinCount, longestChain: embedded.embedding.longestChain,
      chainStrength: embedded.chainStrength, chainBreakFraction: broken)
  }
}

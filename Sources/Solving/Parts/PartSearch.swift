import Ising
import MPI
import Machines
import Parallel

/// A search for the answer to a question about spins of which no rank has all couplings.
struct PartSearch {
  private let question: PartQuestion
  private let settings: SolverSettings

  /// - Parameter settings: their initial states and target energy are those of the whole problem.
  /// - Throws: `SolverError` if a setting makes no sense.
  init(_ question: PartQuestion, _ settings: SolverSettings) throws {
    try settings.validate(spins: question.measure.spinCount)
    (self.question, self.settings) = (question, settings)
  }

  /// Searches. Collective.
  ///
  /// - Parameters:
  ///   - world: the ranks that have the problem.
  ///   - shouldStop: asked some thousand times a second; once it says yes on any rank, all end soon, with what they have.
  ///   - progress: called with every state that is better than all before.
  /// - Throws: `SolverError` if settings make no sense, or the failure of an exchange between ranks.
  func run(
    over world: Communicator, shouldStop: @escaping () -> Bool, progress: @escaping (SearchTrace.Point) -> Void
  ) throws -> SpinAnswer {
    let problem = try SharedProblem(question.rows, over: world)
    let search = JointSearch(
      problem: problem, settings: settings, spread: SpreadChoice(.spins, because: question.reason), world: world)
    var trace = SearchTrace(measureName: question.measure.measureName)
    let solution = try search.run(known: nil, shouldStop: shouldStop) {
      let measure = question.measure.measure(atEnergy: $0.energy)
      trace.append(seconds: $0.seconds, measure: measure)
      progress(SearchTrace.Point(seconds: $0.seconds, measure: measure))
    }
    guard let best = solution.samples.best?.spins else { throw ProblemError("no state was found") }
    return SpinAnswer(
      question, best: best, energy: try problem.total(of: best), solution: solution, trace: trace)
  }
}

extension QuestionSearch: ProblemUse {
  package func sharers(in world: Communicator) -> Communicator? {
    isWhole || isExact || store != nil || hasChip || !device.couplings.isIdeal || settings.spread == .replicas ? nil : world
  }

  /// Samplers visit densely coupled spins one after the other.
  package func allowsParts(of drawn: DrawnProblem) -> Bool {
    !drawn.isComplete || !settings.choosesMachine && !settings.machine(for: drawn).isSequential
  }

  package func spreadsSpins(of drawn: DrawnProblem) -> Bool { settings.spread == .spins && !settings.growsPopulation(drawn) }

  package func spins(of rank: Int, ranks: Int, in drawn: DrawnProblem) -> Range<Int> { drawn.spins(of: rank, ranks: ranks) }
}

extension DrawnProblem {
  /// The spins of a rank, which the field operators take for its own.
  func spins(of rank: Int, ranks: Int) -> Range<Int> {
    isComplete
      ? PartitionedDenseField.spins(of: rank, ranks: ranks, spins: spinCount)
      : SpinOwners.run(of: rank, ranks: ranks, spins: spinCount)
  }
}

extension SolverSettings {
  /// Whether the search would spend its time on a population, which takes the whole problem (`AnnealingPopulation`).
  fileprivate func growsPopulation(_ drawn: DrawnProblem) -> Bool {
    time != nil && time != .zero && reads == nil && steps == nil && (choosesMachine || machine(for: drawn).isSequential)
  }

  fileprivate func machine(for drawn: DrawnProblem) -> MachineKind {
    machine ?? .standard(spins: drawn.spinCount, haveOneSize: drawn.hasCouplingsOfOneSize, self)
  }
}

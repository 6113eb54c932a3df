import Files
import Foundation
import Host
import Ising
import Kernels
import MPI

/// A search for the answer to a question of either kind, as a user describes it: spins by a machine or by trying every state,
/// communities by a sequence of bisections.
package struct QuestionSearch {
  /// But for initial state and target energy, which follow from `initial` and `target`.
  package var settings = SolverSettings()
  /// What runs in the problem's place.
  package var device = DeviceSettings()
  /// The question's own measure (a cut, an energy, a modularity) at which the search ends.
  package var target: Double?
  /// Files with the states from which reads start, in turn.
  package var initial: [String] = []
  /// A file with chains that are known already; `nil`: they are searched for.
  package var embedding: String?
  /// Where the chains are written.
  package var savedEmbedding: String?
  /// Whether every state is tried.
  package var isExact = false
  /// The folder in which a search of spins is kept; `nil`: nowhere.
  package var store: SearchStore?
  /// What the device takes for a sample.
  package var estimate: DeviceEstimate?

  /// Whether the time limit is the user's, and so bounds the search for an embedding too.
  package var isLimited = false
  /// Whether every rank is to have the whole problem, because it is written or the search is kept.
  package var isWhole = false

  /// Numbers that are divided by trying all divisions where nothing else is asked for: a quarter of a second's work.
  private static let fewNumbers = 28

  /// Seconds without any limit of the user's.
  private static let standardTime = 10.0

  package init() {}

  /// How long to search, as far as a user says it: with a time limit of its own where reads and steps do not decide.
  package mutating func setLength(seconds: Double?, reads: Int?, steps: Int?, target: Double?) {
    let isOpen = reads == nil && steps == nil || settings.choosesMachine
    (settings.reads, settings.steps, self.target, isLimited) = (reads, steps, target, seconds != nil)
    settings.time = (seconds ?? (isOpen ? Self.standardTime : nil)).map(Duration.init(limit:))
  }

  var hasChip: Bool { device.chip != nil || device.couplers != nil }

  /// Whether the way to search is left open, apart from its time and target.
  private var isOpen: Bool {
    settings.machine == nil && !settings.choosesMachine && settings.reads == nil && settings.steps == nil
      && settings.course == nil && settings.scale == 1 && settings.keep == nil && settings.spread == nil && settings.time != .zero
      && settings.stateBits == nil && settings.stateNoise == 0 && initial.isEmpty && store == nil && !hasChip
      && device.couplings.isIdeal
  }

  /// Searches. Collective.
  ///
  /// - Parameters:
  ///   - meter: has counted the processor's energy since the work began.
  ///   - shouldStop: asked some thousand times a second; once it says yes on any rank, all end soon, with what they have.
  ///   - found: told of every better state of this rank.
  /// - Returns: on rank 0 the answer of all ranks.
  package func run(
    _ question: Question, over world: Communicator, meter: ProcessorEnergy?, shouldStop: @escaping () -> Bool,
    found: @escaping (String) -> Void
  ) throws -> any Answer {
    switch question {
    case .spins(let question):
      var answer = try run(question, over: world, shouldStop: shouldStop, found: found)
      (answer.processorJoules, answer.estimate) = (meter?.joules, estimate)
      return answer
    case .parts(let question):
      var answer = try PartSearch(question, try settings(for: question.measure, from: nil))
        .run(over: world, shouldStop: shouldStop) { found("\(question.measure.measureName) \(SearchTrace.text($0.measure))") }
      (answer.processorJoules, answer.estimate) = (meter?.joules, estimate)
      return answer
    case .communities(let question):
      try checkCommunities()
      let search = CommunitySearch(question, settings, couplings: device.couplings, targetModularity: target)
      return try search.run(over: world, shouldStop: shouldStop) { found("modularity " + String(format: "%.6f", $0.measure)) }
    }
  }

  private func run(
    _ question: SpinQuestion, over world: Communicator, shouldStop: @escaping () -> Bool, found: @escaping (String) -> Void
  ) throws -> SpinAnswer {
    guard !isExact || !hasChip else { throw ProblemError("--exact is of the problem itself: leave out --hardware") }
    let count = question.objective.problem.spinCount
    // Annealing is no match for the few divisions of some numbers.
    let isTried = question.kind == .partition && count <= Self.fewNumbers && isOpen
    let exact = isExact || isTried ? try ExactMinimum(question.objective, shouldStop: shouldStop) : nil
    var device = device
    device.chains = try embedding.map { try ChipFile.chains($0, labels: question.labels, spinCount: count) }
    let (start, limit) = (ContinuousClock.now, isLimited ? settings.time : nil)
    let search = try SpinSearch(
      question, try settings(for: question.objective, from: exact), on: device,
      shouldStop: { shouldStop() || limit.map { $0 > .zero && ContinuousClock.now - start > $0 } ?? false })
    if let path = savedEmbedding, let embedding = search.embedding, world.rank == 0 {
      try AtomicFile.write(try ChipFile.text(embedding, labels: question.labels), to: path)
    }
    let bestKnown = question.bestKnown.map { " (best known \(SearchTrace.text($0)))" } ?? ""
    var answer = try search.run(over: world, store: store, shouldStop: shouldStop) {
      found("\(search.measureName) \(SearchTrace.text($0.measure))\(bestKnown)")
    }
    // Nothing is proven by a part of the states.
    answer.exact = exact?.wasStopped == true ? nil : exact
    return answer
  }

  private func settings(for objective: any SpinMeasure, from exact: ExactMinimum?) throws -> SolverSettings {
    var settings = settings
    settings.initialStates = try initial.flatMap { try StateFile.readAll($0, spinCount: objective.spinCount) }
    if let exact {
      // The one state of a search without time is that which it starts from.
      (settings.initial, settings.time, settings.reads) = (exact.spins, .zero, 1)
    }
    settings.targetEnergy = target.map { objective.energy(atMeasure: $0) }
    return settings
  }

  /// Refuses what is for one Ising problem alone.
  private func checkCommunities() throws {
    for (isGiven, name) in [
      (!initial.isEmpty, "--initial"), (isExact, "--exact"), (hasChip, "--hardware"),
      (settings.choosesMachine, "--auto"), (settings.spread == .spins, "--spread spins"),
      (settings.exchangeEvery > 1, "--exchange-every"), (store != nil, "--run-dir"),
    ] where isGiven {
      throw ProblemError("\(name) is for one Ising problem; communities are a sequence of them")
    }
  }
}

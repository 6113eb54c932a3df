import Foundation
import Host
import Ising
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
  /// A file with the state from which every read starts.
  package var initial: String?
  /// Whether every state is tried.
  package var isExact = false
  /// The folder in which a search of spins is kept; `nil`: nowhere.
  package var store: SearchStore?
  /// What the device takes for a sample.
  package var estimate: DeviceEstimate?

  package init() {}

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
    case .communities(let question):
      try checkCommunities()
      let search = CommunitySearch(question, settings, couplings: device.couplings, targetModularity: target)
      return try search.run(over: world, shouldStop: shouldStop) { found("modularity " + String(format: "%.6f", $0.measure)) }
    }
  }

  private func run(
    _ question: SpinQuestion, over world: Communicator, shouldStop: @escaping () -> Bool, found: @escaping (String) -> Void
  ) throws -> SpinAnswer {
    guard !isExact || device.chip == nil else { throw ProblemError("--exact is of the problem itself: leave out --hardware") }
    let exact = isExact ? try ExactMinimum(question.objective.problem, shouldStop: shouldStop) : nil
    let search = try SpinSearch(question, try settings(for: question.objective, from: exact), on: device, shouldStop: shouldStop)
    let bestKnown = question.bestKnown.map { " (best known \(SearchTrace.text($0)))" } ?? ""
    var answer = try search.run(over: world, store: store, shouldStop: shouldStop) {
      found("\(search.measureName) \(SearchTrace.text($0.measure))\(bestKnown)")
    }
    // Nothing is proven by a part of the states.
    answer.exact = exact?.wasStopped == true ? nil : exact
    return answer
  }

  private func settings(for objective: any SpinObjective, from exact: ExactMinimum?) throws -> SolverSettings {
    var settings = settings
    settings.initial = try initial.map { try StateFile.read($0, spinCount: objective.problem.spinCount) }
    if let exact {
      // The one state of a search without time is that which it starts from.
      (settings.initial, settings.time, settings.reads) = (exact.spins, 0, 1)
    }
    settings.targetEnergy = target.map { objective.energy(atMeasure: $0) }
    return settings
  }

  /// Refuses what is for one Ising problem alone.
  private func checkCommunities() throws {
    for (isGiven, name) in [
      (initial != nil, "--initial"), (isExact, "--exact"), (device.chip != nil, "--hardware"),
      (settings.choosesMachine, "--auto"), (settings.spread == .spins, "--spread spins"),
      (settings.exchangeEvery > 1, "--exchange-every"), (store != nil, "--run-dir"),
    ] where isGiven {
      throw ProblemError("\(name) is for one Ising problem; communities are a sequence of them")
    }
  }
}

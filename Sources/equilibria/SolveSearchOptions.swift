import ArgumentParser
import Ising
import Machines
import Solving

/// `--spread`.
enum SpreadOption: String, CaseIterable, ExpressibleByArgument {
  case auto, replicas, spins
}

/// How to search.
struct SolveSearchOptions: ParsableArguments {
  @Option(help: "The machine. By default the best one by measurement.")
  var machine: MachineKind?

  @Option(help: "The pump or temperature during a read: linear:A:B, geometric:A:B, constant:A, or values A,B,C ….")
  var schedule: Course?

  @Option(parsing: .unconditional, help: "Multiplies the machine's coupling strength, or its temperatures.")
  var scale = 1.0

  @Option(help: "The state of a sampler's run that is its read: by default the last one of gibbs and the best one of others.")
  var keep: SolverSettings.Keep?

  @Option(
    help:
      "A file with the state from which every read starts, one spin per line, or with a state per line, which reads take in turn. May be repeated.",
    completion: .file())
  var initial: [String] = []

  @Option(parsing: .unconditional, help: "The seed of all random numbers.")
  var seed: UInt64 = 1

  @Option(help: "What is divided among the ranks: the replicas (reads), the spins of each, or whichever suits the search.")
  var spread = SpreadOption.auto

  @Option(
    help: ArgumentHelp(
      "Ranks that share the spins exchange them in every so many steps; beyond 1 for machines that move all spins at once.",
      valueName: "steps"))
  var exchangeEvery = 1

  @Flag(help: "Spend a tenth of the time on choosing machine and scale.")
  var auto = false

  @Flag(
    help:
      "Prove the answer and count the ground states: by every state of at most \(ExactMinimum.greatestSpinCount) spins, or a tree decomposition of width \(ExactMinimum.greatestWidth) or less."
  )
  var exact = false

  func validate() throws {
    guard scale > 0, scale.isFinite else { throw ValidationError("--scale \(scale): expected a number above 0") }
    if exchangeEvery < 1 { throw ValidationError("--exchange-every \(exchangeEvery): expected 1 or more") }
    if exchangeEvery > 1, spread == .replicas { throw ValidationError("--exchange-every \(exchangeEvery) needs --spread spins") }
    if exchangeEvery > 1, auto {
      throw ValidationError("--exchange-every \(exchangeEvery) needs --machine: --auto tries samplers too")
    }
    if auto, machine != nil { throw ValidationError("--auto chooses the machine: leave out --machine") }
  }

  /// Refuses what does not fit together with the search's length, or in a folder.
  func check(_ length: SolveLengthOptions, isKept: Bool) throws {
    if exact, length.isGiven || machine != nil || auto || !initial.isEmpty {
      throw ValidationError(
        "--exact searches by itself: leave out --time, --reads, --steps, --machine, --auto, --target and --initial")
    }
    if auto, length.reads != nil && length.steps != nil, length.time == nil {
      throw ValidationError("--auto needs --time, of which it takes a tenth")
    }
    if isKept, exact { throw ValidationError("--exact tries every state at once and keeps no folder: leave out --run-dir") }
    if isKept, length.time != nil, length.reads != nil {
      throw ValidationError("--run-dir with --time and --reads: which reads fit depends on the interruptions; give one of them")
    }
  }

  /// Adds the search to what is asked.
  func describe(_ search: inout QuestionSearch) {
    (search.initial, search.isExact) = (initial, exact)
    (search.settings.machine, search.settings.choosesMachine) = (machine, auto)
    (search.settings.scale, search.settings.course, search.settings.keep) = (scale, schedule, keep)
    (search.settings.seed, search.settings.exchangeEvery) = (seed, exchangeEvery)
    search.settings.spread = Spread(rawValue: spread.rawValue)
  }
}

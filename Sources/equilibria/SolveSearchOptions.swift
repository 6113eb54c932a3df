import ArgumentParser
import Ising
import Machines
import Solving

extension MachineKind: ExpressibleByArgument {
  public init?(argument: String) {
    guard let kind = MachineKind(rawValue: argument), kind.entry.uses.contains(.solving) else { return nil }
    self = kind
  }

  public static var allValueStrings: [String] { machines(for: .solving).map(\.rawValue) }
}
extension SolverSettings.Clock: ExpressibleByArgument {}
extension SolverSettings.Keep: ExpressibleByArgument {}

/// `--spread`.
enum SpreadOption: String, CaseIterable, ExpressibleByArgument {
  case auto, replicas, spins
}

/// How to search.
struct SolveSearchOptions: ParsableArguments {
  @Option(help: "The machine. By default the best one by measurement.")
  var machine: MachineKind?

  @Option(
    parsing: .unconditional, help: "Seconds; 0 for the first state alone. By default 10, unless --reads or --steps is given.")
  var time: Double?

  @Option(help: "What the seconds measure: wall-clock time or processor time.")
  var clock = SolverSettings.Clock.wall

  @Option(parsing: .unconditional, help: "Independent runs. By default as many as the time allows.")
  var reads: Int?

  @Option(name: [.long, .customLong("sweeps")], help: "Steps, or sweeps of a sampler, of one read.")
  var steps: Int?

  @Option(parsing: .unconditional, help: "Stop at this cut or energy.")
  var target: Double?

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

  /// Seconds without any limit of the user's.
  private static let standardTime = 10.0

  func validate() throws {
    if let time, !(time >= 0 && time.isFinite) { throw ValidationError("--time \(time): expected seconds, 0 or more") }
    if let reads, reads < 1 { throw ValidationError("--reads \(reads): expected 1 or more") }
    if let steps, steps < 0 { throw ValidationError("--steps \(steps): expected 0 or more") }
    guard scale > 0, scale.isFinite else { throw ValidationError("--scale \(scale): expected a number above 0") }
    if let target, !target.isFinite { throw ValidationError("--target \(target): expected a number") }
    if exact, time != nil || reads != nil || steps != nil || machine != nil || auto || target != nil || !initial.isEmpty {
      throw ValidationError(
        "--exact searches by itself: leave out --time, --reads, --steps, --machine, --auto, --target and --initial")
    }
    if exchangeEvery < 1 { throw ValidationError("--exchange-every \(exchangeEvery): expected 1 or more") }
    if exchangeEvery > 1, spread == .replicas { throw ValidationError("--exchange-every \(exchangeEvery) needs --spread spins") }
    if exchangeEvery > 1, auto {
      throw ValidationError("--exchange-every \(exchangeEvery) needs --machine: --auto tries samplers too")
    }
    if auto, machine != nil { throw ValidationError("--auto chooses the machine: leave out --machine") }
    if auto, reads != nil && steps != nil, time == nil { throw ValidationError("--auto needs --time, of which it takes a tenth") }
  }

  /// Whether the way to search is left open, apart from its time and target.
  var isOpen: Bool {
    machine == nil && reads == nil && steps == nil && schedule == nil && scale == 1 && keep == nil && initial.isEmpty && !auto
      && spread == .auto && time != 0
  }

  /// Numbers that are divided by trying all divisions where nothing else is asked for: a quarter of a second's work.
  static let fewNumbers = 28

  /// Refuses what a search that is kept in a folder cannot have.
  func checkKept() throws {
    if exact { throw ValidationError("--exact tries every state at once and keeps no folder: leave out --run-dir") }
    if time != nil, reads != nil {
      throw ValidationError("--run-dir with --time and --reads: which reads fit depends on the interruptions; give one of them")
    }
  }

  /// Seconds, `nil` if the number of reads or steps decides.
  var timeLimit: Double? { time ?? (reads == nil && steps == nil || auto ? Self.standardTime : nil) }

  /// Refuses what is for one Ising problem alone.
  func checkCommunities(hasChip: Bool, isKept: Bool) throws {
    for (isGiven, name) in [
      (!initial.isEmpty, "--initial"), (exact, "--exact"), (hasChip, "--hardware"), (auto, "--auto"),
      (spread == .spins, "--spread spins"),
      (exchangeEvery > 1, "--exchange-every"), (isKept, "--run-dir"),
    ] where isGiven {
      throw ProblemError("\(name) is for one Ising problem; communities are a sequence of them")
    }
  }

  /// The settings of a search, but for its initial state and its target.
  var settings: SolverSettings {
    var settings = SolverSettings()
    (settings.machine, settings.choosesMachine, settings.scale, settings.course) = (machine, auto, scale, schedule)
    (settings.reads, settings.steps, settings.time, settings.clock) = (reads, steps, timeLimit, clock)
    settings.keep = keep
    (settings.seed, settings.spread, settings.exchangeEvery) = (seed, Spread(rawValue: spread.rawValue), exchangeEvery)
    return settings
  }
}

extension Course: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

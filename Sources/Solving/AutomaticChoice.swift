import Ising
import Machines

/// Machine and scale by trial: a tenth of the time goes into short searches, first with some machines, then with other scales of
/// the two best ones. The best state of the trials is not lost.
struct AutomaticChoice {
  /// The share of the time that trials take.
  private static let share = 0.1
  /// Those with the best cuts after a second (docs/results/results-ising.md), in order of preference where trials end level.
  private static let machines: [MachineKind] = [
    .anneal, .discreteBifurcation, .heatedDiscreteBifurcation, .ballisticBifurcation, .langevin,
  ]
  private static let scales = [0.7, 1.4]
  /// Machines of which other scales are tried.
  private static let finalists = 2

  /// With machine, scale, and what time is left.
  private(set) var settings: SolverSettings
  /// The best state of the trials that this rank knows.
  private(set) var best: SampleSet.Sample?
  /// What the trials took.
  private(set) var seconds = 0.0
  private(set) var spinUpdates = 0.0

  /// - Parameters:
  ///   - settings: those of the search. Trials run as long as they may, whatever its reads and steps are, and end with its target.
  ///   - time: the limit of the whole search, more than 0.
  ///   - trial: searches with the settings it is given, on all ranks that search together. They all learn the lowest energy, so that
  ///     they choose the same.
  init(_ settings: SolverSettings, time: Duration, trial: (SolverSettings) throws -> Solution) rethrows {
    self.settings = settings
    var short = settings
    (short.choosesMachine, short.reads, short.steps) = (false, nil, nil)
    short.time = time * Self.share / Double(Self.machines.count + Self.finalists * Self.scales.count)
    var tried: [(settings: SolverSettings, energy: Double)] = []

    func attempt(_ machine: MachineKind?, scale: Double) throws {
      if let target = settings.targetEnergy, tried.contains(where: { $0.energy <= target }) { return }
      (short.machine, short.scale) = (machine, scale)
      let found = try trial(short)
      tried.append((short, found.energy))
      seconds += found.seconds
      spinUpdates += found.spinUpdates
      if let state = found.samples.best, state.energy < best?.energy ?? .infinity { best = state }
    }
    /// The lowest energy first, equal ones in the order of trial.
    func ranked() -> [SolverSettings] {
      tried.indices.sorted { (tried[$0].energy, $0) < (tried[$1].energy, $1) }.map { tried[$0].settings }
    }
    for machine in Self.machines { try attempt(machine, scale: settings.scale) }
    for finalist in ranked().prefix(Self.finalists) {
      for factor in Self.scales { try attempt(finalist.machine, scale: settings.scale * factor) }
    }
    let chosen = ranked()[0]
    (self.settings.choosesMachine, self.settings.time) = (false, time * (1 - Self.share))
    (self.settings.machine, self.settings.scale) = (chosen.machine, chosen.scale)
  }
}

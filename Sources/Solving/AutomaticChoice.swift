import Ising
import MPI

/// A tenth of the time spent on trials: first of some machines, then of the best one's feedback or temperatures.
struct AutomaticChoice {
  /// In order of preference where trials end level.
  private static let machines: [MachineKind] = [
    .anneal, .discreteBifurcation, .ballisticBifurcation, .coherentIsing, .chaoticAmplitudeControl,
  ]
  private static let scales = [0.7, 1.4]

  /// With machine, scale, and what time is left.
  private(set) var settings: SolverSettings
  /// The best state of the trials.
  private(set) var best: SampleSet.Sample?
  /// What the trials took.
  private(set) var seconds = 0.0

  /// - Parameter time: the limit of the whole search, more than 0.
  init(
    _ problem: IsingProblem, _ settings: SolverSettings, time: Double, spinsSharedBy group: Communicator?, share: ReadShare,
    shouldStop: @escaping () -> Bool
  ) throws {
    self.settings = settings
    self.settings.isAutomatic = false
    let each = time / 10 / Double(Self.machines.count + Self.scales.count)

    /// Whether a machine at a scale does better than all before.
    func isBetter(_ machine: MachineKind, _ scale: Double) throws -> Bool {
      var trial = self.settings
      (trial.machine, trial.scale, trial.time) = (machine, scale, each)
      let solution = try Solver(problem, trial).run(share: share, spinsSharedBy: group, shouldStop: shouldStop)
      seconds += solution.seconds
      guard let found = solution.samples.best, found.energy < best?.energy ?? .infinity else { return false }
      best = found
      return true
    }
    var chosen = Self.machines[0]
    for machine in Self.machines where try isBetter(machine, settings.scale) { chosen = machine }
    var scale = settings.scale
    for factor in Self.scales where try isBetter(chosen, settings.scale * factor) { scale = settings.scale * factor }
    (self.settings.machine, self.settings.scale, self.settings.time) = (chosen, scale, time * 0.9)
  }
}

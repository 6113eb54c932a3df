import Ising
import Solving

/// Chooses machine and scale by trying them for a short time each: first the machines, then other scales of the two best.
struct MachineChoice {
  let search: SharedSearch

  /// The share of a search's time that choosing takes.
  static let share = 0.1
  private static let machines: [MachineKind] = [
    .anneal, .chaoticAmplitudeControl, .discreteBifurcation, .heatedBallisticBifurcation, .amplitudeHeterogeneityCorrection,
  ]
  private static let scales = [0.7, 1.4]
  private static let finalists = 2

  private struct Trial {
    var settings: SolverSettings
    var energy: Double
  }

  /// - Parameters:
  ///   - settings: those of the search; their time is what there is in all.
  ///   - time: seconds for choosing.
  /// - Returns: the settings with the machine and scale of the lowest energy; of equal ones the first in the order of trial.
  func choose(_ problem: IsingProblem, _ settings: SolverSettings, time: Double) throws -> SolverSettings {
    let count = Self.machines.count + Self.finalists * Self.scales.count
    func trial(_ machine: MachineKind?, scale: Double) throws -> Trial {
      var settings = settings
      settings.machine = machine
      settings.scale = scale
      settings.time = time / Double(count)
      settings.reads = nil
      settings.steps = nil
      return Trial(settings: settings, energy: try search.run(problem, settings).energy)
    }
    var trials = try Self.machines.map { try trial($0, scale: settings.scale) }
    for finalist in Self.ranked(trials).prefix(Self.finalists) {
      for scale in Self.scales {
        trials.append(try trial(finalist.settings.machine, scale: settings.scale * scale))
      }
    }
    guard let best = Self.ranked(trials).first else { return settings }
    var chosen = settings
    chosen.machine = best.settings.machine
    chosen.scale = best.settings.scale
    return chosen
  }

  private static func ranked(_ trials: [Trial]) -> [Trial] {
    trials.indices.sorted { (trials[$0].energy, $0) < (trials[$1].energy, $1) }.map { trials[$0] }
  }
}

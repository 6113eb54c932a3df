import Ising

/// The machines by the names that users give.
public enum MachineKind: String, CaseIterable, Sendable {
  case coherentIsing = "cim"
  case chaoticAmplitudeControl = "cim-cac"
  case amplitudeHeterogeneityCorrection = "cim-ahc"
  case adam = "cim-adam"
  case conjugate
  case adiabaticBifurcation = "sb-adiabatic"
  case ballisticBifurcation = "sb-ballistic"
  case discreteBifurcation = "sb-discrete"
  case heatedBallisticBifurcation = "sb-ballistic-heated"
  case heatedDiscreteBifurcation = "sb-discrete-heated"
  case oscillator
  case langevin
  case gibbs
  case anneal
  case reverseAnneal = "reverse-anneal"

  /// What runs when none is asked for: the best by measurement (docs/results/results-ising.md).
  ///
  /// Where all pairs are coupled with one strength, products of bits make simulated bifurcation faster than anything that visits
  /// one spin after the other. A schedule or an initial state is taken to be a sampler's.
  public static func standard(for problem: IsingProblem, _ settings: SolverSettings) -> MachineKind {
    let isOneSampler = settings.course != nil || settings.initial != nil
    return !isOneSampler && problem.spinCount >= fewestPackedSpins && problem.hasCouplingsOfOneSize
      ? .discreteBifurcation : .anneal
  }

  /// Smaller problems are solved at once by either.
  private static let fewestPackedSpins = 256

  /// Whether it visits ±1 spins one after the other; the others move all amplitudes at once.
  public var isSequential: Bool {
    switch self {
    case .gibbs, .anneal, .reverseAnneal: true
    default: false
    }
  }

  /// Steps of a run when neither steps nor a time limit are given.
  public var standardSteps: Int {
    switch self {
    case .gibbs, .anneal, .reverseAnneal: 1000
    case .chaoticAmplitudeControl, .amplitudeHeterogeneityCorrection: 10_000
    default: 2000
    }
  }
}

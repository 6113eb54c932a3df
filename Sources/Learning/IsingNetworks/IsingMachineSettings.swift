/// How the spins of an Ising network relax. Temperatures are in units of the couplings.
public struct IsingMachineSettings: Equatable, Sendable {
  /// The annealer or sampler.
  public enum Kind: String, CaseIterable, Sendable {
    /// Simulated annealing; nudged phases anneal in reverse from the free state.
    case anneal
    /// p-bits: Gibbs sampling at one temperature, correlations averaged.
    case gibbs
    /// Amplitudes in [−1, 1] under Langevin's equation at one temperature, correlations averaged.
    case langevin
  }

  /// Which samples are not nudged.
  public enum Skipping: String, CaseIterable, Sendable {
    /// All are nudged.
    case none
    /// Those whose class is right.
    case right
    /// Those whose output spins all are at their targets.
    case settled
  }

  /// The machine: `anneal`, or one of the samplers `gibbs` and `langevin`.
  public var kind: Kind = .anneal
  /// `anneal`: sweeps of one anneal; samplers: sweeps whose states are averaged.
  public var sweeps = 100
  /// `anneal`: the number of anneals, of which the lowest energy counts; samplers: independent chains that are averaged.
  public var reads = 10
  /// `anneal`: the temperature in the beginning.
  public var hot = 1.0
  /// `anneal`: the temperature in the end.
  public var cold = 0.02
  /// `anneal`: how far up from `cold` to `hot` nudged phases go from the free state; `nil`: they anneal from random states.
  public var reversal: Double? = 0.25
  /// Which samples have no nudged phase.
  public var skips: Skipping = .settled
  /// Samplers: the temperature.
  public var temperature = 0.5
  /// Samplers: sweeps before the first sample.
  public var warmUp = 20
  /// Samplers: sweeps from one sample to the next.
  public var interval = 1
  /// `langevin`: `η`.
  public var rate = 0.1

  /// Annealing with the numbers above.
  public init() {}

  /// Samplers: all sweeps of one chain.
  var sweepsOfChain: Int { warmUp + sweeps * interval }

  /// Samplers: whether the averages take in the state after a sweep.
  func counts(_ sweep: Int) -> Bool { sweep >= warmUp && (sweep - warmUp) % interval == interval - 1 }
}

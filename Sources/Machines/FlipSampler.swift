import Kernels

/// One replica of ±1 spins, visited one after the other at a temperature that follows a course: `gibbs`, `anneal` and
/// `reverseAnneal` are rules and courses of it.
///
/// *Metropolis* flips spin `i` with probability min(1, exp(−2 s_i f_i / T)), the *heat bath* with 1 / (1 + exp(2 s_i f_i / T)).
/// Both keep `exp(−E/T)`. Either is a comparison of `s_i f_i` with a threshold that does not depend on it: `T/2 · (−ln u)` for
/// Metropolis, `T/2 · ln((1 − u)/u)` for the heat bath, u uniform in (0, 1).
public final class FlipSampler: Machine {
  public enum Rule: String, CaseIterable, Sendable {
    case metropolis, heatBath
  }

  public let couplings: any FlipOperator
  /// `T` in the course of a run, in units of `fieldScale`.
  public var temperature: Course
  private let fieldScale: Float
  private let noise: SpinNoise

  /// - Parameters:
  ///   - fieldScale: the root mean square of `√(Σ_j J_ij² + h_i²)`.
  ///   - replica: the global number of the replica.
  public init(
    _ couplings: any FlipOperator, rule: Rule, temperature: Course, fieldScale: Float, seed: UInt64, stream: UInt32 = 0,
    replica: Int = 0
  ) {
    self.couplings = couplings
    self.temperature = temperature
    self.fieldScale = fieldScale
    noise = SpinNoise(
      rule == .metropolis ? .exponential : .logistic, shape: ReplicaShape(spins: couplings.spinCount, replicas: 1),
      identifiers: couplings.identifiers, philox: Philox(seed: seed, stream: stream),
      purpose: SpinSystem.Purpose.dynamics.rawValue, firstReplica: UInt32(replica))
  }

  /// Draws for another replica from now on.
  public func restart(replica: Int) { noise.restart(firstReplica: UInt32(truncatingIfNeeded: replica)) }

  public func step(_ time: MachineTime) throws {
    let temperature = max(Float(self.temperature.value(at: time.fraction)), 0)
    try couplings.sweep(thresholds: noise.plane(step: time.step), scale: temperature * fieldScale / 2)
  }

  /// One sweep that takes only what lowers the energy.
  ///
  /// - Returns: the flips on all ranks, the same number on each.
  @discardableResult public func descend(_ time: MachineTime) throws -> Int {
    try couplings.sweep(thresholds: noise.plane(step: time.step), scale: 0)
  }
}

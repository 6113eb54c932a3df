import Kernels

/// One replica of ±1 spins, visited one after the other at a temperature that follows a course: `gibbs`, `anneal` and
/// `reverseAnneal` are rules and courses of it.
///
/// *Metropolis* flips spin `i` with probability min(1, exp(−2 s_i f_i / T)), the *heat bath* with 1 / (1 + exp(2 s_i f_i / T)).
/// Both keep `exp(−E/T)`. Either is a comparison of `s_i f_i` with a threshold that does not depend on it: `T/2 · (−ln u)` for
/// Metropolis, `T/2 · ln((1 − u)/u)` for the heat bath, u uniform in (0, 1).
public final class FlipSampler: Machine {
  /// With which probability a spin flips.
  public enum Rule: String, CaseIterable, Sendable {
    /// `min(1, exp(−ΔE/T))`, and `1/(1 + exp(ΔE/T))`.
    case metropolis, heatBath
  }

  /// The spins, and the fields on them as flips change them.
  public let couplings: any FlipOperator
  /// `T` in the course of a run, in units of `fieldScale`.
  public var temperature: Course
  private let fieldScale: Float
  private let noise: SpinNoise

  /// - Parameters:
  ///   - fieldScale: the root mean square of `√(Σ_j J_ij² + h_i²)`.
  ///   - replica: the global number of the replica.
  public init(
    _ couplings: any FlipOperator, rule: Rule, temperature: Course, fieldScale: Float, seed: UInt64,
    stream: UInt32 = RandomStream.dynamics.rawValue,
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
  /// - Throws: what the field throws: the failure of an exchange between ranks; nothing on one rank.
  @discardableResult public func descend(_ time: MachineTime) throws -> Int {
    try couplings.sweep(thresholds: noise.plane(step: time.step), scale: 0)
  }
}

extension FlipSampler {
  /// The course of temperatures, in units of the field's root mean square, that suits most problems: above the temperature at
  /// which spins begin to freeze, and far below the smallest rise in energy of integer problems.
  public static let annealingCourse = Course.linear(from: 0.6, to: 0.05)

  /// Simulated annealing: Metropolis' rule while the temperature falls.
  ///
  /// Source: Kirkpatrick, Gelatt & Vecchi, Science 220, 671 (1983).
  ///
  /// - Parameter temperature: in units of `fieldScale`.
  public static func annealing(
    _ couplings: any FlipOperator, temperature: Course = annealingCourse, rule: Rule = .metropolis, fieldScale: Float,
    seed: UInt64,
    stream: UInt32 = RandomStream.dynamics.rawValue, replica: Int = 0
  ) -> FlipSampler {
    FlipSampler(
      couplings, rule: rule, temperature: temperature, fieldScale: fieldScale, seed: seed, stream: stream, replica: replica)
  }
}

extension FlipSampler {
  /// Gibbs sampling of p-bits at one temperature:
  ///
  ///     s_i ← sgn(tanh(f_i / T) + u),   u uniform in (−1, 1)
  ///
  /// spin after spin, or colour after colour of a graph's colouring, which is the same. After many sweeps a state has probability
  /// `exp(−E/T) / Z`.
  ///
  /// Source: Geman & Geman, IEEE PAMI 6, 721 (1984); as p-bits Camsari, Faria, Sutton & Datta, Phys. Rev. X 7, 031014 (2017).
  ///
  /// - Parameter temperature: in units of `fieldScale`.
  public static func gibbs(
    _ couplings: any FlipOperator, temperature: Double, fieldScale: Float, seed: UInt64,
    stream: UInt32 = RandomStream.dynamics.rawValue, replica: Int = 0
  ) -> FlipSampler {
    FlipSampler(
      couplings, rule: .heatBath, temperature: .constant(temperature), fieldScale: fieldScale, seed: seed, stream: stream,
      replica: replica)
  }
}

extension FlipSampler {
  /// A course that rises to `peak` for a share of the run and falls again, both linearly.
  public static func reverseCourse(peak: Double, end: Double = 0.05, rise: Double = 0.1) -> Course {
    let points = 20
    let turn = max(1, Int((rise * Double(points)).rounded()))
    return .points(
      (0...points).map { point in
        point <= turn
          ? end + (peak - end) * Double(point) / Double(turn)
          : peak + (end - peak) * Double(point - turn) / Double(points - turn)
      })
  }

  /// Reverse annealing: from a given state the temperature rises part of the way, so that the state is left only as far as that
  /// allows, and falls again.
  ///
  /// Source: Perdomo-Ortiz, Venegas-Andraca & Aspuru-Guzik, Quantum Inf. Process. 10, 33 (2011); used for equilibrium propagation
  /// by Laydevant, Marković & Grollier, Nature Communications 15, 3671 (2024).
  ///
  /// - Parameter peak: the highest temperature, in units of `fieldScale`.
  public static func reverseAnnealing(
    _ couplings: any FlipOperator, peak: Double = 0.3, rule: Rule = .metropolis, fieldScale: Float, seed: UInt64,
    stream: UInt32 = RandomStream.dynamics.rawValue,
    replica: Int = 0
  ) -> FlipSampler {
    FlipSampler(
      couplings, rule: rule, temperature: reverseCourse(peak: peak), fieldScale: fieldScale, seed: seed, stream: stream,
      replica: replica)
  }
}

import Kernels

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
    stream: UInt32 = 0,
    replica: Int = 0
  ) -> FlipSampler {
    FlipSampler(
      couplings, rule: rule, temperature: reverseCourse(peak: peak), fieldScale: fieldScale, seed: seed, stream: stream,
      replica: replica)
  }
}

import Kernels

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
    stream: UInt32 = 0, replica: Int = 0
  ) -> FlipSampler {
    FlipSampler(
      couplings, rule: rule, temperature: temperature, fieldScale: fieldScale, seed: seed, stream: stream, replica: replica)
  }
}

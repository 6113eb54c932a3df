import Kernels

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
    _ couplings: any FlipOperator, temperature: Double, fieldScale: Float, seed: UInt64, stream: UInt32 = 0, replica: Int = 0
  ) -> FlipSampler {
    FlipSampler(
      couplings, rule: .heatBath, temperature: .constant(temperature), fieldScale: fieldScale, seed: seed, stream: stream,
      replica: replica)
  }
}

/// How much inertia a relaxation towards a fixed point gets: what it begins with while its residual falls fast, as much as is best for
/// the decay that was measured where it falls slowly.
///
/// Near the fixed point a step with `dt = √ω`, `γ = (2 − ω)/√ω` is `x ← ω (A x − x₋₁) + x₋₁`, Chebyshev's iteration for couplings
/// A whose eigenvalues lie in ±μ. Its modes decay by λ a step, `λ² − ω μ λ + (ω − 1) = 0`: without inertia (ω = 1, the plain
/// update) λ = μ, and at best `√(ω − 1)` for `ω = 2/(1 + √(1 − μ²))`. A decay λ that is slower than that tells a larger μ.
///
/// Source: Varga, Matrix Iterative Analysis (1962), chapter 5; Young's relation between λ and μ.
public struct Inertia: Equatable, Sendable {
  /// ω, from 1 to below 2.
  public private(set) var factor: Float
  private let stepsPerResidual: Int
  /// Residuals since the factor changed.
  private var age = 0
  /// The last three.
  private var residuals: (Double, Double, Double) = (0, 0, 0)
  /// Whether inertia has once led away from the fixed point.
  private var hasFailed = false

  /// Below this decay without inertia there is nothing to gain.
  private static let least = 0.5
  private static let greatest = 0.99
  /// Residuals until the decay is that of the slowest mode.
  private static let patience = 4

  /// - Parameters:
  ///   - factor: ω to begin with.
  ///   - stepsPerResidual: 1; 2 where two colours of spins take turns, each step being that of one colour.
  public init(factor: Float = 1, stepsPerResidual: Int = 1) {
    precondition(factor >= 1 && factor < 2 && 1...2 ~= stepsPerResidual)
    self.factor = factor
    self.stepsPerResidual = stepsPerResidual
  }

  /// `dt`.
  public var step: Float { factor.squareRoot() }
  /// `γ`.
  public var friction: Float { (2 - factor) / factor.squareRoot() }

  public static func == (a: Inertia, b: Inertia) -> Bool {
    a.factor == b.factor && a.stepsPerResidual == b.stepsPerResidual && a.age == b.age && a.residuals == b.residuals
      && a.hasFailed == b.hasFailed
  }

  /// Takes note of what the last steps came to.
  public mutating func note(_ residual: Double) {
    let before = residuals
    residuals = (before.1, before.2, residual)
    age += 1
    guard age >= Self.patience, before.0 > 0, before.1 > 0, residual.isFinite, !hasFailed else { return }
    // Over two steps, since modes of both signs take turns.
    let isOfTwo = stepsPerResidual == 2
    let decay = (residual / (isOfTwo ? before.2 : before.1)).squareRoot()
    let earlier = (isOfTwo ? before.2 / before.1 : before.2 / before.0).squareRoot()
    if decay > 1, earlier > 1, factor > 1 {
      hasFailed = true
      change(to: 1)
    } else if decay < 1, earlier < 1, abs(decay - earlier) < 0.1 * decay {
      let excess = Double(factor) - 1
      let measured = (decay * decay + excess) / (Double(factor) * decay)
      guard measured > Self.least, decay > 1.05 * excess.squareRoot() else { return }
      let slowest = min(measured, Self.greatest)
      let best = Float(2 / (1 + (1 - slowest * slowest).squareRoot()))
      if best > factor + 0.02 { change(to: best) }
    }
  }

  private mutating func change(to factor: Float) {
    self.factor = factor
    age = 0
    residuals = (0, 0, 0)
  }
}

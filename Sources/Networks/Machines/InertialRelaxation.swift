import Machines

/// Free and nudged phases of one network by conjugate variables whose layers take turns.
///
/// With the step and friction of `Inertia`, a spin's next position is `σ(ω f + (1 − ω) x₋₁)`: of its neighbours now, and of itself one
/// step ago. Where layers of one colour are coupled to those of the other alone, the motion of the odd layers at odd instants and the
/// even ones at even instants is therefore independent of the rest, and following it alone costs half: each layer's momentum is in its
/// last position, and a sweep is successive over-relaxation, with walls. A sweep lowers the energy for every ω below 2, since it moves
/// each spin along its parabola, beyond the bottom but not as high as it was.
///
/// Source: Golub & Varga, Numer. Math. 3, 147 (1961), for the halves of Chebyshev's iteration; Cryer, SIAM J. Control 9, 385 (1971), for
/// walls.
public final class InertialRelaxation: NetworkRelaxation {
  private let rule: Relaxation
  private var inertia: Inertia?

  public var settings: RelaxationSettings { rule.settings }

  public init(_ settings: RelaxationSettings, layout: NetworkLayout) {
    rule = Relaxation(settings, layout: layout)
  }

  /// A nudged phase keeps the inertia with which the free one has ended.
  @discardableResult
  public func run(
    _ network: HopfieldNetwork, samples: Int, nudge: Nudge?, observe: ((Int) throws -> Void)?
  ) throws -> RelaxationReport {
    let isNudged = nudge.map { $0.strengths.contains { $0 != 0 } } ?? false
    if !isNudged { inertia = Inertia(factor: settings.machine.conjugate.inertia, stepsPerResidual: 2) }
    return try rule.run(network, samples: samples, nudge: nudge, stop: nil, inertia: &inertia, observe: observe)
  }
}

import Kernels
import Machines

/// What a phase came to.
public struct RelaxationReport: Equatable, Sendable {
  /// Sweeps that were made.
  public var sweeps: Int
  /// Of the last sweep: `mean over layers of ‖Δs‖ / max(‖s‖, 1e-6)`. How far the state is from equilibrium is another thing, see
  /// `NetworkRelaxation.residuals`.
  public var change: Double

  /// What a phase without sweeps comes to, unless given.
  public init(sweeps: Int = 0, change: Double = 0) {
    self.sweeps = sweeps
    self.change = change
  }
}

/// What brings the samples of a network to an equilibrium, phase by phase.
public protocol NetworkRelaxation {
  /// When free and nudged phases end, and by which order and machine they sweep.
  var settings: RelaxationSettings { get }

  /// Relaxes samples 0 … `samples` − 1: a free phase from the network's present states, a nudged one from where the last free phase
  /// has ended, which `HopfieldNetwork.duplicate` may have multiplied. The states that are left are the network's.
  ///
  /// - Parameters:
  ///   - nudge: absent in the free phase.
  ///   - observe: called after every sweep, with their number.
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  @discardableResult
  func run(
    _ network: HopfieldNetwork, samples: Int, nudge: Nudge?, observe: ((Int) throws -> Void)?
  ) throws -> RelaxationReport

  /// How far each sample is from equilibrium where the last free phase has ended: `mean over layers of ‖d‖ / max(‖s‖, 1e-6)`, d being
  /// the way from a spin to where the field of the present state drives it, whatever the step by which it goes there. The fields of
  /// all layers are those of one state.
  ///
  /// To be called before the network does anything else.
  ///
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  func residuals(of network: HopfieldNetwork, samples: Int) throws -> [Double]

  /// `gradient += Σ_n scale_n [−∂E/∂θ(a_n) + ∂E/∂θ(b_n)]` of the states where the last phase has ended; as `HopfieldNetwork.addDifference`.
  ///
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  func addDifference(
    of network: HopfieldNetwork, scale: AlignedBuffer<Float>, samples: Int, into gradients: [AlignedBuffer<Float>]) throws

  /// Names the samples that relax from now on: the noise that they feel, if there is any, is a function of this number.
  func select(_ draw: Int)
}

extension NetworkRelaxation {
  public func addDifference(
    of network: HopfieldNetwork, scale: AlignedBuffer<Float>, samples: Int, into gradients: [AlignedBuffer<Float>]
  ) throws {
    try network.addDifference(scale: scale, samples: samples, into: gradients)
  }

  public func select(_ draw: Int) {}
}

extension RelaxationSettings {
  /// The relaxation that these settings ask for. The network takes on the limits of the hardware.
  ///
  /// - Parameters:
  ///   - seed: of the noise.
  ///   - stream: keeps the noise of different uses apart.
  /// - Precondition: `check` has passed.
  public func relaxation(of network: HopfieldNetwork, seed: UInt64 = 0, stream: UInt32 = RandomStream.dynamics.rawValue)
    -> any NetworkRelaxation
  {
    network.limits = hardware
    if machine.kind == .hopfield { return Relaxation(self, layout: network.layout) }
    if takesTurns { return InertialRelaxation(self, layout: network.layout) }
    return MachineRelaxation(self, of: network, seed: seed, stream: stream)
  }
}

/// Free and nudged phases of one network by its own rule: sweeps until the change of a sweep, or their number, says stop.
public struct Relaxation: NetworkRelaxation {
  public let settings: RelaxationSettings
  let freeSchedule: UpdateSchedule
  private let nudgedSchedule: UpdateSchedule

  /// - Parameter layout: of the networks that it will relax.
  public init(_ settings: RelaxationSettings, layout: NetworkLayout) {
    self.settings = settings
    freeSchedule = UpdateSchedule(settings.order, layout: layout, nudged: false)
    nudgedSchedule = UpdateSchedule(settings.order, layout: layout, nudged: true)
  }

  ///
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  @discardableResult
  public func run(
    _ network: HopfieldNetwork, samples: Int, nudge: Nudge?, observe: ((Int) throws -> Void)?
  ) throws -> RelaxationReport {
    try run(network, samples: samples, nudge: nudge, stop: nil, observe: observe)
  }

  ///
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  @discardableResult
  public func run(
    _ network: HopfieldNetwork, samples: Int, nudge: Nudge? = nil, stop: RelaxationSettings.Stop? = nil,
    observe: ((Int) throws -> Void)? = nil
  ) throws -> RelaxationReport {
    var inertia: Inertia?
    return try run(network, samples: samples, nudge: nudge, stop: stop, inertia: &inertia, observe: observe)
  }

  /// Relaxes samples 0 … `samples` − 1 from their present states. The change, and so the end, is theirs alone; on strips it is
  /// that of all of them, and so all end after the same sweep.
  ///
  /// Where the strips do not exchange every sweep, the last sweeps that the settings allow do, and a change below the tolerance
  /// ends the phase only after two sweeps that did: the state that is left is as good as with exchanges throughout.
  ///
  /// - Parameters:
  ///   - nudge: absent in the free phase.
  ///   - inertia: of the spins, if they have any; it follows the change of a free phase. That of a nudged one rises first, as the
  ///     nudge spreads.
  ///   - observe: called after every sweep.
  func run(
    _ network: HopfieldNetwork, samples: Int, nudge: Nudge?, stop: RelaxationSettings.Stop?, inertia: inout Inertia?,
    observe: ((Int) throws -> Void)?
  ) throws -> RelaxationReport {
    let isNudged = nudge.map { $0.strengths.contains { $0 != 0 } } ?? false
    let stop = stop ?? (isNudged ? settings.nudged : settings.free)
    let follows = inertia != nil && !isNudged
    var report = RelaxationReport(sweeps: 0, change: .infinity)
    let every = network.boundary?.settings.every ?? 1
    var isExact = every == 1
    var exactSweeps = isExact ? 2 : 0
    while report.sweeps < stop.sweeps {
      isExact = isExact || stop.sweeps - report.sweeps <= every
      if isExact { exactSweeps += 1 }
      let isLast = report.sweeps == stop.sweeps - 1
      report.change = try network.sweep(
        isNudged ? nudgedSchedule : freeSchedule, samples: samples, nudge: nudge,
        factor: inertia?.factor ?? settings.overRelaxation,
        exchanges: isExact || (report.sweeps + 1) % every == 0,
        wantsChange: stop.tolerance > 0 || isLast || observe != nil || follows)
      if follows { inertia?.note(report.change) }
      report.sweeps += 1
      try observe?(report.sweeps)
      guard report.change < Double(stop.tolerance) else { continue }
      if exactSweeps >= 2 { break }
      isExact = true
    }
    try network.finishExchanges()
    return report
  }

  public func residuals(of network: HopfieldNetwork, samples: Int) throws -> [Double] {
    try network.residuals(groups: freeSchedule.groups, samples: samples)
  }
}

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

  /// - Parameter layout: of the networks that it will relax.
  public init(_ settings: RelaxationSettings, layout: NetworkLayout) {
    rule = Relaxation(settings, layout: layout)
  }

  /// A nudged phase keeps the inertia with which the free one has ended.
  ///
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  @discardableResult
  public func run(
    _ network: HopfieldNetwork, samples: Int, nudge: Nudge?, observe: ((Int) throws -> Void)?
  ) throws -> RelaxationReport {
    let isNudged = nudge.map { $0.strengths.contains { $0 != 0 } } ?? false
    if !isNudged { inertia = settings.freshInertia }
    return try rule.run(network, samples: samples, nudge: nudge, stop: nil, inertia: &inertia, observe: observe)
  }

  public func residuals(of network: HopfieldNetwork, samples: Int) throws -> [Double] {
    try rule.residuals(of: network, samples: samples)
  }
}

import Kernels

/// What a phase came to.
public struct RelaxationReport: Equatable, Sendable {
  public var sweeps: Int
  /// Of the last sweep.
  public var residual: Double

  public init(sweeps: Int = 0, residual: Double = 0) {
    self.sweeps = sweeps
    self.residual = residual
  }
}

/// Free and nudged phases of one network: sweeps until the residual, or the number of sweeps, says stop.
public struct Relaxation {
  public let settings: RelaxationSettings
  private let freeSchedule: UpdateSchedule
  private let nudgedSchedule: UpdateSchedule

  public init(_ settings: RelaxationSettings, layout: NetworkLayout) {
    self.settings = settings
    freeSchedule = UpdateSchedule(settings.order, layout: layout, nudged: false)
    nudgedSchedule = UpdateSchedule(settings.order, layout: layout, nudged: true)
  }

  /// Relaxes samples 0 … `samples` − 1 from their present states. The residual, and so the end, is theirs alone.
  ///
  /// - Parameters:
  ///   - nudge: absent in the free phase.
  ///   - observe: called after every sweep.
  @discardableResult
  public func run(
    _ network: HopfieldNetwork, samples: Int, nudge: Nudge? = nil, stop: RelaxationSettings.Stop? = nil,
    observe: ((Int) -> Void)? = nil
  ) -> RelaxationReport {
    let isNudged = nudge.map { $0.strengths.contains { $0 != 0 } } ?? false
    let stop = stop ?? (isNudged ? settings.nudged : settings.free)
    var report = RelaxationReport(sweeps: 0, residual: .infinity)
    while report.sweeps < stop.sweeps {
      report.residual = network.sweep(isNudged ? nudgedSchedule : freeSchedule, samples: samples, nudge: nudge)
      report.sweeps += 1
      observe?(report.sweeps)
      if report.residual < Double(stop.tolerance) { break }
    }
    return report
  }
}

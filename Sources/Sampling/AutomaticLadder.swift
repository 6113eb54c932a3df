import MPI

/// How many temperatures a range wants.
///
/// Rejected swaps between the ends of a ladder add up to Λ, which hardly depends on the number of temperatures. Round trips for a given work are most
/// with 2Λ + 1 of them, of which neighbours reject every other swap. Source: Syed, Bouchard-Côté, Deligiannidis & Doucet, J. R. Stat. Soc.
/// B 84, 321 (2022), section 5.
enum AutomaticLadder {
  /// Temperatures of the short run that finds Λ.
  static let trialCount = 16
  /// `2^rounds` of its sweeps are measured.
  private static let trialRounds = 6
  static let counts = 8...64

  /// The settings of the short run.
  static func trial(_ settings: SamplerSettings, from: Double, to: Double) -> SamplerSettings {
    var trial = SamplerSettings(temperatures: .range(from: from, to: to, count: trialCount))
    (trial.rounds, trial.seed, trial.start, trial.fixed) = (trialRounds, settings.seed, settings.start, settings.fixed)
    trial.spins = settings.spins
    trial.measuresFields = false
    return trial
  }

  /// - Parameter barrier: Λ.
  static func count(barrier: Double) -> Int {
    min(max(Int((2 * barrier + 1).rounded(.up)), counts.lowerBound), counts.upperBound)
  }
}

extension Sampler {
  /// Samples with as many temperatures as a short run finds that the range wants. Collective.
  func runWithAutomaticLadder(
    from: Double, to: Double, over world: Communicator?, store: SamplingStore?, shouldStop: () -> Bool,
    progress: (Progress) -> Void
  ) throws -> Outcome {
    let trial = try with(AutomaticLadder.trial(settings, from: from, to: to))
    let found = try trial.run(over: world, shouldStop: shouldStop)
    if found.wasStopped { return found }
    let barrier = found.result?.tempering?.barrier ?? 0
    let count = AutomaticLadder.count(barrier: try world?.broadcast(barrier, root: 0) ?? barrier)
    var settings = settings
    (settings.temperatures, settings.temperatureUnit) = (.range(from: from, to: to, count: count), .absolute)
    return try with(settings).run(over: world, store: store, shouldStop: shouldStop, progress: progress)
  }
}

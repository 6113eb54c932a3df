import Foundation

/// Whether a run may be believed, and why not.
public struct Verdict: Equatable, Sendable {
  /// One clause for each figure that falls short: the figure, where, and what to do.
  public let reasons: [String]
  /// Whether no figure falls short.
  public var isConverged: Bool { reasons.isEmpty }

  /// Above this the chains have not sampled the same distribution (Vehtari et al. 2021).
  static let greatestRHat = 1.01
  static let fewestEffectiveSamples = 400.0
  /// Of a ladder on average.
  static let fewestRoundTrips = 10.0
  /// An autocorrelation time is not to be believed in a run of fewer (Sokal 1989).
  static let fewestTimes = 50.0
  /// Late averages may differ by so many of their errors: of some dozens of comparisons none does by chance.
  static let greatestDrift = 4.0

  init(reasons: [String]) { self.reasons = reasons }

  init(_ result: SamplingResult) {
    var reasons: [String] = []
    let settings = result.settings
    let longer = settings.sweeps == nil ? "--rounds \(settings.rounds + 1)" : "--sweeps \(2 * result.measuredSweeps)"
    func worst(
      _ name: String, _ value: (TemperatureEstimate) -> Double?, isBad: (Double) -> Bool, _ more: Bool, _ advice: String
    ) {
      let found = result.temperatures.compactMap { estimate in value(estimate).map { (estimate.temperature, $0) } }
      let bad = found.filter { isBad($0.1) || $0.1.isNaN }
      guard let (temperature, value) = bad.max(by: { more ? $0.1 < $1.1 : $0.1 > $1.1 }) else { return }
      reasons.append(String(format: "\(name) is %.4g at T = %.4g; \(advice)", value, temperature))
    }
    if result.chains < 2 { reasons.append("one chain cannot be compared with another; give --chains 4 or more") }
    if result.chains >= 2, result.binCount < 4 {
      reasons.append("\(result.measuredSweeps) measured sweeps are too few to compare chains; \(longer)")
    }
    let isBadRHat: (Double) -> Bool = { !($0 < Self.greatestRHat) }
    if result.chains >= 2 {
      worst("R̂ of the energy", \.energyRHat, isBad: isBadRHat, true, "expected below 1.01: \(longer)")
      worst("R̂ of |m|", \.magnetisationRHat, isBad: isBadRHat, true, "expected below 1.01: \(longer)")
    }
    if result.chains >= 2 * settings.chainsOfBlock {
      worst("R̂ of q²", \.overlapRHat, isBad: isBadRHat, true, "expected below 1.01: \(longer)")
    }
    worst(
      "the number of independent energies", { $0.effectiveSamples }, isBad: { $0 < Self.fewestEffectiveSamples }, false,
      "expected 400 or more: \(longer)")
    worst(
      "the autocorrelation time in sweeps", { max($0.energyTime, $0.magnetisationTime, $0.overlapTime ?? 0) },
      isBad: { Double(result.measuredSweeps) < Self.fewestTimes * $0 }, true,
      "of \(result.measuredSweeps) sweeps, expected 50 times as many: \(longer)")
    worst(
      "the drift of the energy over the last three doublings in errors", Self.drift, isBad: { $0 > Self.greatestDrift }, true,
      "expected 4 or less: \(longer)")
    worst(
      "the distance of the states' own 1/T from the true one in errors", Self.temperatureDistance,
      isBad: { $0 > Self.greatestDrift }, true, "expected 4 or less: \(longer)")
    if let tempering = result.tempering {
      let mean = Double(tempering.roundTrips.reduce(0, +)) / Double(max(tempering.roundTrips.count, 1))
      let least = tempering.roundTrips.min() ?? 0
      if mean < Self.fewestRoundTrips || least < 1 {
        let rejected = tempering.rejections.max() ?? 0
        let advice = rejected > 0.9 ? "neighbours hardly swap: give more temperatures, or \(longer)" : longer
        reasons.append(
          String(format: "%.1f round trips a ladder, %d in the least, expected 10 on average and 1 in each: ", mean, least)
            + advice)
      }
    }
    self.reasons = reasons
  }

  private static func temperatureDistance(_ estimate: TemperatureEstimate) -> Double? {
    guard let found = estimate.effectiveInverseTemperature, found.error > 0 else { return nil }
    return abs(found.value - (estimate.temperature.isFinite ? 1 / estimate.temperature : 0)) / found.error
  }

  /// How far the averages of the second eighth and quarter of the sweeps are from that of the second half, in their errors.
  private static func drift(_ estimate: TemperatureEstimate) -> Double? {
    guard let last = estimate.equilibration.last, estimate.equilibration.count == 3 else { return nil }
    return estimate.equilibration.dropLast().map { part in
      let error = (part.error * part.error + last.error * last.error).squareRoot()
      let difference = abs(part.value - last.value)
      return error > 0 ? difference / error : difference > 1e-9 * abs(last.value) ? .infinity : 0
    }.max()
  }
}

/// How replicas went through the ladder in the measured round.
public struct TemperingReport: Equatable, Sendable {
  /// Of swaps between neighbours, from the hottest pair to the coldest, mean over ladders.
  public let rejections: [Double]
  /// From the hottest temperature to the coldest and back, of each ladder.
  public let roundTrips: [Int]
  /// Measured sweeps, in which swaps were counted.
  public let sweeps: Int

  /// Λ, the sum of the rejections: a ladder wants 2Λ + 1 temperatures or more.
  public var barrier: Double { rejections.reduce(0, +) }
  /// Round trips of a ladder and sweep.
  public var roundTripRate: Double {
    roundTrips.isEmpty || sweeps == 0 ? 0 : Double(roundTrips.reduce(0, +)) / Double(roundTrips.count * sweeps)
  }
  /// `1/(2 + 2 Σ r/(1 − r))`: what it would be if states forgot themselves between two swaps.
  public var idealRoundTripRate: Double { 1 / (2 + 2 * rejections.reduce(0) { $0 + $1 / max(1 - $1, 1e-12) }) }
}

import Files
import Foundation
import Ising

extension SamplingAnswer {
  /// One JSON object. Numbers that are not finite are left out.
  ///
  /// - Throws: `EncodingError` if the object cannot be written.
  public func json() throws -> String { try jsonText(Object(self)) }

  private struct Object: Encodable {
    var file: String
    var problem: String
    var spinCount: Int
    var couplingCount: Int
    var clamped: Int
    var seed: UInt64
    var converged: Bool
    /// Whether the settings alone decide the result.
    var reproducible: Bool
    /// None of population annealing.
    var rounds: Int?
    var warnings: [String]
    var chains: Int
    var sweeps: Int
    var burnIn: Int
    var every: Int
    var method: String
    /// Replicas of each population.
    var population: Int?
    var moves: [String]
    var ranks: Int
    /// Blocks of chains and ranks that share the spins of each.
    var grid: [Int]
    var kernel: String
    var seconds: Double
    var spinUpdates: Double
    var spinUpdatesPerSecond: Double
    /// `ising` or `box`, of which the stiffness is that of the energy.
    var spins: String
    var stiffness: Double?
    /// What temperatures were counted in when they were asked for; here they are absolute.
    var temperatureUnit: String
    var temperatures: [Row]
    var tempering: Swaps?
    /// Left out where there are more than `greatestCount` numbers; files have them all.
    var marginals: MarginalsFile.Object?

    static let greatestCount = 100_000

    init(_ answer: SamplingAnswer) {
      let result = answer.result
      file = answer.file
      problem = answer.kind.rawValue
      (spinCount, couplingCount) = (answer.spinCount, answer.couplingCount)
      (clamped, seed) = (result.settings.fixed.count, result.settings.seed)
      reproducible = result.settings.time == nil
      rounds = result.settings.method == .population ? nil : result.settings.rounds
      (converged, warnings) = (result.verdict.isConverged, result.verdict.reasons)
      (chains, sweeps, burnIn) = (result.chains, result.measuredSweeps, result.burnInSweeps)
      (every, ranks, kernel) = (result.every, result.ranks, result.kernel)
      method = result.settings.method == .tempering && result.tempering == nil ? "gibbs" : result.settings.method.rawValue
      population = result.settings.method == .population ? result.settings.population : nil
      moves = ["gibbs"] + ClusterMove.allCases.filter { result.settings.moves.contains($0) }.map(\.rawValue)
      grid = [result.grid.data, result.grid.spin]
      (seconds, spinUpdates) = (result.seconds, result.spinUpdates)
      spinUpdatesPerSecond = result.spinUpdates / max(result.seconds, 1e-9)
      temperatures = result.temperatures.map(Row.init)
      temperatureUnit = result.settings.temperatureUnit.rawValue
      if case .box(let stiffness) = result.settings.spins {
        (spins, self.stiffness) = ("box", stiffness)
      } else {
        (spins, stiffness) = ("ising", nil)
      }
      if let found = result.marginals, found.means.count * (answer.spinCount + found.pairs.count) <= Self.greatestCount {
        marginals = MarginalsFile.Object(found, result.temperatures.map(\.temperature))
      }
      tempering = result.tempering.map { Swaps($0, history: result.ladderHistory) }
    }
  }

  /// What is known of one temperature.
  private struct Row: Encodable {
    /// No number where it is infinite.
    var temperature: Double?
    var energy, energyError, specificHeat, specificHeatError: Double?
    var absMagnetisation, absMagnetisationError, magnetisationSquare, magnetisationSquareError: Double?
    var binder, binderError: Double?
    var overlap: Overlap?
    var linkOverlap, linkOverlapError: Double?
    var tauEnergy, tauMagnetisation, tauOverlap: Double?
    var betaEffective, betaEffectiveError: Double?
    var ess: Double
    var rhat: [String: Double]
    var logZ, logZError, freeEnergy, freeEnergyError, entropy, entropyError: Double?
    var equilibration: [Double]
    /// Of populations: the mean square size of their families and −Σ n ln n of their shares.
    var familySize, familyEntropy: Double?

    struct Overlap: Encodable {
      var q2, q2Error, binder, binderError: Double?
      /// The density of q in equal parts of −1 … 1.
      var histogram: [Double]?
    }

    init(_ estimate: TemperatureEstimate) {
      func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
      func split(_ estimate: Estimate?) -> (Double?, Double?) { (finite(estimate?.value), finite(estimate?.error)) }
      temperature = finite(estimate.temperature)
      (energy, energyError) = split(estimate.energy)
      (specificHeat, specificHeatError) = split(estimate.specificHeat)
      (absMagnetisation, absMagnetisationError) = split(estimate.absMagnetisation)
      (magnetisationSquare, magnetisationSquareError) = split(estimate.magnetisationSquare)
      (binder, binderError) = split(estimate.binder)
      if estimate.overlapSquare != nil {
        let (q2, binder) = (split(estimate.overlapSquare), split(estimate.overlapBinder))
        overlap = Overlap(
          q2: q2.0, q2Error: q2.1, binder: binder.0, binderError: binder.1, histogram: estimate.overlapHistogram)
      }
      (linkOverlap, linkOverlapError) = split(estimate.linkOverlap)
      (tauEnergy, tauMagnetisation) = (finite(estimate.energyTime), finite(estimate.magnetisationTime))
      tauOverlap = finite(estimate.overlapTime)
      (betaEffective, betaEffectiveError) = split(estimate.effectiveInverseTemperature)
      ess = estimate.effectiveSamples
      rhat = [
        "energy": finite(estimate.energyRHat), "magnetisation": finite(estimate.magnetisationRHat),
        "overlap": finite(estimate.overlapRHat),
      ].compactMapValues { $0 }
      (logZ, logZError) = split(estimate.logZ)
      (freeEnergy, freeEnergyError) = split(estimate.freeEnergy)
      (entropy, entropyError) = split(estimate.entropy)
      (familySize, familyEntropy) = (estimate.family?.meanSquareSize, estimate.family?.entropy)
      equilibration = estimate.equilibration.map(\.value).filter(\.isFinite)
    }
  }

  /// From the hottest temperature to the coldest.
  private struct Swaps: Encodable {
    var barrier: Double
    var rejection: [Double]
    var roundTrips: Int
    var roundTripRate: Double
    var roundTripRateIdeal: Double
    var ladderHistory: [Round]

    struct Round: Encodable {
      var sweeps: Int
      var rates: [Double]
      var rejection: [Double]
    }

    init(_ report: TemperingReport, history: [SamplingResult.LadderRound]) {
      (barrier, rejection) = (report.barrier, report.rejections)
      roundTrips = report.roundTrips.reduce(0, +)
      (roundTripRate, roundTripRateIdeal) = (report.roundTripRate, report.idealRoundTripRate)
      ladderHistory = history.map {
        Round(sweeps: $0.sweeps, rates: $0.temperatures.map { 1 / $0 }, rejection: $0.rejections)
      }
    }
  }
}

/// A number with its error of one standard deviation.
public struct Estimate: Equatable, Sendable {
  /// The estimated number.
  public var value: Double
  /// One standard deviation of `value`.
  public var error: Double

  /// A number with its standard deviation.
  public init(value: Double, error: Double) {
    self.value = value
    self.error = error
  }

  init(_ mean: SeriesMean) { self.init(value: mean.mean, error: mean.error) }
  init(_ estimate: (value: Double, error: Double)) { self.init(value: estimate.value, error: estimate.error) }
}

/// What was found at one temperature.
public struct TemperatureEstimate: Sendable {
  /// Infinite for the hottest one of a ladder that gives free energies.
  public let temperature: Double
  /// Of all spins, as `solve` defines it.
  public let energy: Estimate
  /// `(⟨E²⟩ − ⟨E⟩²)/T²`, of all spins.
  public let specificHeat: Estimate
  /// `⟨|m|⟩`, m the mean spin.
  public let absMagnetisation: Estimate
  /// `⟨m²⟩`.
  public let magnetisationSquare: Estimate
  /// `½ (3 − ⟨m⁴⟩/⟨m²⟩²)`: 0 for a normal distribution, 1 for ±m.
  public let binder: Estimate
  /// `⟨q²⟩`, q the overlap of two independent replicas; `nil` with a single ladder, like the two below.
  public let overlapSquare: Estimate?
  /// The same of q as `binder` is of m.
  public let overlapBinder: Estimate?
  /// The mean over coupled pairs of `s_i s_j` in one replica times that in another.
  public let linkOverlap: Estimate?
  /// The density of q in equal parts of −1 … 1; `nil` with a single ladder, and of populations.
  public let overlapHistogram: [Double]?
  /// The 1/T at which the states' fields would be in equilibrium; `nil` where no spin is in a field, and of populations.
  public let effectiveInverseTemperature: Estimate?
  /// Integrated autocorrelation times in sweeps.
  public let energyTime: Double
  /// Of |m|, in sweeps.
  public let magnetisationTime: Double
  /// Of q², in sweeps.
  public let overlapTime: Double?
  /// Independent energies that the measured ones are worth, of all ladders.
  public let effectiveSamples: Double
  /// Rank-normalised split R̂ of energy, |m| and q² over the ladders.
  public let energyRHat: Double?
  /// R̂ of |m|.
  public let magnetisationRHat: Double?
  /// R̂ of q².
  public let overlapRHat: Double?
  /// Mean energies of the second eighth, the second quarter and the second half of the measured sweeps.
  public let equilibration: [Estimate]
  /// Of population annealing alone, which in turn has no autocorrelation times and no R̂.
  public let family: FamilyEstimate?
  /// ln Z, where it was asked for, and with it the free energy `−T ln Z` and the entropy `(U − F)/T`.
  public var logZ: Estimate?

  /// `F = −T ln Z`; `nil` without ln Z, and at infinite temperature.
  public var freeEnergy: Estimate? {
    logZ.flatMap { temperature.isFinite ? Estimate(value: -temperature * $0.value, error: temperature * $0.error) : nil }
  }

  /// `S = (U − F)/T`; `nil` without ln Z.
  public var entropy: Estimate? {
    guard let logZ else { return nil }
    let inverseTemperature = temperature.isFinite ? 1 / temperature : 0
    // The two errors are not independent; their sum is not less than the true one.
    return Estimate(value: inverseTemperature * energy.value + logZ.value, error: inverseTemperature * energy.error + logZ.error)
  }

  /// - Parameters:
  ///   - index: of the temperature, counted from the hottest.
  ///   - offset: what the record's energies leave out.
  init(_ record: ChainRecord, index: Int, inverseTemperature: Double, offset: Double) {
    let schedule = record.schedule
    func series(_ quantity: ChainRecord.Quantity) -> [[Double]] { record.series(quantity, temperature: index) }
    func time(_ mean: SeriesMean, variance: Double, count: Double, spacing: Int) -> Double {
      // ε² = 2τσ²/n. Of a constant every number is worth as much.
      variance > 0 ? max(mean.error * mean.error * count / (2 * variance), 0) * Double(spacing) : 0.5 * Double(spacing)
    }
    temperature = inverseTemperature > 0 ? 1 / inverseTemperature : .infinity
    family = nil
    let (energies, squares) = (series(.energy), series(.energySquare))
    let energy = SeriesMean(energies)
    self.energy = Estimate(value: energy.mean + offset, error: energy.error)
    let capacity = Jackknife.estimate([energies, squares]) { ($0[1] - $0[0] * $0[0]) * inverseTemperature * inverseTemperature }
    specificHeat = Estimate(capacity)
    let energyVariance = SeriesMean(squares).mean - energy.mean * energy.mean
    let count = Double(record.chainCount * schedule.measured)
    // Rounding leaves a constant with a variance of some 10⁻¹⁶ of its square.
    let isConstant = energyVariance <= 1e-12 * energy.mean * energy.mean
    energyTime = time(energy, variance: isConstant ? 0 : energyVariance, count: count, spacing: 1)
    effectiveSamples = min(count, count / (2 * max(energyTime, 0.5)))
    energyRHat = RankNormalisation.rHat(energies)

    let (sizes, second, fourth) = (series(.absMagnetisation), series(.magnetisationSquare), series(.magnetisationFourth))
    let size = SeriesMean(sizes)
    absMagnetisation = Estimate(size)
    let square = SeriesMean(second)
    magnetisationSquare = Estimate(square)
    binder = Estimate(Jackknife.estimate([second, fourth], Self.binder))
    magnetisationTime = time(
      size, variance: square.mean - size.mean * size.mean, count: count / Double(schedule.every), spacing: schedule.every)
    magnetisationRHat = RankNormalisation.rHat(sizes)

    let (excess, slopes) = (series(.fieldExcess), series(.fieldSlope))
    let slope = SeriesMean(slopes).mean
    // Errors of fewer numbers are hardly known.
    let isKnown = excess.reduce(0) { $0 + $1.count } >= Self.fewestFieldMeasurements
    // One step of Newton's method from the temperature that it should be: the distance is small, or else the verdict is clear.
    if slope > 0, isKnown {
      var found = Estimate(Jackknife.estimate([excess, slopes]) { inverseTemperature + $0[0] / $0[1] })
      // Σ f²(1 − tanh²) is the variance of the sum if spins do not depend on each other. Where few have turned against their fields, the
      // scatter of those says little.
      let count = Double(record.chainCount * schedule.fieldMeasurements)
      found.error = max(found.error, 1 / (slope * count).squareRoot())
      effectiveInverseTemperature = found
    } else {
      effectiveInverseTemperature = nil
    }
    overlapHistogram = record.overlapHistogram(temperature: index)

    if record.chainCount > 1 {
      let (second, fourth) = (series(.overlapSquare), series(.overlapFourth))
      let square = SeriesMean(second)
      overlapSquare = Estimate(square)
      overlapBinder = Estimate(Jackknife.estimate([second, fourth], Self.binder))
      linkOverlap = Estimate(SeriesMean(series(.linkOverlap)))
      let pairs = Double(record.columnCount(.overlapSquare) * schedule.measured / schedule.every)
      overlapTime = time(
        square, variance: SeriesMean(fourth).mean - square.mean * square.mean, count: pairs, spacing: schedule.every)
      overlapRHat = RankNormalisation.rHat(second)
    } else {
      (overlapSquare, overlapBinder, linkOverlap, overlapTime, overlapRHat) = (nil, nil, nil, nil, nil)
    }
    let bins = schedule.binCount
    equilibration = [bins / 8..<bins / 4, bins / 4..<bins / 2, bins / 2..<bins].filter { !$0.isEmpty }.map { range in
      let part = SeriesMean(energies.map { Array($0[range]) })
      return Estimate(value: part.mean + offset, error: part.error)
    }
  }

  /// Of all independent chains, for the states' own temperature.
  private static let fewestFieldMeasurements = 16

  static func binder(_ moments: [Double]) -> Double {
    moments[0] > 0 ? (3 - moments[1] / (moments[0] * moments[0])) / 2 : 0
  }
}

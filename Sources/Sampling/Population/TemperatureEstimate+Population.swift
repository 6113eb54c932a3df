import Foundation

/// What became of the replicas that a population began with.
public struct FamilyEstimate: Equatable, Sendable {
  /// `ρ = R Σ n²`, n the share of a family: replicas that descend from one, as if all families were as large. The greatest of all populations.
  public let meanSquareSize: Double
  /// `−Σ n ln n`, the least of all populations: `exp` of it is a number of families.
  public let entropy: Double
}

extension TemperatureEstimate {
  /// - Parameters:
  ///   - index: of the temperature, counted from the hottest.
  ///   - offset: what the record's energies leave out.
  ///   - size: replicas of a population.
  init(_ record: PopulationRecord, index: Int, inverseTemperature: Double, offset: Double, size: Int) {
    func mean(_ quantity: PopulationRecord.Quantity) -> Estimate { record.estimate([quantity], temperature: index) { $0[0] } }
    func binder(_ second: PopulationRecord.Quantity, _ fourth: PopulationRecord.Quantity) -> Estimate {
      record.estimate([second, fourth], temperature: index, Self.binder)
    }
    temperature = inverseTemperature > 0 ? 1 / inverseTemperature : .infinity
    let energy = mean(.energy)
    self.energy = Estimate(value: energy.value + offset, error: energy.error)
    specificHeat = record.estimate([.energy, .energySquare], temperature: index) {
      ($0[1] - $0[0] * $0[0]) * inverseTemperature * inverseTemperature
    }
    absMagnetisation = mean(.absMagnetisation)
    magnetisationSquare = mean(.magnetisationSquare)
    self.binder = binder(.magnetisationSquare, .magnetisationFourth)
    let hasPairs = record.populationCount > 1
    overlapSquare = hasPairs ? mean(.overlapSquare) : nil
    overlapBinder = hasPairs ? binder(.overlapSquare, .overlapFourth) : nil
    linkOverlap = hasPairs ? mean(.linkOverlap) : nil
    (energyTime, magnetisationTime, overlapTime) = (.nan, .nan, nil)
    (energyRHat, magnetisationRHat, overlapRHat) = (nil, nil, nil)
    (equilibration, overlapHistogram, effectiveInverseTemperature) = ([], nil, nil)
    let sizes = record.column(.familySize, temperature: index)
    family = FamilyEstimate(
      meanSquareSize: sizes.max() ?? .nan, entropy: record.column(.familyEntropy, temperature: index).min() ?? .nan)
    effectiveSamples = sizes.reduce(0) { $0 + Double(size) / $1 }
    logZ = record.logZ(temperature: index)
  }
}

extension Verdict {
  /// Families that a population wants at the end, and replicas for each replica of a family (Wang, Machta & Katzgraber 2015).
  private static let fewestFamilies = 100.0

  /// Of populations: enough families are left, and there is more than one population to compare with.
  init(population result: SamplingResult) {
    var reasons: [String] = []
    let larger = "--population \(2 * result.settings.population)"
    func worst(_ name: String, _ value: (FamilyEstimate) -> Double, _ advice: String) {
      let found = result.temperatures.compactMap { estimate in estimate.family.map { (estimate.temperature, value($0)) } }
      guard let (temperature, least) = found.min(by: { $0.1 < $1.1 }), !(least >= Self.fewestFamilies) else { return }
      reasons.append(String(format: "\(name) is %.4g at T = %.4g; expected 100 or more: \(advice)", least, temperature))
    }
    if result.chains < 2 { reasons.append("one population has no error; give --chains 4 or more") }
    worst(
      "the number of replicas over their mean square family size",
      { Double(result.settings.population) / $0.meanSquareSize }, "\(larger), or more --sweeps")
    worst("the number of families, exp of their entropy,", { exp($0.entropy) }, "\(larger), or more --sweeps")
    self.init(reasons: reasons)
  }
}

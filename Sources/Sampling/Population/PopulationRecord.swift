import Foundation
import MPI
import Parallel

/// What each population was at each temperature of the list, from the hottest.
struct PopulationRecord: Equatable, Sendable {
  enum Quantity: Int, CaseIterable, Sendable {
    /// Means over a population; energies from a fixed origin.
    case energy, energySquare, absMagnetisation, magnetisationSquare, magnetisationFourth
    /// Its estimate of ln Z, and of its families ρ = R Σ n² and −Σ n ln n, n the share of a family.
    case logZ, familySize, familyEntropy
    /// Steps of the temperature so far.
    case steps
    /// Means over pairs of replicas from two populations.
    case overlapSquare, overlapFourth, linkOverlap

    var isOfPairs: Bool { rawValue >= Self.overlapSquare.rawValue }
  }

  let temperatureCount: Int
  let populationCount: Int
  /// Of each quantity [population or couple][temperature].
  private(set) var values: [[Double]]

  init(temperatures: Int, populations: Int) {
    (temperatureCount, populationCount) = (temperatures, populations)
    values = Quantity.allCases.map {
      [Double](repeating: 0, count: ($0.isOfPairs ? populations / 2 : populations) * temperatures)
    }
  }

  /// Those of all ranks, on the first one. Collective.
  ///
  /// - Returns: `nil` elsewhere.
  func gathered(over grid: ProcessGrid?) throws -> PopulationRecord? {
    guard let grid else { return self }
    guard grid.spin.rank == 0 else { return nil }
    let all = try values.map { try grid.data.gatherVarying($0, root: 0).flatMap { $0 } }
    guard grid.data.rank == 0 else { return nil }
    var whole = PopulationRecord(
      temperatures: temperatureCount, populations: all[Quantity.energy.rawValue].count / temperatureCount)
    whole.values = all
    return whole
  }

  /// What a checkpoint kept.
  mutating func restore(_ values: [[Double]]) {
    precondition(values.map(\.count) == self.values.map(\.count))
    self.values = values
  }

  mutating func set(_ quantity: Quantity, column: Int, temperature: Int, to value: Double) {
    values[quantity.rawValue][column * temperatureCount + temperature] = value
  }

  /// Of all populations or couples.
  func column(_ quantity: Quantity, temperature: Int) -> [Double] {
    let count = quantity.isOfPairs ? populationCount / 2 : populationCount
    return (0..<count).map { values[quantity.rawValue][$0 * temperatureCount + temperature] }
  }

  /// A function of means over populations, each with the weight of its Z, which makes them unbiased; the error by jackknife.
  ///
  /// Source: Wang, Machta & Katzgraber, Phys. Rev. E 92, 063307 (2015), section III.
  ///
  /// - Parameter quantities: all of populations, or all of couples.
  func estimate(_ quantities: [Quantity], temperature: Int, _ function: ([Double]) -> Double) -> Estimate {
    let columns = quantities.map { column($0, temperature: temperature) }
    let logarithms = column(.logZ, temperature: temperature)
    let greatest = logarithms.max() ?? 0
    var weights = logarithms.map { exp($0 - greatest) }
    if quantities[0].isOfPairs { weights = (0..<populationCount / 2).map { weights[2 * $0] * weights[2 * $0 + 1] } }
    func value(without left: Int?) -> Double {
      let kept = weights.indices.filter { $0 != left }
      let sum = kept.reduce(0) { $0 + weights[$1] }
      return function(columns.map { column in kept.reduce(0) { $0 + weights[$1] * column[$1] } / sum })
    }
    return Self.jackknife(weights.count, value)
  }

  /// ln of the mean Z.
  func logZ(temperature: Int) -> Estimate {
    let logarithms = column(.logZ, temperature: temperature)
    let greatest = logarithms.max() ?? 0
    return Self.jackknife(logarithms.count) { left in
      let kept = logarithms.indices.filter { $0 != left }
      return greatest + log(kept.reduce(0) { $0 + exp(logarithms[$1] - greatest) } / Double(kept.count))
    }
  }

  /// - Parameter value: of all blocks, or without one.
  private static func jackknife(_ count: Int, _ value: (Int?) -> Double) -> Estimate {
    let whole = value(nil)
    guard count > 1 else { return Estimate(value: whole, error: .nan) }
    let found = Estimate(Jackknife.estimate(whole, without: (0..<count).map { value($0) }))
    // What all populations know, they know but for rounding.
    return found.error > 1e-12 * abs(whole) ? found : Estimate(value: whole, error: 0)
  }
}

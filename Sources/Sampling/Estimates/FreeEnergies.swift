import Foundation

/// ln Z at every temperature of a ladder that begins at an infinite one, where `Z = 2ᴺ`.
enum FreeEnergies {
  /// Differences between neighbours by Bennett's acceptance ratio, added up from the hottest one.
  ///
  /// - Parameter spins: those that are free.
  static func logZ(_ record: ChainRecord, _ bennett: BennettFunctions, spins: Int) -> [Estimate] {
    let count = record.temperatureCount
    let free = Double(spins) * log(2)
    var series: [[[Double]]] = []
    var estimates = [Estimate(value: free, error: 0)]
    for pair in 0..<count - 1 {
      series.append(record.series(.toColder, temperature: pair))
      series.append(record.series(.toHotter, temperature: pair + 1))
      let found = Jackknife.estimate(series) { means in
        var sum = free
        for below in 0...pair { sum += bennett.guesses[below] + log(means[2 * below] / means[2 * below + 1]) }
        return sum
      }
      estimates.append(Estimate(found))
    }
    return estimates
  }
}

/// Bennett's functions, by which the free energies of neighbouring temperatures are told apart.
///
/// With C near Δ = ln Z(β') − ln Z(β), Δ = C + ln(⟨f(C + (β' − β)E)⟩_β / ⟨f(−C − (β' − β)E)⟩_β'), f(x) = 1/(1 + eˣ), which holds for any C and has
/// the smallest error for C = Δ. Source: Bennett, J. Comput. Phys. 22, 245 (1976).
struct BennettFunctions: Equatable, Sendable {
  let inverseTemperatures: [Double]
  /// C of each pair of neighbours.
  let guesses: [Double]

  /// - Parameter energies: mean energies at the temperatures, which may be rough.
  init(inverseTemperatures: [Double], energies: [Double]) {
    self.inverseTemperatures = inverseTemperatures
    guesses = zip(inverseTemperatures, inverseTemperatures.dropFirst()).enumerated().map { pair, neighbours in
      -(neighbours.1 - neighbours.0) * (energies[pair] + energies[pair + 1]) / 2
    }
  }

  init(inverseTemperatures: [Double], guesses: [Double]) {
    self.inverseTemperatures = inverseTemperatures
    self.guesses = guesses
  }

  func toColder(_ energy: Double, at temperature: Int) -> Double {
    Self.f(guesses[temperature] + (inverseTemperatures[temperature + 1] - inverseTemperatures[temperature]) * energy)
  }

  func toHotter(_ energy: Double, at temperature: Int) -> Double {
    Self.f(-guesses[temperature - 1] - (inverseTemperatures[temperature] - inverseTemperatures[temperature - 1]) * energy)
  }

  private static func f(_ x: Double) -> Double { 1 / (1 + exp(x)) }
}

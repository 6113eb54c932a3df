import Foundation

/// A step of a population to a lower temperature: how far it goes, and who is copied.
enum Resampling {
  /// Σ w / R and weights of a step may make this share of the replicas count: two normal distributions of energies overlap by 0.86 then.
  /// Source: Barash, Weigel, Borovský, Janke & Shchur, Comput. Phys. Commun. 220, 341 (2017).
  static let wantedShare = 0.88

  /// The greatest step of 1/T, up to `greatest`, in which enough replicas count: `(Σ w)² / (R Σ w²)`.
  static func step(_ energies: ArraySlice<Double>, upTo greatest: Double) -> Double {
    let least = energies.min() ?? 0
    func share(_ step: Double) -> Double {
      var (sum, squares) = (0.0, 0.0)
      for energy in energies {
        let weight = exp(-step * (energy - least))
        (sum, squares) = (sum + weight, squares + weight * weight)
      }
      return sum * sum / (Double(energies.count) * squares)
    }
    guard share(greatest) < wantedShare else { return greatest }
    var (low, high) = (0.0, greatest)
    for _ in 0..<30 {
      let middle = (low + high) / 2
      if share(middle) < wantedShare { high = middle } else { low = middle }
    }
    return high
  }

  /// ln of the mean weight `exp(−step · E)`: by so much ln Z grows.
  static func logMeanWeight(_ energies: ArraySlice<Double>, step: Double) -> Double {
    let least = energies.min() ?? 0
    let sum = energies.reduce(0) { $0 + exp(-step * ($1 - least)) }
    return -step * least + log(sum / Double(energies.count))
  }

  /// Copies of each replica in proportion to its weight, rounded up or down: as many as there were in all.
  ///
  /// - Parameter uniform: from 0 to 1, the only random number that it takes.
  /// - Returns: which replica each place is a copy of; one that survives stays where it is.
  static func sources(_ energies: ArraySlice<Double>, step: Double, uniform: Double) -> [Int] {
    let (count, least) = (energies.count, energies.min() ?? 0)
    let weights = energies.map { exp(-step * ($0 - least)) }
    let mean = weights.reduce(0, +) / Double(count)
    var copies = [Int](repeating: 0, count: count)
    var (sum, next) = (0.0, 0)
    for (place, weight) in weights.enumerated() {
      sum += weight
      while next < count, (Double(next) + uniform) * mean < sum || place == count - 1 {
        copies[place] += 1
        next += 1
      }
    }
    var sources = Array(0..<count)
    var free = copies.indices.filter { copies[$0] == 0 }.makeIterator()
    for (place, number) in copies.enumerated() where number > 1 {
      for _ in 1..<number { if let empty = free.next() { sources[empty] = place } }
    }
    return sources
  }
}

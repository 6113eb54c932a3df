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

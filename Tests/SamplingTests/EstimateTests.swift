import Foundation
import Testing

@testable import Sampling

/// Errors and diagnostics on series of which they are known.
@Suite struct EstimateTests {
  /// `x_t = a x_{t−1} + √(1 − a²) ξ`: variance 1, τ = ½ (1 + a)/(1 − a).
  private func correlated(_ chains: Int, _ length: Int, memory: Double, seed: UInt64, shift: (Int) -> Double = { _ in 0 })
    -> [[Double]]
  {
    var normal = NormalNumbers(seed: seed)
    return (0..<chains).map { chain in
      var value = normal.next()
      return (0..<length).map { _ in
        value = memory * value + (1 - memory * memory).squareRoot() * normal.next()
        return value + shift(chain)
      }
    }
  }

  @Test(arguments: [0, 0.5, 0.9, -0.4]) func errorsCountTheMemory(_ memory: Double) {
    let (chains, length) = (16, 2000)
    var ratios: [Double] = []
    var squares = 0.0
    let expected = ((1 + memory) / (1 - memory) / Double(chains * length)).squareRoot()
    for seed: UInt64 in 0..<40 {
      let mean = SeriesMean(correlated(chains, length, memory: memory, seed: seed))
      ratios.append(mean.error / expected)
      squares += mean.mean * mean.mean / (mean.error * mean.error)
    }
    let ratio = ratios.reduce(0, +) / 40
    #expect(abs(ratio - 1) < 0.1, "error \(ratio) of what it is")
    // 40 degrees of freedom, 10⁻³ on each side.
    #expect((16.9...73.4).contains(squares), "Σz² \(squares)")
  }

  @Test func errorsOfAConstant() {
    let mean = SeriesMean([[Double]](repeating: [2, 2, 2, 2], count: 3))
    #expect(mean.mean == 2 && mean.error == 0)
  }

  /// ⟨x²⟩ − ⟨x⟩² of normal numbers: error √(2/n).
  @Test func jackknifeOfAVariance() {
    var squares = 0.0
    for seed: UInt64 in 0..<40 {
      let series = correlated(8, 400, memory: 0, seed: 900 + seed)
      let found = Jackknife.estimate([series, series.map { $0.map { $0 * $0 } }]) { $0[1] - $0[0] * $0[0] }
      #expect(abs(found.error / (2.0 / 3200).squareRoot() - 1) < 0.6)
      squares += (found.value - 1) * (found.value - 1) / (found.error * found.error)
    }
    #expect((16.9...80).contains(squares), "Σz² \(squares)")
  }

  @Test func rHatFindsChainsThatDisagree() throws {
    let same = try #require(RankNormalisation.rHat(correlated(8, 500, memory: 0.3, seed: 1)))
    #expect(same < 1.01 && same > 0.99)
    // One chain elsewhere, one that is wider, and a drift.
    let moved = correlated(8, 500, memory: 0.3, seed: 2) { $0 == 3 ? 0.8 : 0 }
    #expect(try #require(RankNormalisation.rHat(moved)) > 1.02)
    let wider = correlated(8, 500, memory: 0, seed: 3).enumerated().map { chain, values in
      chain == 0 ? values.map { 4 * $0 } : values
    }
    #expect(try #require(RankNormalisation.rHat(wider)) > 1.02)
    let drifting = correlated(4, 500, memory: 0, seed: 4).map { $0.enumerated().map { $1 + Double($0) / 400 } }
    #expect(try #require(RankNormalisation.rHat(drifting)) > 1.02)
    #expect(RankNormalisation.rHat([[1, 2, 3]]) == nil)
    #expect(RankNormalisation.rHat([[1, 1, 1, 1], [1, 1, 1, 1]]) == 1)
    #expect(RankNormalisation.rHat([[1, 1, 1, 1], [2, 2, 2, 2]]) == .infinity)
  }

  @Test func normalQuantiles() {
    for (p, x) in [(0.5, 0.0), (0.975, 1.959963984540054), (0.001, -3.090232306167813), (0.9999, 3.719016485455709)] {
      #expect(abs(RankNormalisation.normalQuantile(p) - x) < 1e-7)
    }
  }

  /// Between its points the curve rises, and it goes through them.
  @Test func monotoneCurve() {
    let (x, y) = ([0.0, 0.1, 0.5, 2, 2.5], [0.2, 0.3, 0.3, 3, 10])
    let curve = MonotoneCurve(x, y)
    for (place, value) in zip(x, y) { #expect(abs(curve.value(at: place) - value) < 1e-12) }
    let values = (0...250).map { curve.value(at: Double($0) / 100) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $1 >= $0 - 1e-12 })
    #expect(abs(MonotoneCurve([0, 1, 3], [1, 3, 7]).value(at: 1.7) - 4.4) < 1e-12)
  }

  /// Where all the rejections lie between two temperatures, the others move there.
  @Test func laddersMoveTowardsRejections() {
    var ladder = TemperatureLadder(inverseTemperatures: [0.5, 1, 1.5, 2, 2.5], isAdaptive: true)
    ladder.adapt(rejections: [0.01, 0.9, 0.01, 0.01])
    #expect(
      ladder.inverseTemperatures.first == 0.5 && ladder.inverseTemperatures.last == 2.5
        && ladder.inverseTemperatures == ladder.inverseTemperatures.sorted())
    #expect(ladder.inverseTemperatures[1...3].allSatisfy { (1...1.5).contains($0) })
    let equal = ladder.inverseTemperatures
    var again = TemperatureLadder(inverseTemperatures: [0.5, 1, 1.5, 2, 2.5], isAdaptive: true)
    again.adapt(rejections: [0.4, 0.4, 0.4, 0.4])
    #expect(
      zip(again.inverseTemperatures, [0.5, 1, 1.5, 2, 2.5]).allSatisfy { abs($0 - $1) < 1e-12 }
        && again.inverseTemperatures != equal)
    var fixed = TemperatureLadder(inverseTemperatures: [0.5, 1, 2], isAdaptive: false)
    fixed.adapt(rejections: [0.1, 0.9])
    #expect(fixed.inverseTemperatures == [0.5, 1, 2])
  }

  /// Two temperatures that always swap: after k sweeps every replica has been at both ends k/2 times.
  @Test func roundTripsAreCounted() {
    var tempering = Tempering(chains: 0..<1, temperatureCount: 2, seed: 1)
    for sweep: UInt32 in 0..<20 { _ = tempering.swap(energies: [0, 0], inverseTemperatures: [1, 2], sweep: sweep) }
    // Every other sweep tries the only pair: ten swaps, and from the third on each brings a replica back to where it was hottest.
    #expect(tempering.roundTrips == [8])
    #expect(tempering.meanRejections(chain: 0) == [0])
    let order = tempering.replicas.map { tempering.temperatures[$0] }
    #expect(order == [0, 1])
  }

  @Test func schedules() {
    var settings = SamplerSettings(temperatures: .list([1]))
    settings.rounds = 5
    var schedule = SamplingSchedule(settings)
    #expect(schedule.adapting == [1, 2, 4, 8, 16] && schedule.measured == 32)
    #expect(schedule.every == 1 && schedule.binCount == 32)
    (settings.sweeps, settings.burnIn) = (100_000, 10)
    schedule = SamplingSchedule(settings)
    #expect(schedule.adapting == [1, 2, 4, 3])
    #expect((100_000..<100_000 + schedule.binLength).contains(schedule.measured))
    #expect(schedule.every == 8 && schedule.binLength == 256 && schedule.binCount <= 512)
    settings.burnIn = 0
    #expect(SamplingSchedule(settings).adapting.isEmpty)
  }
}

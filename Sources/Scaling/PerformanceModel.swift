import Foundation
import Kernels

/// Seconds of a step as a function of what the busiest rank does:
///
///     T = τ W c (1 + ε √(2 ln R)) + a ℓ M + b B / w
///
/// with W units of work (samples, sweeps), M messages and B bytes of the busiest of R ranks, c ranks a core, and the network's measured latency ℓ and bandwidth
/// w. Fitted are τ, the time of a unit; a and b, how many times the latency of a message and the time of a byte really count (rounds
/// wait for each other, messages overlap); and ε, the spread of the ranks' compute times, of which the slowest of R counts: the
/// expected maximum of R normal deviates is about √(2 ln R) standard deviations.
package struct PerformanceModel: Equatable, Sendable {
  /// τ, seconds of one unit on a core of its own.
  package var unit: Double
  /// ε.
  package var imbalance: Double
  /// a.
  package var latencies: Double
  /// b.
  package var transfers: Double
  /// Measured over predicted, of the points that were fitted.
  package private(set) var ratios: [Double] = []

  package struct Network: Equatable, Sendable {
    /// Seconds of a short message.
    package var latency: Double
    /// Bytes a second.
    package var bandwidth: Double

    package init(latency: Double, bandwidth: Double) {
      self.latency = latency
      self.bandwidth = bandwidth
    }
  }

  /// Relative errors count by their square up to this, and in proportion beyond, so that a point during which the machine was busy
  /// with something else does not bend the model (Huber, Ann. Math. Statist. 35, 73 (1964)).
  private static let usualError = 0.05
  private static let fittingRounds = 30
  /// The prior of the factors of messages and bytes, mean and standard deviation. Without it, points in which the network takes next to
  /// no time would leave both undetermined (ridge regression).
  private static let usualFactors = (middle: 1.0, deviation: 10.0)

  /// Fits the model to relative errors, by least squares of which the weights follow from the errors of the round before.
  ///
  /// - Throws: `ScalingError` without points.
  package init(_ points: [ScalingPoint], sharedCores: Int? = nil) throws {
    guard !points.isEmpty else { throw ScalingError("a model needs at least one measured point") }
    let spread = points.filter { $0.ranks > 1 && $0.compute > 0 }.map {
      max($0.computeMost / $0.compute - 1, 0) / Self.extreme($0.ranks)
    }
    let imbalance = spread.isEmpty ? 0 : ScalingTable.median(spread)
    self.imbalance = imbalance
    let rows = points.map { point in
      Self.terms(
        point.work, ranks: point.ranks, imbalance: imbalance, crowd: Self.crowd(point, sharedCores: sharedCores),
        network: point.network
      ).map { $0 / point.seconds }
    }
    func predicted(_ row: [Double], _ factors: [Double]) -> Double { zip(row, factors).reduce(0) { $0 + $1.0 * $1.1 } }
    // What is usual counts as much as one point does, whose error is that of the fit: points without errors are followed exactly.
    func solve(_ rows: [[Double]], _ targets: [Double], error: Double) -> [Double] {
      let weight = max(min(error, Self.usualError), 1e-9) / Self.usualFactors.deviation
      let expected = Array(repeating: weight * Self.usualFactors.middle, count: 2)
      return NonNegativeLeastSquares.solve(rows + [[0, weight, 0], [0, 0, weight]], targets + expected)
    }
    var factors = solve(rows, Array(repeating: 1, count: rows.count), error: Self.usualError)
    for _ in 0..<Self.fittingRounds {
      let errors = rows.map { abs(predicted($0, factors) - 1) }
      let weights = errors.map {
        min(1, Self.usualError / max($0, .leastNormalMagnitude)).squareRoot()
      }
      let weighted = zip(rows, weights).map { row, weight in row.map { $0 * weight } }
      factors = solve(weighted, weights, error: ScalingTable.median(errors))
    }
    (unit, latencies, transfers) = (factors[0], factors[1], factors[2])
    ratios = rows.map { 1 / max(predicted($0, factors), .leastNormalMagnitude) }
  }

  /// Seconds of a step.
  ///
  /// - Parameter crowd: ranks a core.
  package func seconds(_ work: StepWork, ranks: Int, network: Network, crowd: Double = 1) -> Double {
    let terms = Self.terms(work, ranks: ranks, imbalance: imbalance, crowd: crowd, network: network)
    return zip(terms, [unit, latencies, transfers]).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// What the model says of a measured point.
  package func seconds(of point: ScalingPoint, sharedCores: Int? = nil) -> Double {
    seconds(point.work, ranks: point.ranks, network: point.network, crowd: Self.crowd(point, sharedCores: sharedCores))
  }

  /// The points that a model can be of: those in which every rank has a core, if there are any with more than one rank. Where
  /// ranks take turns on a core, their waits are as long as the system's time slices, whatever the network.
  static func modelled(_ points: [ScalingPoint], sharedCores: Int? = nil) -> [ScalingPoint] {
    let roomy = points.filter { crowd($0, sharedCores: sharedCores) <= 1 }
    return roomy.contains { $0.ranks > 1 } ? roomy : points
  }

  private static func terms(
    _ work: StepWork, ranks: Int, imbalance: Double, crowd: Double, network: Network
  ) -> [Double] {
    [work.units * crowd * (1 + imbalance * extreme(ranks)), work.messages * network.latency, work.bytes / network.bandwidth]
  }

  private static func extreme(_ ranks: Int) -> Double { (2 * log(Double(max(ranks, 1)))).squareRoot() }

  /// The hosts of a virtual cluster have the same cores, which only its user knows.
  private static func crowd(_ point: ScalingPoint, sharedCores: Int?) -> Double {
    sharedCores.map { max(1, Double(point.ranks) / Double($0)) } ?? point.ranksPerCore
  }
}

/// A prediction with its uncertainty: models fitted to drawn samples of the points, each with a drawn error of the fit.
package struct PredictionInterval: Equatable, Sendable {
  package var low: Double
  package var middle: Double
  package var high: Double

  private static let draws = 400

  /// The interval that holds nine tenths of the predictions (bootstrap; Efron & Tibshirani 1993).
  package static func of(
    _ points: [ScalingPoint], sharedCores: Int? = nil, seed: UInt64 = 1, _ predict: (PerformanceModel) -> Double
  ) throws -> PredictionInterval {
    let model = try PerformanceModel(points, sharedCores: sharedCores)
    let generator = Philox(seed: seed, .dynamics)
    let values = try (0..<draws).map { draw in
      func pick(_ index: Int, below count: Int) -> Int {
        Int(generator.block(SIMD4(UInt32(draw), UInt32(index), 0, 0)).x) % count
      }
      let drawn = points.indices.map { points[pick($0, below: points.count)] }
      let ratio = model.ratios[pick(points.count, below: points.count)]
      return predict(try PerformanceModel(drawn, sharedCores: sharedCores)) * ratio
    }.sorted()
    return PredictionInterval(low: values[draws / 20], middle: predict(model), high: values[draws - 1 - draws / 20])
  }
}

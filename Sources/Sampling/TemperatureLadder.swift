import Foundation

/// Inverse temperatures in ascending order: from the hottest replica of a ladder to the coldest.
struct TemperatureLadder: Equatable, Sendable {
  private(set) var inverseTemperatures: [Double]
  /// Whether the temperatures between the first and the last may move.
  let isAdaptive: Bool

  init(_ settings: SamplerSettings) {
    var inverseTemperatures: [Double]
    switch settings.temperatures {
    case .list(let values):
      inverseTemperatures = values.map { 1 / $0 }.sorted()
      isAdaptive = false
    case .range(let from, let to, let count):
      inverseTemperatures = Self.geometric(from: 1 / max(from, to), to: 1 / min(from, to), count: count)
      isAdaptive = true
    case .between(let from, let to):
      inverseTemperatures = Self.geometric(from: 1 / max(from, to), to: 1 / min(from, to), count: settings.temperatures.count)
      isAdaptive = true
    }
    if settings.freeEnergy || settings.method == .population { inverseTemperatures.insert(0, at: 0) }
    self.inverseTemperatures = inverseTemperatures
  }

  private static func geometric(from hot: Double, to cold: Double, count: Int) -> [Double] {
    var inverseTemperatures = (0..<count).map { hot * pow(cold / hot, Double($0) / Double(count - 1)) }
    (inverseTemperatures[0], inverseTemperatures[count - 1]) = (hot, cold)
    return inverseTemperatures
  }

  init(inverseTemperatures: [Double], isAdaptive: Bool) {
    self.inverseTemperatures = inverseTemperatures
    self.isAdaptive = isAdaptive
  }

  var count: Int { inverseTemperatures.count }
  var temperatures: [Double] { inverseTemperatures.map { 1 / $0 } }

  /// Moves the temperatures between the ends so that each pair of neighbours would have an equal share of all rejections.
  ///
  /// The rejections between the first and the k-th temperature, as a function of 1/T, hardly depend on the ladder; its inverse, interpolated
  /// monotonically, says where equal shares lie.
  /// Source: Syed, Bouchard-Côté, Deligiannidis & Doucet, J. R. Stat. Soc. B 84, 321 (2022), algorithm 3.
  ///
  /// - Parameter rejections: the mean rejection of swaps between each pair of neighbours.
  mutating func adapt(rejections: [Double]) {
    guard isAdaptive, count > 2 else { return }
    var sums = [0.0]
    // A pair that never rejects still has a length.
    for rejection in rejections { sums.append(sums[sums.count - 1] + max(rejection, 1e-3)) }
    let curve = MonotoneCurve(sums, inverseTemperatures)
    let whole = sums[sums.count - 1]
    let moved = (1..<count - 1).map { curve.value(at: whole * Double($0) / Double(count - 1)) }
    let adapted = [inverseTemperatures[0]] + moved + [inverseTemperatures[count - 1]]
    // Steps that single precision cannot tell apart would make two of one temperature.
    guard zip(adapted, adapted.dropFirst()).allSatisfy({ $1 > $0 * (1 + 1e-6) }) else { return }
    inverseTemperatures = adapted
  }
}

/// A curve through points that rises wherever they do: cubic between two points.
///
/// Source: Fritsch & Carlson, SIAM J. Numer. Anal. 17, 238 (1980).
struct MonotoneCurve {
  private let x: [Double]
  private let y: [Double]
  private let slopes: [Double]

  /// - Parameters:
  ///   - x: two or more numbers, strictly ascending.
  ///   - y: as many, ascending.
  init(_ x: [Double], _ y: [Double]) {
    precondition(x.count == y.count && x.count > 1)
    var secants: [Double] = []
    for part in 0..<x.count - 1 {
      let rise = y[part + 1] - y[part]
      secants.append(rise / (x[part + 1] - x[part]))
    }
    var slopes = [secants[0]]
    for point in 1..<max(secants.count, 1) { slopes.append((secants[point - 1] + secants[point]) / 2) }
    slopes.append(secants[secants.count - 1])
    for (part, secant) in secants.enumerated() {
      guard secant > 0 else {
        (slopes[part], slopes[part + 1]) = (0, 0)
        continue
      }
      let a: Double = slopes[part] / secant
      let b: Double = slopes[part + 1] / secant
      let length: Double = (a * a + b * b).squareRoot()
      guard length > 3 else { continue }
      (slopes[part], slopes[part + 1]) = (3 * a / length * secant, 3 * b / length * secant)
    }
    (self.x, self.y, self.slopes) = (x, y, slopes)
  }

  func value(at place: Double) -> Double {
    let part = min(max((x.firstIndex { $0 > place } ?? x.count) - 1, 0), x.count - 2)
    let width = x[part + 1] - x[part]
    let t: Double = (place - x[part]) / width
    let t2 = t * t
    let t3 = t2 * t
    let early: Double = 2 * t3 - 3 * t2 + 1
    let leaving: Double = t3 - 2 * t2 + t
    let arriving: Double = t3 - t2
    let values: Double = early * y[part] + (1 - early) * y[part + 1]
    return values + width * (leaving * slopes[part] + arriving * slopes[part + 1])
  }
}

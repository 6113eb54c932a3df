/// The sweeps of a run: rounds of adaptation, and the measured ones in bins.
struct SamplingSchedule: Equatable, Sendable {
  /// Sweeps of the rounds before the measured one.
  let adapting: [Int]
  /// Sweeps between two measurements of states, a power of two.
  let every: Int
  /// Sweeps between two moves of clusters.
  let moveEvery: Int
  /// Sweeps of a bin: `every` times a power of two.
  let binLength: Int
  let binCount: Int

  /// Bins of a long run; a short one has fewer.
  static let greatestBinCount = 512
  /// Errors and diagnostics want more bins than this, if there are as many sweeps.
  private static let fewestBinCount = 64

  init(_ settings: SamplerSettings) {
    let wanted = settings.sweeps ?? 1 << settings.rounds
    if let burnIn = settings.burnIn {
      adapting = Self.doubling(burnIn)
    } else if let sweeps = settings.sweeps {
      adapting = Self.doubling(sweeps)
    } else {
      adapting = (0..<settings.rounds).map { 1 << $0 }
    }
    moveEvery = Self.powerOfTwo(atLeast: settings.every)
    var every = moveEvery
    while every > 1, wanted / every < Self.fewestBinCount { every /= 2 }
    var length = every
    while (wanted + length - 1) / length > Self.greatestBinCount { length *= 2 }
    self.every = every
    binLength = length
    binCount = (wanted + length - 1) / length
  }

  /// Fields are measured after so many equal parts of the measured sweeps, each of 512 or more unless there is one alone: it takes some hundred
  /// times as long as a sweep.
  var fieldMeasurements: Int { min(max(measured / 512, 1), 8, binCount) }

  /// Whether they are measured now, and as which.
  ///
  /// - Parameter sweep: counted from the first measured one.
  func fieldMeasurement(after sweep: Int) -> Int? {
    guard (sweep + 1) % binLength == 0 else { return nil }
    let bin = sweep / binLength
    return (0..<fieldMeasurements).first { ($0 + 1) * binCount / fieldMeasurements - 1 == bin }
  }

  /// Measured sweeps: as many as were asked for, filled up to whole bins.
  var measured: Int { binCount * binLength }
  /// All sweeps.
  var total: Int { adapting.reduce(measured, +) }

  /// Rounds of 1, 2, 4 … sweeps and the rest.
  private static func doubling(_ sweeps: Int) -> [Int] {
    var (rounds, left) = ([Int](), sweeps)
    while left > 0 {
      let next = min(left, 1 << rounds.count)
      rounds.append(next)
      left -= next
    }
    return rounds
  }

  private static func powerOfTwo(atLeast number: Int) -> Int {
    var power = 1
    while power < number, power < 1 << 20 { power *= 2 }
    return power
  }
}

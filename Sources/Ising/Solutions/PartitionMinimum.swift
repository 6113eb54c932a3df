/// The best division of some numbers, found by trying every one.
///
/// States follow each other in the order of a Gray code, so that each differs from the one before by the side of one number. Sums of whole
/// numbers are exact, while the couplings `−2 a_i a_j` of the Ising problem may not be.
struct PartitionMinimum {
  let spins: [Int8]
  let groundStates: Int
  let tried: Int
  let wasStopped: Bool

  /// Sums of real numbers are computed anew after so many states.
  private static let stretch = 1 << 20

  init(_ numbers: [Double], shouldStop: () -> Bool) {
    let bound = numbers.reduce(0) { $0 + $1.magnitude }
    // Whole numbers whose sum is one of 64 bits; others are compared up to rounding.
    let isWhole = numbers.allSatisfy { $0.rounded() == $0 } && bound < 0x1p62
    if isWhole {
      self.init(numbers.map { Int64($0) }, tolerance: 0, shouldStop: shouldStop)
    } else {
      self.init(numbers, tolerance: 1e-13 * bound, shouldStop: shouldStop)
    }
  }

  private init<Number: SignedNumeric & Comparable>(_ numbers: [Number], tolerance: Number, shouldStop: () -> Bool)
  where Number.Magnitude: Comparable {
    var spins = [Int8](repeating: 1, count: numbers.count)
    var sum = numbers.reduce(0, +)
    func size(_ value: Number) -> Number { value < 0 ? -value : value }
    var (best, ties) = ((difference: size(sum), spins: spins), 1)
    // A state and its mirror image are one division: the last number stays where it is.
    let all = 1 << (numbers.count - 1)
    var tried = 1
    while tried < all {
      if tried % Self.stretch == 0 {
        if shouldStop() { break }
        sum = zip(numbers, spins).reduce(0) { $1.1 > 0 ? $0 + $1.0 : $0 - $1.0 }
      }
      let place = tried.trailingZeroBitCount
      let number = numbers[place]
      sum = spins[place] > 0 ? sum - number - number : sum + number + number
      spins[place] = -spins[place]
      let difference = size(sum)
      if difference + tolerance < best.difference {
        (best, ties) = ((difference, spins), 1)
      } else if difference <= best.difference + tolerance {
        ties += 1
      }
      tried += 1
    }
    self.spins = best.spins
    groundStates = 2 * ties
    self.tried = 2 * tried
    wasStopped = tried < all
  }
}

/// The ground state of a small problem, found by trying every state.
///
/// States follow each other in the order of a Gray code, so that each differs from the one before by one spin and costs one row of couplings:
/// 2ᴺ⁻¹ flips where there are no fields, 2ᴺ with them.
public struct ExactMinimum: Sendable, Encodable, Equatable {
  /// The first of the ground states in that order, whose last spin is 1 where there are no fields.
  public let spins: [Int8]
  /// How many states have the lowest energy; those of a problem of real numbers are compared up to rounding.
  public let groundStates: Int
  /// States that were tried, or whose mirror image was.
  public let states: Int
  /// Whether it was stopped before it had tried all, so that nothing is proven.
  public let wasStopped: Bool

  /// A thousand million states.
  public static let greatestSpinCount = 30
  /// The running energy is computed anew after so many flips.
  private static let stretch = 1 << 20

  private enum CodingKeys: CodingKey { case groundStates, states }

  /// - Parameter shouldStop: asked now and then.
  /// - Throws: `ProblemError` where there are too many spins.
  public init(_ problem: IsingProblem, shouldStop: () -> Bool = { false }) throws {
    let count = problem.spinCount
    guard count <= Self.greatestSpinCount else {
      throw ProblemError(
        "\(count) spins have 2^\(count) states, expected at most \(Self.greatestSpinCount) spins to try them all")
    }
    // Without fields a state and its mirror image have one energy: the last spin may stay where it is.
    let isEven = !problem.hasFields
    let free = isEven ? count - 1 : count
    var spins = [Int8](repeating: 1, count: count)
    var energy = try problem.energy(of: spins)
    var fields = Self.fields(problem, spins)
    // Sums in other orders differ in their last bits.
    let size = problem.couplings.reduce(0) { $0 + abs($1) } / 2 + problem.fields.reduce(0) { $0 + abs($1) } + abs(problem.offset)
    let tolerance = problem.isInteger ? 0.25 : 1e-12 * size
    var (best, ties) = ((energy: energy, spins: spins), 1)
    let all = 1 << free
    var tried = 1
    while tried < all {
      let number = tried
      if number % Self.stretch == 0 {
        if shouldStop() { break }
        energy = try problem.energy(of: spins)
        fields = Self.fields(problem, spins)
      }
      let spin = number.trailingZeroBitCount
      let state = Double(spins[spin])
      energy += 2 * state * fields[spin]
      spins[spin] = -spins[spin]
      for entry in problem.row(spin) { fields[Int(problem.neighbours[entry])] -= 2 * state * problem.couplings[entry] }
      if energy < best.energy - tolerance {
        (best, ties) = ((energy, spins), 1)
      } else if energy <= best.energy + tolerance {
        ties += 1
      }
      tried += 1
    }
    self.spins = best.spins
    groundStates = isEven ? 2 * ties : ties
    states = isEven ? 2 * tried : tried
    wasStopped = tried < all
  }

  /// `h_i + Σ_j J_ij s_j`.
  private static func fields(_ problem: IsingProblem, _ spins: [Int8]) -> [Double] {
    (0..<problem.spinCount).map { spin in
      problem.row(spin).reduce(problem.fields[spin]) {
        $0 + problem.couplings[$1] * Double(spins[Int(problem.neighbours[$1])])
      }
    }
  }
}

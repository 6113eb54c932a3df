import Foundation

/// The ground state of a problem, proven: by trying every state of a small one, or by a tree decomposition of a narrow one.
///
/// States that are tried follow each other in the order of a Gray code, so that each differs from the one before by one spin and costs one row of
/// couplings: 2ᴺ⁻¹ flips where there are no fields, 2ᴺ with them.
public struct ExactMinimum: Sendable, Equatable {
  /// One of the ground states; of states that were tried the first in their order, whose last spin is 1 where there are no fields.
  public let spins: [Int8]
  /// How many states have the lowest energy; those of a problem of real numbers are compared up to rounding. `nil` where they are more than
  /// 2⁵³.
  public let groundStates: Int?
  /// The logarithm to base 2 of that number.
  public let log2GroundStates: Double
  /// States that were tried, or whose mirror image was; `nil` with a tree decomposition.
  public let states: Int?
  /// The width of the tree decomposition, if that was used.
  public let width: Int?
  /// Whether it was stopped before its end, so that nothing is proven.
  public let wasStopped: Bool

  /// A thousand million states.
  public static let greatestSpinCount = 30
  /// Tables of a million entries.
  public static let greatestWidth = 20
  /// From so many spins on a narrow problem is not tried state by state.
  private static let fewestForTrees = 25

  /// - Parameters:
  ///   - objective: whose measure of whole numbers is exact also where its couplings are not.
  ///   - shouldStop: asked now and then.
  /// - Throws: `ProblemError` where there are too many spins that are coupled too much.
  public init(_ objective: any SpinObjective, shouldStop: () -> Bool = { false }) throws {
    guard let partition = objective as? NumberPartition, partition.numbers.count <= Self.greatestSpinCount else {
      try self.init(objective.problem, shouldStop: shouldStop)
      return
    }
    let found = PartitionMinimum(partition.numbers, shouldStop: shouldStop)
    self.init(
      spins: found.spins, groundStates: found.groundStates, log2GroundStates: log2(Double(found.groundStates)),
      states: found.tried,
      width: nil, wasStopped: found.wasStopped)
  }

  /// - Parameter shouldStop: asked now and then.
  /// - Throws: `ProblemError` where there are too many spins that are coupled too much.
  public init(_ problem: IsingProblem, shouldStop: () -> Bool = { false }) throws {
    let count = problem.spinCount
    guard count >= Self.fewestForTrees else {
      self = try Self.byTrial(of: problem, shouldStop: shouldStop)
      return
    }
    do {
      let order = try EliminationOrder.best(of: problem, limit: Self.greatestWidth, shouldStop: shouldStop)
      // The order's tables take about as long, entry by entry, as rows of couplings.
      if count <= Self.greatestSpinCount, order.cost > Double(sign: .plus, exponent: count - 4, significand: 1) {
        self = try Self.byTrial(of: problem, shouldStop: shouldStop)
        return
      }
      let tree = try TreeMinimum(problem, order: order, shouldStop: shouldStop)
      self.init(
        spins: tree.spins, groundStates: tree.groundStates, log2GroundStates: tree.log2GroundStates, states: nil,
        width: tree.width,
        wasStopped: false)
    } catch EliminationOrder.Failure.isTooWide(let width) {
      guard count <= Self.greatestSpinCount else {
        throw ProblemError(
          "\(count) spins have 2^\(count) states, expected at most \(Self.greatestSpinCount) spins to try them all, or couplings "
            + "with a tree decomposition of width \(Self.greatestWidth) or less; while spins were eliminated one by one, each that was "
            + "left came to \(width) neighbours or more, which is the width that would be needed")
      }
      self = try Self.byTrial(of: problem, shouldStop: shouldStop)
    } catch is TreeMinimum.Stopped {
      self = Self.unproven(problem)
    } catch EliminationOrder.Failure.wasStopped {
      self = Self.unproven(problem)
    }
  }

  private init(
    spins: [Int8], groundStates: Int?, log2GroundStates: Double, states: Int?, width: Int?, wasStopped: Bool
  ) {
    (self.spins, self.groundStates, self.log2GroundStates) = (spins, groundStates, log2GroundStates)
    (self.states, self.width, self.wasStopped) = (states, width, wasStopped)
  }

  /// The first state downhill from all spins up: what is known where a search was stopped before it knew anything.
  private static func unproven(_ problem: IsingProblem) -> ExactMinimum {
    var spins = [Int8](repeating: 1, count: problem.spinCount)
    var fields = fields(problem, spins)
    var hasChanged = true
    // Every flip lowers the energy.
    while hasChanged {
      hasChanged = false
      for spin in spins.indices where Double(spins[spin]) * fields[spin] < -1e-12 * fields[spin].magnitude {
        flip(spin, problem, &spins, &fields)
        hasChanged = true
      }
    }
    return ExactMinimum(spins: spins, groundStates: nil, log2GroundStates: 0, states: nil, width: nil, wasStopped: true)
  }

  private static func byTrial(of problem: IsingProblem, shouldStop: () -> Bool) throws -> ExactMinimum {
    let count = problem.spinCount
    // Without fields a state and its mirror image have one energy: the last spin may stay where it is.
    let isEven = !problem.hasFields
    let free = isEven ? count - 1 : count
    var spins = [Int8](repeating: 1, count: count)
    var energy = try problem.energy(of: spins)
    var fields = fields(problem, spins)
    // Sums in other orders differ in their last bits.
    let size = problem.couplings.reduce(0) { $0 + abs($1) } / 2 + problem.fields.reduce(0) { $0 + abs($1) } + abs(problem.offset)
    let tolerance = problem.isInteger ? 0.25 : 1e-12 * size
    var (best, ties) = ((energy: energy, spins: spins), 1)
    let all = 1 << free
    var tried = 1
    while tried < all {
      if tried % stretch == 0 {
        if shouldStop() { break }
        energy = try problem.energy(of: spins)
        fields = Self.fields(problem, spins)
      }
      let spin = tried.trailingZeroBitCount
      energy += 2 * Double(spins[spin]) * fields[spin]
      flip(spin, problem, &spins, &fields)
      if energy < best.energy - tolerance {
        (best, ties) = ((energy, spins), 1)
      } else if energy <= best.energy + tolerance {
        ties += 1
      }
      tried += 1
    }
    let groundStates = isEven ? 2 * ties : ties
    return ExactMinimum(
      spins: best.spins, groundStates: groundStates, log2GroundStates: log2(Double(groundStates)),
      states: isEven ? 2 * tried : tried, width: nil, wasStopped: tried < all)
  }

  /// The running energy is computed anew after so many flips.
  private static let stretch = 1 << 20

  private static func flip(_ spin: Int, _ problem: IsingProblem, _ spins: inout [Int8], _ fields: inout [Double]) {
    let change = 2 * Double(spins[spin])
    for entry in problem.row(spin) { fields[Int(problem.neighbours[entry])] -= change * problem.couplings[entry] }
    spins[spin] = -spins[spin]
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

extension ExactMinimum: Encodable {
  private enum CodingKeys: CodingKey { case groundStates, log2GroundStates, states, width }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(groundStates, forKey: .groundStates)
    if width != nil { try container.encode(log2GroundStates, forKey: .log2GroundStates) }
    try container.encodeIfPresent(states, forKey: .states)
    try container.encodeIfPresent(width, forKey: .width)
  }
}

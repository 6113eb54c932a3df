import Ising

/// Takes over from another state whatever lowers the energy, region by region.
///
/// The spins in which two states differ fall into clusters that no coupling joins. Flipping one of them changes the energy by its
/// boundary alone, so each is taken or left on its own; one that changes nothing is taken by a coin. Where couplings are sparse a
/// state that is worse as a whole still gives away every region in which it is better.
///
/// Source: the clusters are Houdayer's (Eur. Phys. J. B 22, 479 (2001)); taken by energy they are a crossover.
struct ClusterCrossover {
  private let problem: IsingProblem
  private var mark: [UInt8]
  private var members: [Int32] = []

  private enum Mark {
    static let same: UInt8 = 0
    static let differs: UInt8 = 1
    static let member: UInt8 = 2
    static let done: UInt8 = 3
  }

  init(_ problem: IsingProblem) {
    self.problem = problem
    mark = [UInt8](repeating: 0, count: problem.spinCount)
    members.reserveCapacity(problem.spinCount)
  }

  /// - Parameters:
  ///   - spins: changed in place; its energy never rises.
  ///   - other: as many spins.
  /// - Returns: the change of energy, 0 or less.
  mutating func improve<R: RandomNumberGenerator>(_ spins: inout [Int8], from other: [Int8], using random: inout R) -> Double {
    // Without fields a state and its mirror image are one: what counts as a difference is the lesser part.
    var overlap = 0
    for spin in spins.indices { overlap += Int(spins[spin]) * Int(other[spin]) }
    let mirror: Int8 = overlap < 0 && !problem.hasFields ? -1 : 1
    for spin in spins.indices { mark[spin] = spins[spin] == mirror * other[spin] ? Mark.same : Mark.differs }
    var change = 0.0
    for seed in spins.indices where mark[seed] == Mark.differs {
      let rise = collectCluster(from: seed, spins)
      let isTaken = rise < 0 || (rise == 0 && Bool.random(using: &random))
      for member in members {
        mark[Int(member)] = Mark.done
        if isTaken { spins[Int(member)] = -spins[Int(member)] }
      }
      if isTaken { change += rise }
    }
    return change
  }

  /// Puts the cluster of `seed` into `members` and returns what its flip would add to the energy.
  private mutating func collectCluster(from seed: Int, _ spins: [Int8]) -> Double {
    members.removeAll(keepingCapacity: true)
    members.append(Int32(seed))
    mark[seed] = Mark.member
    var next = 0
    var boundary = 0.0
    while next < members.count {
      let spin = Int(members[next])
      next += 1
      let own = Double(spins[spin])
      boundary += problem.fields[spin] * own
      for entry in problem.row(spin) {
        let neighbour = Int(problem.neighbours[entry])
        if mark[neighbour] == Mark.differs {
          mark[neighbour] = Mark.member
          members.append(Int32(neighbour))
        } else if mark[neighbour] != Mark.member {
          boundary += problem.couplings[entry] * own * Double(spins[neighbour])
        }
      }
    }
    return 2 * boundary
  }
}

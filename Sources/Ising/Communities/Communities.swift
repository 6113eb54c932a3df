import Foundation

/// A division of vertices into communities.
public struct Communities: Sendable, Equatable {
  /// The community of each vertex, numbered from 0 in order of appearance, so that equal divisions are equal.
  public let numbers: [Int]
  /// Communities that have vertices.
  public let count: Int

  /// - Parameter names: any number for each vertex, the same for those of one community.
  public init(_ names: some Sequence<Int>) {
    var found = [Int: Int]()
    var numbers = [Int]()
    for name in names {
      let number = found[name] ?? found.count
      found[name] = number
      numbers.append(number)
    }
    self.numbers = numbers
    count = found.count
  }

  /// The vertices of each community, in ascending order.
  ///
  /// - Complexity: O(vertices).
  public var members: [[Int]] {
    var members = [[Int]](repeating: [], count: count)
    for (vertex, community) in numbers.enumerated() { members[community].append(vertex) }
    return members
  }

  /// Normalised mutual information `2 I(a; b) / (H(a) + H(b))`: 1 for equal divisions, 0 for independent ones.
  ///
  /// Two divisions that both have one community are equal. Source: Danon, Díaz-Guilera, Duch & Arenas, J. Stat. Mech. P09008
  /// (2005).
  ///
  /// - Throws: `ProblemError` if the divisions are not of as many vertices.
  public func normalizedMutualInformation(with other: Communities) throws -> Double {
    guard numbers.count == other.numbers.count else {
      throw ProblemError("divisions of \(numbers.count) and \(other.numbers.count) vertices, expected as many in both")
    }
    guard self != other else { return 1 }
    let joint = Communities(zip(numbers, other.numbers).map { $0 * other.count + $1 })
    let entropies = entropy + other.entropy
    return entropies > 0 ? max(0, 2 * (entropies - joint.entropy) / entropies) : 1
  }

  /// `H = −Σ p ln p` over the communities' shares of the vertices.
  private var entropy: Double {
    let total = Double(numbers.count)
    return members.reduce(0) { sum, members in
      let share = Double(members.count) / total
      return sum - share * log(share)
    }
  }
}

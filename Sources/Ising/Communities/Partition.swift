import Foundation

/// A division of vertices into communities.
public struct Partition: Sendable, Equatable {
  /// The community of each vertex, numbered from 0 in order of appearance, so that equal divisions are equal.
  public let communities: [Int]
  public let communityCount: Int

  /// - Parameter names: any number for each vertex, the same for those of one community.
  public init(_ names: some Sequence<Int>) {
    var numbers = [Int: Int]()
    var communities = [Int]()
    for name in names {
      let number = numbers[name] ?? numbers.count
      numbers[name] = number
      communities.append(number)
    }
    self.communities = communities
    communityCount = numbers.count
  }

  /// The vertices of each community, in ascending order.
  public var members: [[Int]] {
    var members = [[Int]](repeating: [], count: communityCount)
    for (vertex, community) in communities.enumerated() { members[community].append(vertex) }
    return members
  }

  /// Normalised mutual information `2 I(a; b) / (H(a) + H(b))`: 1 for equal divisions, 0 for independent ones.
  ///
  /// Two divisions that both have one community are equal. Source: Danon, Díaz-Guilera, Duch & Arenas, J. Stat. Mech. P09008
  /// (2005).
  ///
  /// - Throws: `ProblemError` if the divisions are not of as many vertices.
  public func normalizedMutualInformation(with other: Partition) throws -> Double {
    guard communities.count == other.communities.count else {
      throw ProblemError("divisions of \(communities.count) and \(other.communities.count) vertices, expected as many in both")
    }
    guard self != other else { return 1 }
    let joint = Partition(zip(communities, other.communities).map { $0 * other.communityCount + $1 })
    let entropies = entropy + other.entropy
    return entropies > 0 ? max(0, 2 * (entropies - joint.entropy) / entropies) : 1
  }

  /// `H = −Σ p ln p` over the communities' shares of the vertices.
  private var entropy: Double {
    let total = Double(communities.count)
    return members.reduce(0) { sum, members in
      let share = Double(members.count) / total
      return sum - share * log(share)
    }
  }
}

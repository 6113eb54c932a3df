import MPI

/// The ranks of a communicator by node, where several nodes have several of them each.
///
/// What is first done inside each node, and then among ranks that have the same place on their nodes, sends every number over the network
/// once a node, and not once a rank.
package struct NodeLevels: Sendable {
  /// The ranks of this rank's node.
  package let inside: Communicator
  /// The ranks with this rank's place, one on each node, in the order of nodes.
  package let across: Communicator

  /// Runs of `ranksPerNode` ranks, each on one node. Collective.
  ///
  /// - Precondition: `ranksPerNode` divides the ranks.
  package init(_ group: Communicator, ranksPerNode: Int) throws {
    precondition(group.size % ranksPerNode == 0)
    inside = try group.split(color: group.rank / ranksPerNode, key: group.rank)
    across = try group.split(color: group.rank % ranksPerNode, key: group.rank)
  }

  /// The nodes of a group's ranks. Collective over `world`, which groups of the same size make up.
  ///
  /// - Parameters:
  ///   - node: a number that stands for this rank's node.
  ///   - ranksPerNode: in place of what the nodes say.
  /// - Returns: `nil`, on all ranks of `world`, if there is nothing to gain: one node, nodes of one rank, or groups that differ in this.
  static func found(
    in group: Communicator, node: Int, ranksPerNode: Int?, sameIn world: Communicator
  ) throws -> NodeLevels? {
    guard group.size > 1 else { return nil }
    let own = try ranksPerNode ?? Self.ranksPerNode(group.allgather(node)) ?? 0
    let (least, most) = (try world.allreduce(own, .min), try world.allreduce(own, .max))
    guard least == most, 1 < least, least < group.size else { return nil }
    return try NodeLevels(group, ranksPerNode: least)
  }

  /// How many neighbours share a node, if there are as many everywhere; else `nil`.
  ///
  /// - Parameter nodes: by rank, a number that stands for its node.
  static func ranksPerNode(_ nodes: [Int]) -> Int? {
    guard let first = nodes.first else { return nil }
    let run = nodes.prefix { $0 == first }.count
    let isRegular = nodes.count % run == 0 && nodes.indices.allSatisfy { nodes[$0] == nodes[$0 / run * run] }
    let areApart = stride(from: run, to: nodes.count, by: run).allSatisfy { nodes[$0] != nodes[$0 - 1] }
    return isRegular && areApart ? run : nil
  }
}

import Kernels
import MPI

/// The colours of `Colouring` for the spins of one rank and its ghosts, of a graph that no rank has whole.
///
/// Spins are coloured in the order of their degrees, those of one degree in the order of their numbers. So for each degree the ranks take turns:
/// each waits for the borders of those before it, colours its own spins, and tells its neighbours.
package struct PartColouring: Sendable {
  /// Of each of this rank's spins, in their order.
  let own: [Int32]
  /// Of each ghost of the graph, in their order.
  let ghosts: [Int32]
  /// Of all ranks.
  let colourCount: Int

  /// Collective over the ranks that have the graph.
  ///
  /// - Throws: the failure of an exchange.
  package init(_ part: PartGraph, over group: Communicator) throws {
    let degrees = (0..<part.own.count).map { Int32(part.starts[$0 + 1] - part.starts[$0]) }
    let ghostDegrees = try part.ofGhosts(degrees, over: group)
    let all = try Set(group.allgatherVarying(Array(Set(degrees))).joined()).sorted(by: >)

    // Once: a graph may have thousands of degrees.
    let rows = Dictionary(grouping: 0..<part.own.count) { degrees[$0] }
    let borders = part.others.map { other in
      (
        rank: other.rank, needed: Dictionary(grouping: other.needed) { degrees[Int($0)] },
        ghosts: Dictionary(grouping: other.ghosts) { ghostDegrees[$0] }
      )
    }
    var colours = [Int32](repeating: -1, count: part.own.count)
    var ghostColours = [Int32](repeating: -1, count: part.ghosts.count)
    // takenBy[c] is the spin for which colour c was last found taken.
    var takenBy: [Int] = []
    for degree in all {
      func receive(_ places: [Int]?, from rank: Int) throws {
        guard let places else { return }
        for (place, colour) in zip(places, try group.receive(Int32.self, from: rank)) { ghostColours[place] = colour }
      }
      for other in borders where other.rank < part.rank { try receive(other.ghosts[degree], from: other.rank) }
      for row in rows[degree] ?? [] {
        for entry in part.starts[row]..<part.starts[row + 1] {
          let spin = part.neighbours[entry]
          let colour =
            part.own.contains(Int(spin)) ? colours[Int(spin) - part.own.lowerBound] : ghostColours[part.place(ofGhost: spin)]
          if colour >= 0 {
            while takenBy.count <= Int(colour) { takenBy.append(-1) }
            takenBy[Int(colour)] = row
          }
        }
        let free = takenBy.firstIndex { $0 != row } ?? takenBy.count
        if free == takenBy.count { takenBy.append(-1) }
        colours[row] = Int32(truncatingIfNeeded: free)
      }
      var requests = RequestGroup()
      for other in borders {
        guard let needed = other.needed[degree] else { continue }
        requests.add(try group.isend(needed.map { colours[Int($0)] }, to: other.rank))
      }
      for other in borders where other.rank > part.rank { try receive(other.ghosts[degree], from: other.rank) }
      try requests.waitAll()
    }
    (own, ghosts) = (colours, ghostColours)
    colourCount = try group.allreduce(Int((colours.max() ?? -1) + 1), .max)
  }
}

import Kernels
import MPI
import Testing

@testable import Parallel

extension AcrossRanks {
  /// Graphs of which each rank has the rows of a run of spins.
  @Suite struct PartGraphTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.environment.get().world
    }

    private func part(of rows: SparseCouplings) -> PartGraph {
      let count = rows.rowCount
      let runs = (0..<world.size).map { SpinOwners.run(of: $0, ranks: world.size, spins: count) }
      var (starts, neighbours, couplings) = ([0], [Int32](), [Float]())
      for spin in runs[world.rank] {
        rows.forEach(in: spin) { other, coupling in
          neighbours.append(Int32(other))
          couplings.append(coupling)
        }
        starts.append(neighbours.count)
      }
      return PartGraph(runs: runs, rank: world.rank, starts: starts, neighbours: neighbours, couplings: couplings)
    }

    /// The colours are those of the whole graph, whatever the numbers of neighbours.
    @Test(arguments: [Float(0.01), 0.05, 0.3]) func coloursAreThoseOfTheWhole(_ density: Float) throws {
      let rows = DrawnCouplings(120, density: density, isWhole: true).rows
      let whole = Colouring(rows)
      let graph = part(of: rows)
      let colours = try PartColouring(graph, over: world)
      #expect(colours.colourCount == whole.starts.count - 1)
      #expect(colours.own.map { Int($0) } == graph.own.map { whole.colours[$0] })
      #expect(colours.ghosts.map { Int($0) } == graph.ghosts.map { whole.colours[Int($0)] })
    }

    /// Both ends of a border name the same spins in the same order.
    @Test(arguments: [true, false]) func bordersMatch(_ isColoured: Bool) throws {
      let rows = DrawnCouplings(120, density: 0.05, isWhole: true).rows
      let graph = part(of: rows)
      let plan = GhostPlan(graph, colours: isColoured ? try PartColouring(graph, over: world) : nil)
      #expect(plan.own.sorted() == Array(graph.own))
      for neighbour in plan.neighbours {
        let sent = neighbour.sent.map { plan.own[Int($0)] }
        let received = try world.sendReceive(sent, to: neighbour.rank, from: neighbour.rank)
        #expect(received == neighbour.ghosts.map { plan.ghosts[$0] })
      }
      // Every row has its couplings, by their global numbers.
      let names = plan.own + plan.ghosts
      for (position, spin) in plan.own.enumerated() {
        var (own, whole): ([Int: Float], [Int: Float]) = ([:], [:])
        plan.couplings.forEach(in: position) { own[names[$0]] = $1 }
        rows.forEach(in: spin) { whole[$0] = $1 }
        #expect(own == whole)
      }
    }

    @Test func runsAndTheirOwners() {
      for spins in [1, 7, 64, 1000] {
        for ranks in 1...min(spins, 9) {
          let owners = (0..<ranks).flatMap { rank in
            SpinOwners.run(of: rank, ranks: ranks, spins: spins).map { (spin: $0, rank: rank) }
          }
          #expect(owners.map(\.spin) == Array(0..<spins))
          #expect(owners.allSatisfy { SpinOwners.owner(of: $0.spin, ranks: ranks, spins: spins) == $0.rank })
        }
      }
    }
  }
}

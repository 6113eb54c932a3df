import Foundation
import Ising
import Kernels
import MPI
import Machines
import TestTools
import Testing

@testable import Solving

/// Suites that use MPI. They run one after another in the same order on all ranks, and only under `mpirun`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["PMI_RANK"] != nil, "needs mpirun")) struct AcrossRanks {
  /// MPI starts with the first test that asks for it, and ends with the process.
  static let environment = Result { try Environment.initialize(finalizesAtExit: true) }

  /// A search over ranks finds what one rank finds.
  @Suite struct SearchTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.environment.get().world
    }

    /// A closed chain of vertices with chords: its greatest cut is not known beforehand, and many states have it.
    private func graph(vertices: Int, density: Double, isWhole: Bool = true, seed: UInt64 = 2) throws -> WeightedGraph {
      var random = Philox(seed: seed, stream: 9).sequence()
      var (sources, targets, weights): ([Int32], [Int32], [Double]) = ([], [], [])
      for i in 0..<vertices {
        for j in 0..<i where j == i - 1 || Double(random.uniform()) < density {
          sources.append(Int32(i))
          targets.append(Int32(j))
          weights.append(isWhole ? Double(random.nextWord() % 5) + 1 : Double(random.uniform() * 2 - 1))
        }
      }
      return try WeightedGraph(vertexCount: vertices, sources: sources, targets: targets, weights: weights)
    }

    @Test(arguments: Spread.allCases) func maxCutIsThatOfOneRank(_ spread: Spread) throws {
      let cut = try MaxCut(graph(vertices: 30, density: 0.1))
      for kind in [MachineKind.anneal, .coherentIsing, .discreteBifurcation] {
        var settings = SolverSettings()
        (settings.machine, settings.reads, settings.steps, settings.seed) = (kind, 11, 10, 5)
        settings.spread = spread
        let one = try Solver(cut.problem, settings).run()
        let all = try Solver(cut.problem, settings).run(over: world)
        #expect(all.energy == one.energy && all.ranks == world.size && all.machine == kind && !all.wasStopped)
        #expect(all.spinUpdates == one.spinUpdates || spread == .replicas)
        guard world.rank == 0 || spread == .spins else { continue }
        #expect(all.samples.samples == one.samples.samples, "\(kind.rawValue), \(spread.rawValue)")
        #expect(all.samples.readCount == 11)
        let best = try #require(all.samples.best)
        #expect(try "\(cut.measure(of: best.spins))" == SearchTrace.text(cut.measure(atEnergy: best.energy)))
      }
    }

    /// What the command line calls: a question in, an answer out.
    @Test func anAnswerIsThatOfOneRank() throws {
      let cut = try MaxCut(graph(vertices: 40, density: 0.1))
      var settings = SolverSettings()
      (settings.machine, settings.reads, settings.steps) = (.anneal, 8, 50)
      let search = try SpinSearch(SpinQuestion(cut, kind: .maxCut, file: "chain"), settings)
      var found: [SearchTrace.Point] = []
      let all = try search.run(over: world, progress: { found.append($0) })
      #expect(all.trace.points == found && !found.isEmpty)
      let one = try search.run()
      guard world.rank == 0 else { return }
      #expect(all.best == one.best && "\(all.measure)" == "\(one.measure)" && all.samples.samples == one.samples.samples)
      #expect(all.text(samples: 0).hasSuffix("cut \(one.measure)"))
    }

    @Test func communitiesAreThoseOfOneRank() throws {
      let graph = try CommunityGraph(graph(vertices: 30, density: 0.15))
      let question = CommunityQuestion(graph: graph, detection: try CommunityDetection(graph), groundTruth: nil, file: "chain")
      var settings = SolverSettings()
      (settings.reads, settings.steps) = (5, 40)
      let search = CommunitySearch(question, settings)
      let (one, all) = (try search.run(), try search.run(over: world))
      #expect(all.communities == one.communities && all.modularity == one.modularity && all.ranks == world.size)
    }

    /// A target that one rank reaches ends the search of all, and so does a wish of one to stop.
    @Test(.timeLimit(.minutes(2)), arguments: Spread.allCases) func allRanksEndTogether(_ spread: Spread) throws {
      let cut = try MaxCut(graph(vertices: 20, density: 0.1))
      var settings = SolverSettings()
      (settings.machine, settings.reads, settings.steps, settings.spread) = (.anneal, 4, 10, spread)
      let lowest = try Solver(cut.problem, settings).run(over: world).energy
      (settings.reads, settings.time, settings.targetEnergy) = (nil, .seconds(3600), lowest)
      let reached = try Solver(cut.problem, settings).run(over: world)
      #expect(reached.energy <= lowest && !reached.wasStopped)
      settings.targetEnergy = nil
      var looks = 0
      let stopped = try Solver(cut.problem, settings).run(
        over: world,
        shouldStop: {
          looks += 1
          return world.rank == world.size - 1 && looks > 3
        })
      #expect(stopped.wasStopped)
    }

    @Test func trialsChooseOneMachineForAllRanks() throws {
      let cut = try MaxCut(graph(vertices: 30, density: 0.2))
      var settings = SolverSettings()
      (settings.choosesMachine, settings.time) = (true, .milliseconds(500))
      let solution = try Solver(cut.problem, settings).run(over: world)
      let machine = Array(solution.machine.rawValue.utf8)
      #expect(try world.allgatherVarying(machine).allSatisfy { $0 == machine })
      #expect(solution.settings.machine == solution.machine && solution.seconds >= 0.45)
    }

    /// Whole searches with the spins over the ranks, of every machine.
    @Test(arguments: casesTaken(MachineKind.machines(for: .solving)), [0.08, 0.6])
    func searches(_ kind: MachineKind, _ density: Double) throws {
      let drawn = try graph(vertices: 70, density: density, isWhole: false)
      let problem = try IsingProblem(graph: drawn, fields: (0..<70).map { Double($0 % 7) / 7 - 0.5 })
      var settings = SolverSettings()
      (settings.machine, settings.reads, settings.steps) = (kind, 2, 25)
      if kind == .reverseAnneal { settings.initial = (0..<70).map { $0 % 2 == 0 ? 1 : -1 } }
      let one = try Solver(problem, settings).run()
      settings.spread = .spins
      let all = try Solver(problem, settings).run(over: world)
      #expect(all.samples.samples == one.samples.samples, "\(kind.rawValue)")
    }
  }
}

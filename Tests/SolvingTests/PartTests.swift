import Kernels
import MPI
import Machines
import Testing

@testable import Ising
@testable import Solving

extension AcrossRanks {
  /// Problems that no rank has whole: what ranks know of them, and find in them, has the bits of the whole problem's.
  @Suite struct PartTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.environment.get().world
    }

    private func drawn(_ name: String) throws -> (whole: IsingProblem, shared: SharedProblem) {
      let drawn = try #require(try DrawnProblem(named: name))
      let rows = try drawn.rows(drawn.spins(of: world.rank, ranks: world.size))
      return (try drawn.problem(), try SharedProblem(rows, over: world))
    }

    /// This rank's rows of a chain with chords; its spins have different numbers of neighbours.
    private func chain(_ count: Int, _ coupling: (Int) -> Double) throws -> (whole: IsingProblem, shared: SharedProblem) {
      let chords = stride(from: 0, to: count - 5, by: 4).map { ($0, $0 + 5) }
      let edges = (1..<count).map { ($0 - 1, $0) } + chords
      let whole = try IsingProblem(
        graph: WeightedGraph(
          vertexCount: count, sources: edges.map { Int32($0.0) }, targets: edges.map { Int32($0.1) },
          weights: edges.indices.map(coupling)))
      let own = world.rank * count / world.size..<(world.rank + 1) * count / world.size
      let entries = whole.rowStarts[own.lowerBound]..<whole.rowStarts[own.upperBound]
      let rows = ListedRows<Double>(
        spinCount: count, own: own,
        starts: whole.rowStarts[own.lowerBound...own.upperBound].map { $0 - entries.lowerBound },
        neighbours: Array(whole.neighbours[entries]), values: Array(whole.couplings[entries]))
      return (whole, try SharedProblem(rows, over: world))
    }

    private func compare(_ whole: IsingProblem, _ shared: SharedProblem) throws {
      #expect(shared.spinCount == whole.spinCount && shared.couplingCount == whole.couplingCount)
      #expect(shared.isInteger == whole.isInteger && shared.hasCouplingsOfOneSize == whole.hasCouplingsOfOneSize)
      #expect(shared.density == whole.density && shared.rootMeanSquareField == whole.rootMeanSquareField)
      for run in 0..<3 {
        let spins = RandomSpins(seed: 4).state(run: run, count: whole.spinCount)
        #expect(try shared.energy(of: spins) == whole.energy(of: spins))
        #expect(try shared.total(of: spins) == EnergyMinimum(whole).measure(of: spins))
      }
    }

    @Test(arguments: ["dense:70:3", "dense:300", "sk:45:1", "torus:5x7:2", "planted:4x8:0.9", "planted:3x4x5:0.8:2"])
    func sumsOfDrawnProblems(_ name: String) throws {
      let (whole, shared) = try drawn(name)
      try compare(whole, shared)
    }

    /// Numbers whose sums depend on their order, and numbers whose squares have no place in double precision.
    @Test(arguments: [1, 1e-200, 1e200]) func sumsOfRealNumbers(_ size: Double) throws {
      let (whole, shared) = try chain(40) { size * (Double($0 % 7) / 7 - 0.3) }
      try compare(whole, shared)
    }

    @Test func energiesThatLeave64Bits() throws {
      let (whole, shared) = try chain(1200) { _ in 0x1p53 }
      let spins = [Int8](repeating: 1, count: 1200)
      #expect(throws: ProblemError.self) { try whole.energy(of: spins) }
      #expect(throws: ProblemError.self) { try shared.energy(of: spins) }
    }

    private func search(_ problem: any SearchedProblem, _ settings: SolverSettings) throws -> Solution {
      try JointSearch(
        problem: problem, settings: settings, spread: SpreadChoice(.spins, because: "parts"),
        world: problem is SharedProblem ? world : nil
      ).run(known: nil, shouldStop: { false }, progress: { _ in })
    }

    @Test(
      arguments: [MachineKind.anneal, .gibbs, .coherentIsing, .discreteBifurcation],
      ["torus:6x9:3", "planted:3x4x5:0.8", "dense:300"])
    func searches(_ kind: MachineKind, _ name: String) throws {
      guard !kind.isSequential || name != "dense:300" else { return }
      let (whole, shared) = try drawn(name)
      var settings = SolverSettings()
      (settings.machine, settings.reads, settings.steps) = (kind, 3, 20)
      #expect(try search(shared, settings).samples.samples == search(whole, settings).samples.samples)
    }

    /// Spins of different numbers of neighbours are coloured in another order than that of their numbers.
    @Test(arguments: [MachineKind.anneal, .ballisticBifurcation], [true, false])
    func searchesOfGraphs(_ kind: MachineKind, _ isWhole: Bool) throws {
      let (whole, shared) = try chain(60) { isWhole ? Double($0 % 5 - 2) : Double($0 % 7) / 7 - 0.3 }
      var settings = SolverSettings()
      (settings.machine, settings.reads, settings.steps) = (kind, 3, 20)
      #expect(try search(shared, settings).samples.samples == search(whole, settings).samples.samples)
    }

    @Test func samplersOfDenseProblemsAreRefused() throws {
      let (_, shared) = try drawn("dense:70")
      var settings = SolverSettings()
      (settings.machine, settings.reads) = (.anneal, 1)
      #expect(throws: SolverError.self) { try search(shared, settings) }
    }

    @Test func timeEndsASearch() throws {
      let (_, shared) = try drawn("torus:20x20")
      var settings = SolverSettings()
      settings.time = .milliseconds(200)
      #expect(try search(shared, settings).energy < -450)
    }
  }
}

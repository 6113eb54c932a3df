import Kernels
import MPI
import Parallel
import Testing

@testable import Ising
@testable import Sampling

extension AcrossRanks {
  /// Problems of which each rank has the rows of some spins: samples have the bits of the whole problem's.
  @Suite struct PartTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.environment.get().world
    }

    private func drawn(_ name: String, over group: Communicator) throws -> (whole: IsingProblem, part: SampledPart) {
      let drawn = try #require(try DrawnProblem(named: name))
      let rows = try drawn.rows(SpinOwners.run(of: group.rank, ranks: group.size, spins: drawn.spinCount))
      return (try drawn.problem(), try SampledPart(SharedProblem(rows, over: group)))
    }

    /// This rank's rows of a chain with chords; its spins have different numbers of neighbours, and some couplings are zero.
    private func chain(_ count: Int, _ coupling: (Int) -> Double) throws -> (whole: IsingProblem, part: SampledPart) {
      let chords = stride(from: 0, to: count - 5, by: 4).map { ($0, $0 + 5) }
      let edges = (1..<count).map { ($0 - 1, $0) } + chords
      let whole = try IsingProblem(
        graph: WeightedGraph(
          vertexCount: count, sources: edges.map { Int32($0.0) }, targets: edges.map { Int32($0.1) },
          weights: edges.indices.map(coupling)))
      let own = SpinOwners.run(of: world.rank, ranks: world.size, spins: count)
      let entries = whole.rowStarts[own.lowerBound]..<whole.rowStarts[own.upperBound]
      let rows = ListedRows<Double>(
        spinCount: count, own: own,
        starts: whole.rowStarts[own.lowerBound...own.upperBound].map { $0 - entries.lowerBound },
        neighbours: Array(whole.neighbours[entries]), values: Array(whole.couplings[entries]))
      return (whole, try SampledPart(SharedProblem(rows, over: world)))
    }

    private func expectSame(_ whole: IsingProblem, _ part: SampledPart, _ settings: SamplerSettings) throws {
      let found = try Sampler(part, settings).run(over: world)
      var alone = settings
      alone.spread = .automatic
      let one = try sampled(whole, alone)
      #expect(found.isConverged == one.verdict.isConverged)
      guard let result = found.result else { return #expect(world.rank > 0) }
      #expect(result.kernel == one.kernel && result.ranks == world.size && result.grid.spin == part.ranks)
      #expect(result.temperatures.map(\.temperature) == one.temperatures.map(\.temperature))
      #expect(result.temperatures.map(\.energy) == one.temperatures.map(\.energy))
      #expect(result.temperatures.map(\.absMagnetisation) == one.temperatures.map(\.absMagnetisation))
      #expect(result.temperatures.map(\.overlapSquare) == one.temperatures.map(\.overlapSquare))
      #expect(result.temperatures.map(\.linkOverlap) == one.temperatures.map(\.linkOverlap))
      #expect(
        result.temperatures.map(\.effectiveInverseTemperature) == one.temperatures.map(\.effectiveInverseTemperature))
      #expect(result.temperatures.map(\.logZ) == one.temperatures.map(\.logZ))
      #expect(result.temperatures.map(\.family) == one.temperatures.map(\.family))
      #expect(result.ladderHistory == one.ladderHistory && result.tempering == one.tempering)
      #expect(result.samples.kept == one.samples.kept && result.spinUpdates == one.spinUpdates)
    }

    private func settings(_ spread: SamplingSpread = .spins) -> SamplerSettings {
      var settings = SamplerSettings(temperatures: .range(from: 0.6, to: 4, count: 5))
      (settings.chains, settings.rounds, settings.seed, settings.samples) = (17, 4, 3, 34)
      (settings.freeEnergy, settings.spread) = (true, spread)
      return settings
    }

    @Test(arguments: ["torus:6x7:2", "planted:3x4x5:0.8", "dense:13:3", "dense:40", "sk:17:1"])
    func drawnProblems(_ name: String) throws {
      let (whole, part) = try drawn(name, over: world)
      #expect(part.spinCount == whole.spinCount && part.couplingCount == whole.couplingCount)
      #expect(part.rootMeanSquareField == whole.rootMeanSquareField)
      #expect(part.replicaCouplings.bounds == whole.replicaCouplings.bounds)
      try expectSame(whole, part, settings())
    }

    /// Replicas enough for couplings of one size to be counted, on lists of 24 and more neighbours.
    @Test func countedLinks() throws {
      let (whole, part) = try drawn("dense:40", over: world)
      var settings = settings()
      (settings.chains, settings.rounds, settings.samples) = (60, 2, 0)
      try expectSame(whole, part, settings)
    }

    /// Couplings of few units, of many, of none, and real ones.
    @Test(arguments: [3, 41, 0, 7]) func graphs(_ kind: Int) throws {
      let (whole, part) = try chain(60) { kind == 7 ? Double($0 % 7) / 7 - 0.3 : kind == 0 ? 0 : Double($0 % kind - kind / 2) }
      #expect((CodedCouplings(whole.replicaCouplings) == nil) == (part.coded == nil))
      try expectSame(whole, part, settings())
    }

    @Test func blocksOfChains() throws {
      for parts in [2, 3, 4] where world.size % parts == 0 && world.size > parts {
        let spread = SamplingSpread.grid(chains: world.size / parts, spins: parts)
        let grid = try ProcessGrid(GridShape(data: world.size / parts, spin: parts), over: world)
        for name in ["torus:6x7:2", "sk:9:1"] {
          let (whole, part) = try drawn(name, over: grid.spin)
          try expectSame(whole, part, settings(spread))
        }
      }
    }

    /// Spins that are held, a state to begin with, and temperatures in units of the field.
    @Test func heldSpins() throws {
      let (whole, part) = try drawn("torus:6x7:2", over: world)
      var settings = settings()
      (settings.fixed, settings.temperatureUnit) = ([4: -1, 17: 1, 18: 1], .field)
      settings.start = .state((0..<42).map { $0 % 3 == 0 ? -1 : 1 })
      try expectSame(whole, part, settings)
    }

    @Test func amplitudes() throws {
      for name in ["torus:4x5:2", "sk:9:1"] {
        let (whole, part) = try drawn(name, over: world)
        var settings = settings()
        (settings.spins, settings.chains, settings.samples) = (.box(stiffness: 0.5), 5, 10)
        try expectSame(whole, part, settings)
      }
    }

    @Test func populations() throws {
      let (whole, part) = try drawn("torus:6x6:0", over: world)
      var settings = SamplerSettings(temperatures: .list([1, 2]))
      (settings.method, settings.population, settings.chains, settings.samples) = (.population, 40, 17, 40)
      settings.spread = .spins
      try expectSame(whole, part, settings)
    }

    /// A short run before says how many temperatures there are.
    @Test func automaticLadder() throws {
      let (whole, part) = try drawn("torus:6x6:0", over: world)
      var settings = SamplerSettings(temperatures: .between(0.5, 3))
      (settings.chains, settings.rounds) = (4, 3)
      try expectSame(whole, part, settings)
    }

    /// What needs all spins on one rank.
    @Test func whatPartsCannotDo() throws {
      let (_, part) = try drawn("torus:6x6:0", over: world)
      var settings = settings()
      settings.marginals = true
      #expect(throws: SamplerError.self) { try Sampler(part, settings) }
      #expect(try SamplingUse(settings, isKept: false).sharers(in: world) == nil)
      (settings.marginals, settings.moves, settings.chains) = (false, [.icm], 4)
      #expect(throws: SamplerError.self) { try Sampler(part, settings) }
      #expect(try SamplingUse(settings, isKept: false).sharers(in: world) == nil)
      settings.moves = []
      #expect(try SamplingUse(settings, isKept: true).sharers(in: world) == nil)
      #expect(try SamplingUse(settings, isKept: false).sharers(in: world) == world)
      settings.spread = .replicas
      #expect(try SamplingUse(settings, isKept: false).sharers(in: world) == nil)
    }
  }
}

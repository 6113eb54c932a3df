import Foundation
import Ising
import Kernels
import Machines
import TestTools
import Testing

@testable import Solving

/// Small problems whose ground state is known by enumeration.
struct SmallProblem {
  let problem: IsingProblem
  let groundEnergy: Double

  init(spins: Int, density: Double, hasFields: Bool, isInteger: Bool = true, factor: Double = 1, seed: UInt64) throws {
    var random = Philox(seed: seed, stream: 40).sequence()
    func value() -> Double { factor * (isInteger ? Double(Int(random.nextWord() % 7) - 3) : Double(random.uniform() * 2 - 1)) }
    var sources: [Int32] = []
    var targets: [Int32] = []
    var weights: [Double] = []
    for i in 0..<spins {
      for j in 0..<i where Double(random.uniform()) < density {
        sources.append(Int32(i))
        targets.append(Int32(j))
        weights.append(value())
      }
    }
    let graph = try WeightedGraph(vertexCount: spins, sources: sources, targets: targets, weights: weights)
    let problem = try IsingProblem(
      graph: graph, fields: (0..<spins).map { _ in hasFields ? value() : 0 }, offset: isInteger ? 5 : 0.5)
    self.problem = problem
    groundEnergy = try (0..<1 << spins).reduce(Double.infinity) { lowest, number in
      min(lowest, try problem.energy(of: (0..<spins).map { number >> $0 & 1 == 1 ? 1 : -1 }))
    }
  }
}

@Suite struct SolverTests {
  @Test(arguments: MachineKind.machines(for: .solving)) func everyMachineFindsGroundStates(_ kind: MachineKind) throws {
    for (density, hasFields) in [(1.0, false), (0.3, false), (0.3, true)] {
      let small = try SmallProblem(spins: 12, density: density, hasFields: hasFields, seed: 3)
      var settings = SolverSettings()
      settings.machine = kind
      settings.reads = 24
      settings.steps = kind.isSequential ? 200 : 1500
      settings.initial = kind == .reverseAnneal ? [Int8](repeating: 1, count: 12) : nil
      if kind == .reverseAnneal { settings.course = .points([0.05, 1, 0.05]) }
      if kind.isSequential { settings.keep = .best }
      let solution = try Solver(small.problem, settings).run()
      #expect(solution.samples.best?.energy == small.groundEnergy, "\(kind.rawValue), density \(density), fields \(hasFields)")
      #expect(solution.machine == kind && solution.spinUpdates > 0)
      for sample in solution.samples.samples { #expect(try small.problem.energy(of: sample.spins) == sample.energy) }
    }
  }

  @Test func readsAreThoseOfTheirSharesOnAnyNumberOfRanks() throws {
    let small = try SmallProblem(spins: 14, density: 0.4, hasFields: false, seed: 5)
    for kind in [MachineKind.anneal, .gibbs, .coherentIsing, .discreteBifurcation] {
      var settings = SolverSettings()
      settings.machine = kind
      settings.reads = 11
      settings.steps = 5
      let whole = try Solver(small.problem, settings).run().samples
      for count in 1...8 {
        let parts = try (0..<count).flatMap { place in
          try RankSearch(problem: small.problem, settings: settings, share: ReadShare(place: place, of: count)).run().samples
            .samples
        }
        for sample in whole.samples where !parts.contains(where: { $0.spins == sample.spins }) {
          Issue.record("\(kind.rawValue), \(count) shares: a state is missing")
        }
      }
    }
  }

  /// A read of `gibbs` is a sample: the frequencies of states are those of the temperature, also where better ones were passed.
  @Test func readsOfGibbsAreSamples() throws {
    let graph = try WeightedGraph(vertexCount: 2, sources: [0], targets: [1], weights: [1])
    let problem = try IsingProblem(graph: graph)
    var settings = SolverSettings()
    (settings.machine, settings.reads, settings.steps, settings.course) = (.gibbs, 2000, 20, .constant(1))
    func shareOfEqual() throws -> Double {
      let samples = try Solver(problem, settings).run().samples
      #expect(samples.readCount == 2000)
      return Double(samples.samples.filter { $0.energy < 0 }.reduce(0) { $0 + $1.occurrences }) / 2000
    }
    // The field's root mean square is 1.
    let exact = 1 / (1 + exp(-2.0))
    expectClose(try shareOfEqual(), exact, absolute: 4 * (exact * (1 - exact) / 2000).squareRoot())
    settings.keep = .best
    #expect(try shareOfEqual() == 1)
    settings.machine = .coherentIsing
    #expect(throws: SolverError.self) { try Solver(problem, settings) }
  }

  @Test func oneSeedGivesOneResult() throws {
    let small = try SmallProblem(spins: 14, density: 0.6, hasFields: true, seed: 6)
    for kind in MachineKind.machines(for: .solving) where kind != .reverseAnneal {
      var settings = SolverSettings()
      settings.machine = kind
      (settings.reads, settings.steps, settings.seed) = (3, 30, 8)
      let samples = try Solver(small.problem, settings).run().samples.samples
      #expect(try Solver(small.problem, settings).run().samples.samples == samples, "\(kind.rawValue)")
    }
  }

  /// Without a number of reads a time limit is used by a population of anneals.
  @Test func aTargetEndsTheSearch() throws {
    let small = try SmallProblem(spins: 12, density: 0.5, hasFields: true, seed: 7)
    var settings = SolverSettings()
    settings.time = .seconds(60)
    settings.targetEnergy = small.groundEnergy
    var found: [SearchProgress] = []
    let solution = try Solver(small.problem, settings).run(progress: { found.append($0) })
    #expect(solution.samples.best?.energy == small.groundEnergy)
    #expect(found.last?.energy == small.groundEnergy && !solution.wasStopped)
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.energy > $1.energy && $0.seconds <= $1.seconds })
  }

  @Test func anAutomaticChoiceFindsGroundStates() throws {
    let small = try SmallProblem(spins: 12, density: 0.5, hasFields: true, seed: 11)
    var settings = SolverSettings()
    (settings.choosesMachine, settings.time) = (true, .seconds(1))
    let solution = try Solver(small.problem, settings).run()
    #expect(solution.samples.best?.energy == small.groundEnergy)
    #expect(solution.seconds >= 0.9)
    settings.time = nil
    #expect(throws: SolverError.self) { try Solver(small.problem, settings) }
    (settings.time, settings.machine) = (.seconds(1), .gibbs)
    #expect(throws: SolverError.self) { try Solver(small.problem, settings) }
  }

  @Test(arguments: [MachineKind.anneal, .ballisticBifurcation]) func aTimeOfZeroGivesAState(_ kind: MachineKind) throws {
    let small = try SmallProblem(spins: 12, density: 0.5, hasFields: true, seed: 7)
    var settings = SolverSettings()
    settings.machine = kind
    settings.time = .zero
    let best = try #require(try Solver(small.problem, settings).run().samples.best)
    #expect(try small.problem.energy(of: best.spins) == best.energy)
  }

  @Test(arguments: [MachineKind.anneal, .gibbs, .discreteBifurcation]) func aStopEndsTheSearchWithItsBest(_ kind: MachineKind)
    throws
  {
    let small = try SmallProblem(spins: 12, density: 0.5, hasFields: false, seed: 9)
    var settings = SolverSettings()
    settings.machine = kind
    settings.time = .seconds(3600)
    var asked = 0
    let solution = try Solver(small.problem, settings).run(shouldStop: {
      asked += 1
      return asked > 50
    })
    #expect(solution.wasStopped && solution.samples.best != nil)
  }

  /// Weights far beyond single precision, and far below 1.
  @Test(arguments: [1e-30, 1e30, 12_345_678_901]) func weightsOfAnySize(_ factor: Double) throws {
    for density in [0.3, 1.0] {
      let small = try SmallProblem(spins: 12, density: density, hasFields: true, isInteger: false, factor: factor, seed: 2)
      var settings = SolverSettings()
      (settings.reads, settings.steps) = (20, 200)
      let best = try #require(try Solver(small.problem, settings).run().samples.best)
      expectClose(best.energy, small.groundEnergy, relative: 1e-6)
    }
  }

  @Test func oneSpinAndNoCouplings() throws {
    let graph = try WeightedGraph(vertexCount: 1, sources: [], targets: [], weights: [])
    let problem = try IsingProblem(graph: graph, fields: [-2])
    for kind in MachineKind.machines(for: .solving) where kind != .reverseAnneal {
      var settings = SolverSettings()
      settings.machine = kind
      settings.reads = 4
      settings.steps = 200
      #expect(try Solver(problem, settings).run().samples.best?.spins == [-1], "\(kind.rawValue)")
    }
  }

  @Test func badSettingsAreRefused() throws {
    let problem = try SmallProblem(spins: 4, density: 1, hasFields: false, seed: 1).problem
    func message(_ change: (inout SolverSettings) -> Void) -> String {
      var settings = SolverSettings()
      change(&settings)
      do {
        _ = try Solver(problem, settings)
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(message { $0.reads = 0 } == "reads is 0, expected 1 or more")
    #expect(message { $0.steps = -3 } == "steps is -3, expected 0 or more")
    #expect(message { $0.time = .seconds(-1) } == "time is -1.0 seconds, expected 0 or more")
    #expect(message { $0.targetEnergy = .nan } == "the target is not a number")
    #expect(message { $0.scale = 0 } == "scale is 0.0, expected a positive number")
    #expect(message { $0.stateBits = 1 } == "1 bits a state, expected 2 to 20")
    #expect(message { $0.initial = [1, 1] } == "an initial state of 2 spins for 4")
    #expect(message { $0.initial = [1, 1, 0, 1] } == "spin 2 of the initial state is 0, expected -1 or 1")
    #expect(message { $0.course = .geometric(from: 1, to: 0) }.hasPrefix("a geometric schedule from 1.0 to 0.0"))
    #expect(message { $0.course = .points([]) }.hasPrefix("a schedule of []"))
    #expect(message { ($0.machine, $0.reads) = (.reverseAnneal, 2) }.hasPrefix("reverse-anneal needs an initial state"))
  }
}

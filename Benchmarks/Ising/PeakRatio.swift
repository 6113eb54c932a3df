import ArgumentParser
import Foundation
import Ising
import Kernels
import Machines

/// Steps of simulated bifurcation with all spins coupled, against what the core's arithmetic and memory allow.
struct PeakRatio: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peak", abstract: "Dense ballistic steps against the core's peaks, measured in the same run.",
    discussion: """
      A ballistic step multiplies N × N couplings with the replicas: 2 N² R operations, and N² numbers that have to come from \
      wherever they lie. The bound is the longer of the two times, by the multiply-adds that the core does without memory, and by \
      the speed at which it reads as many numbers. Discrete steps are products of bits, and are told beside them. Best of several \
      rounds, processor time.
      """)

  @Option(help: "Spins.") var spins = 2000
  @Option(help: "Replicas.") var replicas = 32
  @Option(help: "Steps per round.") var steps = 50
  @Option(help: "Rounds, of which the best counts.") var rounds = 5

  func validate() throws {
    for (name, value) in [("spins", spins), ("replicas", replicas), ("steps", steps), ("rounds", rounds)] where value < 1 {
      throw ValidationError("--\(name) is \(value), expected 1 or more")
    }
  }

  func run() throws {
    let problem = try SyntheticProblem.dense(spins: spins).problem(seed: 1)
    let couplings = SparseCouplings(
      rowStarts: problem.rowStarts, neighbours: problem.neighbours, couplings: problem.couplings.map { Float($0) })
    let system = SpinSystem(
      DenseField(couplings, replicas: replicas), fieldScale: Float(problem.rootMeanSquareField), seed: 1)
    let peak = InstructionSet.current.measuredPeak()
    let numbers = AlignedBuffer<Float>(count: (spins * spins + 63) / 64 * 64)
    let reading = best { _ = numbers.sum() }
    let (operations, products) = (2 * Double(spins) * Double(spins) * Double(replicas), Double(spins) * Double(replicas))
    let arithmetic = operations / peak
    print("kernels \(InstructionSet.current.name), \(spins) spins, \(replicas) replicas")
    print(String(format: "peak %.1f GFLOP/s, reads %.1f GB/s", peak / 1e9, 4 * Double(numbers.count) / reading / 1e9))
    let ballistic = try step(SimulatedBifurcation(system, settings: .init(.ballistic)))
    let bound = max(arithmetic, reading)
    print(
      String(
        format: "ballistic: %.3f ms a step, %.1f GFLOP/s, %.0f million spin updates/s", 1e3 * ballistic,
        operations / ballistic / 1e9,
        products / ballistic / 1e6))
    print(
      String(
        format: "  bound by %@ (%.3f ms): ratio to the bound %.2f", arithmetic > reading ? "arithmetic" : "memory", 1e3 * bound,
        bound / ballistic))
    let discrete = try step(SimulatedBifurcation(system, settings: .init(.discrete)))
    print(
      String(
        format: "discrete: %.3f ms a step, %.0f million spin updates/s, %.1f times as fast", 1e3 * discrete,
        products / discrete / 1e6, ballistic / discrete))
  }

  /// Seconds of a machine's step.
  private func step(_ machine: SimulatedBifurcation) throws -> Double {
    machine.start()
    try machine.step(MachineTime(0, of: steps))
    return try best {
      for step in 0..<steps { try machine.step(MachineTime(step, of: steps)) }
    } / Double(steps)
  }

  /// The shortest of several times, in seconds of the processor.
  private func best(_ work: () throws -> Void) rethrows -> Double {
    try (0..<rounds).reduce(Double.infinity) { shortest, _ in
      let start = processorSeconds()
      try work()
      return min(shortest, processorSeconds() - start)
    }
  }

  private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}

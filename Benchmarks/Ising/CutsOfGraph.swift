import ArgumentParser
import Foundation
import Ising
import Machines
import Solving

/// Cuts of one graph after a time of one core, and the time to a cut.
struct CutsOfGraph: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cuts", abstract: "One machine on a Max-Cut problem: one line per seed, and the median.",
    discussion: "Seconds are those of the processor, so that other programs on the machine matter little.")

  @Argument(help: "A graph, in any form that `equilibria solve` reads.") var file: String
  @Option(
    help: "One of \(MachineKind.machines(for: .solving).map(\.rawValue).joined(separator: ", ")); by default what `solve` takes.")
  var machine: String?
  @Option(help: "Seconds of processor time per run.") var time = 10.0
  @Option(help: "Runs.") var seeds = 5
  @Option(help: "The first run's seed.") var firstSeed: UInt64 = 1
  @Option(help: "Reads of each run.") var reads: Int?
  @Option(help: "Steps or sweeps of each read.") var steps: Int?
  @Option(help: "A multiplier of the machine's coupling strength or temperatures.") var scale = 1.0
  @Option(help: "Stop at this cut, and report the time to solution with its confidence interval.") var target: Double?

  func validate() throws {
    guard seeds > 0 else { throw ValidationError("--seeds is \(seeds), expected 1 or more") }
    guard machine.map({ MachineKind(rawValue: $0) != nil }) ?? true else {
      throw ValidationError("no machine is called \(machine!)")
    }
  }

  func run() throws {
    let problem = try MaxCut(try ProblemFile.read(file).graph)
    var settings = SolverSettings()
    settings.machine = machine.flatMap(MachineKind.init(rawValue:))
    guard time >= 0, time < 1e9 else { throw ValidationError("--time \(time): expected seconds, 0 or more") }
    settings.time = .seconds(time)
    settings.clock = .processor
    settings.reads = reads
    settings.steps = steps
    settings.scale = scale
    settings.targetEnergy = target.map(problem.energy(atMeasure:))
    var runs: [BenchmarkRun] = []
    for seed in firstSeed..<firstSeed + UInt64(seeds) {
      settings.seed = seed
      let run = try BenchmarkRun(problem, settings)
      print(run.line)
      fflush(nil)
      runs.append(run)
    }
    let cuts = runs.map(\.cut).sorted()
    print("median \(text(cuts[cuts.count / 2])), best \(text(cuts.last!)), worst \(text(cuts.first!))")
    if let target {
      print(TimeToSolution(times: runs.map(\.secondsToBest), solved: runs.map { $0.cut >= target }, limit: time).text)
    }
  }
}

import Foundation
import Host
import Ising
import MPI
import Parallel

extension Sampler {
  /// Population annealing on the ranks of a grid. Collective.
  func runPopulations(
    _ home: ReplicaHome, rates: [Double], populations: Int, over grid: ProcessGrid?, shouldStop: () -> Bool,
    progress: (Progress) -> Void
  ) throws -> Outcome {
    let began = Profile.now
    let run = try makeRun(home, rates: rates, populations: populations, over: grid)
    while true {
      progress(Progress(sweeps: run.sweeps, ofSweeps: nil, round: min(run.passed, rates.count - 1), rounds: rates.count))
      var states = [shouldStop() ? 1 : 0, run.isFinished ? 0 : 1]
      if let grid { try grid.world.allreduce(&states, .max) }
      if states[0] != 0 { return Outcome(result: nil, wasStopped: true, isConverged: false) }
      if states[1] == 0 { break }
      try run.advance()
    }
    let record = try run.record.gathered(over: grid)
    let samples = try run.samples.gathered(over: grid)
    let seconds = try grid?.world.allreduce(Profile.now - began, .max) ?? Profile.now - began
    var result: SamplingResult?
    if let record, let samples {
      result = SamplingResult(
        problem, settings, record, rates: rates, samples: samples, sweeps: run.sweeps, kernel: home.kernelName,
        grid: grid?.shape ?? GridShape(data: 1, spin: 1), seconds: seconds)
    }
    let converged = result?.verdict.isConverged == true ? 1 : 0
    return Outcome(
      result: result, wasStopped: false, isConverged: try grid?.world.broadcast(converged, root: 0) ?? converged == 1)
  }

  private func makeRun(_ home: ReplicaHome, rates: [Double], populations: Int, over grid: ProcessGrid?) throws -> PopulationRun {
    let blocks = (populations + 1) / 2
    let (place, parts) = (grid?.data.rank ?? 0, grid?.data.size ?? 1)
    let (first, last) = (place * blocks / parts, (place + 1) * blocks / parts)
    let share = 2 * first..<min(2 * last, populations)
    let draws = min((settings.samples + populations - 1) / populations, settings.population)
    let kept = Double(draws * rates.count * populations) * (Double(problem.spinCount) / 8 + 8)
    try home.checkMemory(
      replicas: share.count * settings.population, sharedBy: grid?.spin.size ?? 1, record: 2 * kept,
      processes: grid?.world.size ?? 1)
    let (kernel, firstLane) = try home.kernel(
      chains: share, temperatures: settings.population, seed: settings.seed, over: grid?.spin)
    return try PopulationRun(
      problem, settings, kernel: kernel, firstLane: firstLane, rates: rates, populations: share, draws: draws, over: grid)
  }
}

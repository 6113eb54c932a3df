import Foundation
import Host
import Ising
import MPI
import Parallel

extension Sampler {
  /// Population annealing on the ranks of a grid. Collective.
  func runPopulations(
    _ home: ReplicaHome, inverseTemperatures: [Double], populations: Int, over grid: ProcessGrid?, store: SamplingStore?,
    shouldStop: () -> Bool, progress: (Progress) -> Void
  ) throws -> Outcome {
    let began = Profile.now
    let run = try makeRun(home, inverseTemperatures: inverseTemperatures, populations: populations, over: grid)
    let before = try store.map { try run.restore(from: $0, populations: populations) } ?? 0
    func seconds() -> Double { before + Profile.now - began }
    while true {
      progress(
        Progress(
          sweeps: run.sweeps, ofSweeps: nil, round: min(run.passed, inverseTemperatures.count - 1),
          rounds: inverseTemperatures.count))
      var states = [shouldStop() ? 1 : 0, run.isFinished ? 0 : 1]
      if let grid { try grid.world.allreduce(&states, .max) }
      if let store, try store.isDue(isStopping: states[0] != 0 || states[1] == 0, over: grid?.world) {
        try run.save(to: store, populations: populations, seconds: seconds())
      }
      if states[0] != 0 { return Outcome(result: nil, wasStopped: true, isConverged: false) }
      if states[1] == 0 { break }
      try run.advance()
    }
    let record = try run.record.gathered(over: grid)
    let samples = try run.samples.gathered(over: grid)
    let spent = try grid?.world.allreduce(seconds(), .max) ?? seconds()
    var result: SamplingResult?
    if let record, let samples {
      result = SamplingResult(
        problem, settings, record, inverseTemperatures: inverseTemperatures, samples: samples, sweeps: run.sweeps,
        kernel: home.kernelName,
        grid: grid?.shape ?? GridShape(data: 1, spin: 1), seconds: spent)
    }
    let converged = result?.verdict.isConverged == true ? 1 : 0
    return Outcome(
      result: result, wasStopped: false, isConverged: try grid?.world.broadcast(converged, root: 0) ?? converged == 1)
  }

  private func makeRun(_ home: ReplicaHome, inverseTemperatures: [Double], populations: Int, over grid: ProcessGrid?) throws
    -> PopulationRun
  {
    let share = SamplingSpread.share(of: populations, inBlocksOf: settings.chainsOfBlock, over: grid)
    let draws = min((settings.samples + populations - 1) / populations, settings.population)
    try home.checkMemory(
      replicas: share.count * settings.population, sharedBy: grid?.spin.size ?? 1,
      record: 2 * home.keptBytes(states: draws * inverseTemperatures.count * populations))
    let (kernel, firstLane) = try home.kernel(
      chains: share, temperatures: settings.population, seed: settings.seed, over: grid?.spin)
    return try PopulationRun(
      problem, settings, kernel: kernel, firstLane: firstLane, inverseTemperatures: inverseTemperatures, populations: share,
      draws: draws, over: grid)
  }
}

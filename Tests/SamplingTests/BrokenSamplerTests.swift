import Foundation
import Ising
import Kernels
import Testing

@testable import Sampling

/// The checks of averages find samplers that are broken on purpose, and pass one that is not.
@Suite struct BrokenSamplerTests {
  /// A run of a slow kernel on a problem, through all of the engine.
  private func run(
    _ problem: IsingProblem, temperatures: [Double], chains: Int = 8, fault: SlowKernel.Fault, seed: UInt64 = 1
  ) throws -> SamplingResult {
    var settings = SamplerSettings(temperatures: .list(temperatures))
    (settings.chains, settings.rounds, settings.seed) = (chains, 11, seed)
    let ladder = TemperatureLadder(settings)
    let home = ReplicaHome(problem, fixed: [:])
    let kernel = SlowKernel(home.couplings, lanes: chains * ladder.count, seed: seed, fault: fault)
    let run = SamplingRun(problem, settings, kernel: kernel, firstLane: 0, ladder: ladder, chains: 0..<chains)
    try run.advance(run.schedule.total)
    let gathered = try GatheredRun(run)
    return SamplingResult(problem, settings, try #require(gathered), kernel: "slow", seconds: 0)
  }

  /// The energies of a ±J chain of 12 spins at three temperatures, all within 4 errors. E = −N tanh β up to the closure.
  private func energiesAgree(_ fault: SlowKernel.Fault) throws -> Bool {
    let problem = try Problems.lattice([12])
    let result = try run(problem, temperatures: [0.4, 0.6, 0.9, 1.4, 2.5], fault: fault)
    return result.temperatures.allSatisfy { estimate in
      let t = tanh(1 / estimate.temperature)
      let power = pow(t, 12)
      // Transfer matrix of the closed chain.
      let exact = -12 * (t + power / t) / (1 + power)
      return estimate.energy.agrees(with: exact)
    }
  }

  /// The states' own temperature tells a sampler that uses another from one that does not, on any seed with as many chains.
  @Test(arguments: [SlowKernel.Fault.none, .staleTemperature]) func otherTemperaturesAreSeen(_ fault: SlowKernel.Fault) throws {
    let problem = try Problems.lattice([12]) { $0 % 3 == 0 ? 0.5 : 1 }
    let result = try run(problem, temperatures: [0.4, 0.6, 0.9, 1.4, 2.5], chains: 192, fault: fault)
    let right = result.temperatures.allSatisfy { $0.effectiveInverseTemperature!.agrees(with: 1 / $0.temperature) }
    #expect(right == (fault == .none))
    #expect(result.verdict.reasons.contains { $0.contains("own 1/T") } == (fault != .none), "\(result.verdict.reasons)")
  }

  @Test func aRightSamplerPasses() throws { #expect(try energiesAgree(.none)) }
  @Test func synchronousUpdatesAreFound() throws { #expect(try !energiesAgree(.synchronousUpdate)) }
  @Test func staleTemperaturesAreFound() throws { #expect(try !energiesAgree(.staleTemperature)) }
  @Test func noiseOfEightBitsIsFound() throws { #expect(try !energiesAgree(.coarseNoise)) }

  /// The mean energy of n independent chains scatters √n times less than that of one; of chains with the same noise it does not.
  private func lanesAreIndependent(_ energies: [[Double]]) -> Bool {
    let (lanes, times) = (Double(energies.count), energies[0].count)
    let mean = energies.reduce(0) { $0 + $1.reduce(0, +) } / lanes / Double(times)
    var (one, all) = (0.0, 0.0)
    for time in 0..<times {
      let deviations = energies.map { $0[time] - mean }
      one += deviations.reduce(0) { $0 + $1 * $1 } / lanes
      let sum = deviations.reduce(0, +)
      all += sum * sum / lanes
    }
    // The ratio of independent chains is 1 ± √(2/times).
    return abs(all / one - 1) < 5 * (2 / Double(times)).squareRoot()
  }

  @Test(arguments: [SlowKernel.Fault.none, .sharedNoise]) func sharedNoiseIsFound(_ fault: SlowKernel.Fault) throws {
    let problem = try Problems.lattice([12])
    let home = ReplicaHome(problem, fixed: [:])
    let kernel = SlowKernel(home.couplings, lanes: 16, seed: 3, fault: fault)
    kernel.states.randomise(seed: 4)
    #expect(lanesAreIndependent(try energies(kernel, inverseTemperature: 0.5, sweeps: 2000)) == (fault == .none))
  }

  /// All lanes of a word, and of some vectors.
  @Test(arguments: [false, true]) func lanesOfTheKernelsAreIndependent(_ isReal: Bool) throws {
    let problem = try Problems.lattice([12]) { _ in isReal ? 0.7 : 1 }
    let couplings = ReplicaHome(problem, fixed: [:]).couplings
    let layout = ReplicaLayout(whole: couplings)
    let kernel: any ReplicaKernel =
      isReal
      ? LaneReplicas(couplings, layout: layout, firstReplica: 0, laneCount: 512, seed: 3)
      : CodedReplicas(
        couplings, coded: CodedCouplings(couplings)!, layout: layout, firstReplica: 0, laneCount: 512, seed: 3)
    kernel.states.randomise(seed: 4)
    kernel.restart()
    #expect(lanesAreIndependent(try energies(kernel, inverseTemperature: 0.5, sweeps: 4000)))
  }

  /// After every fourth sweep, of every lane.
  private func energies(_ kernel: any ReplicaKernel, inverseTemperature: Double, sweeps: Int) throws -> [[Double]] {
    let lanes = kernel.states.laneCount
    kernel.take(inverseTemperatures: [inverseTemperature])
    kernel.assign([UInt16](repeating: 0, count: lanes))
    var found = [[Double]](repeating: [], count: lanes)
    for sweep in 0..<sweeps {
      try kernel.sweep(number: UInt32(sweep))
      guard sweep % 4 == 0, sweep > 40 else { continue }
      var energies = [Int64](repeating: 0, count: lanes)
      try kernel.addEnergies(to: &energies)
      for lane in 0..<lanes { found[lane].append(Double(energies[lane]) * kernel.energyUnit) }
    }
    return found
  }
}

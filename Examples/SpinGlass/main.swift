// Boltzmann averages of a small spin glass by parallel tempering, beside the exact ones over all its states.
//
//     mpirun -n 2 .build/release/example-spin-glass

import Foundation
import Ising
import MPI
import Sampling

/// The mean of `E` under `exp(−E/T)/Z`, by enumeration. The weights are taken relative to the lowest energy, so that none overflows.
func exactEnergy(_ energies: [Double], temperature: Double) -> Double {
  let lowest = energies.min() ?? 0
  let weights = energies.map { exp((lowest - $0) / temperature) }
  return zip(weights, energies).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
}

Environment.run { world in
  // Couplings ±1 on a torus of 4 × 4 spins: the Edwards–Anderson model.
  let problem = try SyntheticProblem.torus(rows: 4, columns: 4).problem(seed: 1)

  // Replicas at four temperatures swap with their neighbours; the ranks divide the ladders of replicas.
  var settings = SamplerSettings(temperatures: .list([0.5, 1, 2, 4]))
  settings.chains = 16
  let outcome = try Sampler(problem, settings).run(over: world)

  // Rank 0 has the result.
  guard let result = outcome.result else { return 0 }
  let energies = try (0..<1 << 16).map { state in
    try problem.energy(of: (0..<16).map { state >> $0 & 1 == 0 ? -1 : 1 })
  }
  var agreeing = 0
  for estimate in result.temperatures {
    let (energy, exact) = (estimate.energy, exactEnergy(energies, temperature: estimate.temperature))
    if abs(energy.value - exact) < 4 * energy.error { agreeing += 1 }
    print(String(format: "T = %.1f: energy %.3f ± %.3f, exactly %.3f", estimate.temperature, energy.value, energy.error, exact))
  }
  if !result.verdict.isConverged { print(result.verdict.reasons.joined(separator: "\n")) }
  print("\(agreeing) of \(result.temperatures.count) energies lie within four errors of the exact ones")
  return 0
}

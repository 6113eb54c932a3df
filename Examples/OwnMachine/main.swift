// A machine of one's own: a local rule of 20 lines that searches for the ground state of a small Ising problem.
//
//     .build/release/example-own-machine

import Foundation
import Ising
import Kernels
import MPI
import Machines

/// Mean-field annealing: `s_i ← s_i + η (tanh(f_i / T) − s_i)`, while the temperature falls.
///
/// Source: Bilbro et al., "Optimization by mean field annealing", NIPS 1 (1988).
final class MeanFieldAnnealing: AmplitudeMachine {
  let system: SpinSystem
  let states: AlignedBuffer<Float>
  private let field: AlignedBuffer<Float>

  init(_ system: SpinSystem) {
    self.system = system
    states = system.shape.plane()
    field = system.shape.plane()
  }

  func restart() {}

  func step(_ time: MachineTime) throws {
    try system.evaluate(amplitudes: states, into: field)
    let temperature = system.fieldScale * Float(Course.linear(from: 1.5, to: 0.05).value(at: time.fraction))
    for place in 0..<states.count { states[place] += 0.2 * (tanh(field[place] / temperature) - states[place]) }
  }
}

Environment.run { world in
  let problem = try SyntheticProblem.dense(spins: 18).problem(seed: 1)
  let couplings = SparseCouplings(
    rowStarts: problem.rowStarts, neighbours: problem.neighbours, couplings: problem.couplings.map { Float($0) })

  // Sixteen replicas a rank, each from random amplitudes of its own.
  let system = SpinSystem(
    SparseField(couplings, replicas: 16), fieldScale: Float(problem.rootMeanSquareField), seed: 1,
    firstReplica: 16 * world.rank)
  let (machine, meter) = (MeanFieldAnnealing(system), EnergyMeter(system))
  machine.start()
  for step in 0..<100 {
    try machine.step(MachineTime(step, of: 100))
    guard step % 20 == 19 else { continue }
    // The energies of the spins that the amplitudes stand for, one a replica.
    try meter.look(at: machine.states)
    if world.rank == 0 { print("step \(step + 1): mean energy \(meter.energies.elements.reduce(0, +) / 16)") }
  }
  let found = try world.allreduce(meter.energies.elements.min() ?? .infinity, .min)

  guard world.rank == 0 else { return 0 }
  let exact = try (0..<1 << 18).reduce(Double.infinity) { lowest, state in
    min(lowest, try problem.energy(of: (0..<18).map { state >> $0 & 1 == 0 ? -1 : 1 }))
  }
  print("lowest energy \(Int(found)); by enumeration of all states \(Int(exact))")
  return 0
}

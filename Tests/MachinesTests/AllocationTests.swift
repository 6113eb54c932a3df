import Kernels
import TestTools
import Testing

@testable import Machines

/// A step of a machine that solves problems allocates nothing.
@Suite(.enabled(if: Allocations.areCounted, "allocations are counted with glibc only")) struct AllocationTests {
  /// Those of twenty steps, after two that took the memory.
  private func allocations(_ machine: any Machine) throws -> Int {
    for step in 0..<2 { try machine.step(MachineTime(step, of: 22)) }
    return try Allocations.count { for step in 2..<22 { try machine.step(MachineTime(step, of: 22)) } }
  }

  @Test(arguments: MachineKind.machines(for: .solving).filter { !$0.isSequential }, [false, true])
  func stepsAllocateNothing(_ kind: MachineKind, onDevice: Bool) throws {
    var tuning = MachineTuning()
    if onDevice { (tuning.stateBits, tuning.stateNoise) = (4, 0.01) }
    let machine = try #require(kind.amplitudeMachine(ReferenceSystem.random(40, hasBias: true).system(), settings: tuning))
    machine.start()
    #expect(try allocations(machine) == 0)
  }

  @Test(arguments: FlipSampler.Rule.allCases) func sweepsOfSamplersAllocateNothing(_ rule: FlipSampler.Rule) throws {
    let reference = ReferenceSystem.random(40, hasBias: true)
    let operators: [any FlipOperator] = [
      SparseFlips(reference.rows, bias: reference.floatBias), DenseFlips(reference.rows, bias: reference.floatBias),
    ]
    for flips in operators {
      let sampler = FlipSampler(flips, rule: rule, temperature: .linear(from: 1, to: 0.1), fieldScale: 1, seed: 3)
      #expect(try allocations(sampler) == 0, "\(type(of: flips))")
    }
  }
}

import Kernels
import TestTools
import Testing

@testable import Networks

/// A relaxation allocates nothing, however many sweeps it takes.
@Suite(.enabled(if: Allocations.areCounted, "allocations are counted with glibc only")) struct AllocationTests {
  /// Those of a free and of a nudged phase of so many sweeps, after a first one that took the memory.
  private func allocations(
    _ description: NetworkDescription, _ machine: MachineSettings.Kind, order: RelaxationSettings.Order, sweeps: [Int],
    observe: ((Int) throws -> Void)? = nil
  ) throws -> [Int] {
    let network = try Networks.network(description, capacity: 4)
    network.clamp(Networks.images(4, of: network.layout), samples: 4)
    let nudge = Nudge(labels: [0, 1, 2, 0], strengths: [0.3, 0.3, -0.3, -0.3])
    return try sweeps.map { sweeps in
      var settings = RelaxationSettings(
        order: order, free: .init(sweeps: sweeps, tolerance: 1e-30), nudged: .init(sweeps: sweeps))
      settings.machine = MachineSettings(machine)
      let relaxation = settings.relaxation(of: network)
      let phases = {
        try relaxation.run(network, samples: 4, nudge: nil, observe: observe)
        try relaxation.run(network, samples: 4, nudge: nudge, observe: observe)
      }
      try phases()
      return try Allocations.count(in: phases)
    }
  }

  @Test(arguments: Networks.all.indices, RelaxationSettings.Order.allCases)
  func sweepsAllocateNothing(_ index: Int, _ order: RelaxationSettings.Order) throws {
    let counts = try allocations(Networks.all[index], .hopfield, order: order, sweeps: [2, 12])
    #expect(counts == [0, 0])
  }

  /// A phase of a machine makes one object, and its steps nothing.
  @Test(arguments: MachineSettings.Kind.allCases) func stepsOfMachinesAllocateNothing(_ machine: MachineSettings.Kind) throws {
    let description = Networks.chain(pooling: .average)
    let counts = try allocations(description, machine, order: .synchronous, sweeps: [2, 12])
    #expect(counts[0] == counts[1] && counts[0] <= 2)
  }

  /// The count sees one array in each sweep.
  @Test func anAllocationInASweepIsCounted() throws {
    var kept: [Float] = []
    let counts = try allocations(Networks.chain(), .hopfield, order: .checkerboard, sweeps: [2, 12]) { sweep in
      kept = Array(repeating: Float(sweep), count: 100)
    }
    #expect(counts[1] - counts[0] == 20 && kept.last == 12)
  }
}

import Kernels
import Testing

@testable import Machines

/// The catalogue of machines: every one that solves problems can be made, and is the one that it says.
@Suite struct CatalogueTests {
  @Test(arguments: MachineKind.machines(for: .solving)) func machinesAreMade(_ kind: MachineKind) throws {
    let system = ReferenceSystem.random(6).system()
    var tuning = MachineTuning()
    let machine = kind.amplitudeMachine(system, settings: tuning)
    #expect((machine == nil) == kind.isSequential)
    guard let machine else { return }
    machine.start()
    for step in 0..<20 { try machine.step(MachineTime(step, of: 20)) }
    #expect(machine.column(0).allSatisfy(\.isFinite) && machine.column(0).contains { $0 != 0 })
    // What a device's resolution leaves of amplitudes, or of phases' cosines, is few levels.
    tuning.stateBits = 2
    let coarse = try #require(kind.amplitudeMachine(ReferenceSystem.random(60).system(), settings: tuning))
    coarse.start()
    for step in 0..<20 { try coarse.step(MachineTime(step, of: 20)) }
    #expect(Set(coarse.column(0).map { ($0 * 1000).rounded() }).subtracting([0]).count <= 4)
  }

  @Test func everyMachineHasAUse() {
    for kind in MachineKind.allCases { #expect(!kind.entry.uses.isEmpty && !kind.entry.title.isEmpty && kind.standardSteps > 0) }
    for use in MachineKind.Use.allCases { #expect(!MachineKind.machines(for: use).isEmpty) }
  }
}

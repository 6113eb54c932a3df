import Machines
import Testing

@testable import Learning

/// Ising networks call their machines by the catalogue's names.
@Test func machinesOfIsingNetworksAreThoseOfTheCatalogue() {
  let names = Set(IsingMachineSettings.Kind.allCases.map(\.rawValue))
  #expect(names == Set(MachineKind.machines(for: .isingNetworks).map(\.rawValue)))
}

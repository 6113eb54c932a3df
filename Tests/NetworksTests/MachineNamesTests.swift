import Machines
import Testing

@testable import Networks

/// Networks call their machines by the catalogue's names; `hopfield` is their own rule.
@Test func machinesOfNetworksAreThoseOfTheCatalogue() {
  let names = Set(MachineSettings.Kind.allCases.map(\.rawValue)).subtracting(["hopfield"])
  #expect(names == Set(MachineKind.machines(for: .networks).map(\.rawValue)))
}

import Machines
import Solving

/// What the papers of the machines say of the same graphs; docs/results/results-ising.md has the references.
enum PublishedCuts {
  static func note(of kind: MachineKind) -> String {
    switch kind {
    case .coherentIsing: "good cuts of K2000 in about 5 ms of an optical machine (Goto et al. 2019)"
    case .adiabaticBifurcation: "cuts of K2000 as good in .5 ms of an FPGA (Goto et al. 2019)"
    case .discreteBifurcation: "K2000 solved in 1.3 s of an FPGA, 99 % (Goto et al. 2021)"
    default: "–"
    }
  }
}

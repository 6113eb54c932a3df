import Solving

/// What the papers of the machines say of the same graphs; docs/results-ising.md has the references.
enum PublishedCuts {
  static func note(of kind: MachineKind) -> String {
    switch kind {
    case .coherentIsing: "optical machine: G22 13313, G39 2361, K2000 33191 (Inagaki et al. 2016)"
    case .adiabaticBifurcation: "K2000 within 0.5 ms as good as the optical machine in 5 ms (Goto et al. 2019)"
    case .ballisticBifurcation: "fast, but not always to the best cut of K2000 (Goto et al. 2021)"
    case .discreteBifurcation: "K2000 33337, 99 % after 1.3 s of an FPGA (Goto et al. 2021)"
    default: "–"
    }
  }
}

import Ising
import Kernels
import Networks

/// Which spins of a Boltzmann machine are coupled.
///
/// Spins are numbered pixels first, then labels, then hidden spins; pixels and labels are visible.
public enum BoltzmannGraph: Equatable, Sendable {
  /// Every visible spin with every hidden one: a restricted Boltzmann machine (Smolensky 1986).
  case restricted
  /// Every spin with every other.
  case complete
  /// Visible spins with the first hidden layer, that one with the second, and so on: a deep Boltzmann machine (Salakhutdinov & Hinton 2009).
  case layered
  /// Two square layers of spins, each closed in both directions: a spin is coupled with the one at its place in the other layer, and with those
  /// a jump away in each of four directions. Visible spins are spread over the first layer by the seed.
  case bilayer(side: Int, jumps: [Int])
  /// The couplers of an annealer's chip, over whose spins the visible ones are spread by the seed.
  case chip(HardwareGraph)
  /// The couplings of a problem's file, whose first spins are the visible ones. Their values do not count.
  case file(String)
}

extension BoltzmannGraph: LosslessStringConvertible {
  /// `restricted`, `complete`, `layered`, `bilayer:40:1,4,15`, `chimera:8`, or the name of a file.
  public init?(_ description: String) {
    let parts = description.split(separator: ":", omittingEmptySubsequences: false)
    switch parts.first {
    case "restricted" where parts.count == 1: self = .restricted
    case "complete" where parts.count == 1: self = .complete
    case "layered" where parts.count == 1: self = .layered
    case "bilayer":
      guard parts.count == 3, let side = Int(parts[1]) else { return nil }
      let jumps = parts[2].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      guard !jumps.contains(nil) else { return nil }
      self = .bilayer(side: side, jumps: jumps.compactMap(\.self))
    case "chimera", "pegasus", "zephyr":
      guard let chip = HardwareGraph(description) else { return nil }
      self = .chip(chip)
    default:
      guard description.contains(where: { "/.:".contains($0) }) else { return nil }
      self = .file(description)
    }
  }

  /// As a configuration names it.
  public var description: String {
    switch self {
    case .restricted: "restricted"
    case .complete: "complete"
    case .layered: "layered"
    case .bilayer(let side, let jumps): "bilayer:\(side):\(jumps.map { "\($0)" }.joined(separator: ","))"
    case .chip(let chip): chip.description
    case .file(let path): path
    }
  }
}

/// A Boltzmann machine: ±1 spins, those of an image and of its label visible, all others hidden, with
///
///     p(s) = exp(−E(s))/Z,   E(s) = −Σ_(ij) J_ij s_i s_j − Σ_i h_i s_i
///
/// over coupled pairs (Ackley, Hinton & Sejnowski, Cognitive Science 9, 147, 1985). The temperature is 1.
public struct BoltzmannDescription: Equatable, Sendable {
  /// How an image becomes spins.
  public enum Binarisation: String, CaseIterable, Sendable {
    /// A pixel of more than one half is up.
    case threshold
    /// A pixel is up with its own value as probability, drawn anew each time an image is learned, and once in an evaluation.
    case sampled
  }

  /// Of the images, a spin a number.
  public var input: ImageShape
  /// Of the images.
  public var classes: Int
  /// Which spins are coupled.
  public var graph: BoltzmannGraph = .restricted
  /// Hidden spins, by layer of a layered graph; other graphs have one number, or none where the graph says how many spins there are.
  public var hidden = [500]
  /// Visible spins of each class, up where the image is of that class; 0: labels are not learned.
  public var spinsPerClass = 0
  /// How images become spins.
  public var binarisation: Binarisation = .threshold
  /// `J` starts uniform in ±gain/√neighbours.
  public var couplingGain: Float = 0.1
  /// Of `h`; `nil` takes the optimiser's.
  public var biasLearningRate: Float?
  /// Of the places of visible spins in a bilayer or on a chip.
  public var seed: UInt64 = 1

  /// A restricted machine with 500 hidden spins, unless changed.
  public init(input: ImageShape, classes: Int) {
    self.input = input
    self.classes = classes
  }

  /// Pixels and labels.
  public var visible: Int { input.size + classes * spinsPerClass }

  /// What decides whether weights fit the machine, a line each.
  public var signature: [String] {
    [
      "boltzmann input: \(input)", "boltzmann labels: \(classes) classes of \(spinsPerClass) spins",
      "boltzmann couplings: \(graph), hidden \(hidden)", "boltzmann places: seed \(seed)",
    ]
  }
}

import Kernels

/// A network of ±1 spins whose inputs enter as fields only:
///
///     E(s) = −½ Σ_ij J_ij s_i s_j − Σ_i h_i s_i,   h = b + W₀ x
///
/// over hidden and output spins. Each class has several output spins, which are nudged together; a class's output is their mean
/// (Laydevant, Marković & Grollier, "Training an Ising machine with equilibrium propagation", Nature Communications 15, 3671,
/// 2024).
public struct IsingNetworkDescription: Equatable, Sendable {
  /// Which pairs of spins are coupled.
  public enum Graph: String, CaseIterable, Sendable {
    /// Every hidden spin with every output spin.
    case layered
    /// Every spin with every other.
    case complete
  }

  /// Which spins feel the image.
  public enum Inputs: String, CaseIterable, Sendable { case hidden, all }

  /// Of the images.
  public var input: ImageShape
  /// At least 2.
  public var classes: Int
  /// Hidden spins.
  public var hidden: Int
  /// Output spins of each class.
  public var spinsPerClass: Int
  /// Which pairs of spins are coupled.
  public var graph: Graph
  /// Which spins feel the image.
  public var inputs: Inputs
  /// `W₀` starts uniform in ±gain/√pixels.
  public var inputGain: Float
  /// `J` starts uniform in ±gain/√neighbours.
  public var couplingGain: Float
  /// Of `b`; `nil` takes the optimiser's.
  public var biasLearningRate: Float?

  /// 120 hidden spins and 4 output spins a class, as published, unless given; `IsingNetworkLayout` refuses what cannot be.
  public init(
    input: ImageShape, classes: Int, hidden: Int = 120, spinsPerClass: Int = 4, graph: Graph = .layered, inputs: Inputs = .hidden,
    inputGain: Float = 0.5, couplingGain: Float = 0.25, biasLearningRate: Float? = nil
  ) {
    self.input = input
    self.classes = classes
    self.hidden = hidden
    self.spinsPerClass = spinsPerClass
    self.graph = graph
    self.inputs = inputs
    self.inputGain = inputGain
    self.couplingGain = couplingGain
    self.biasLearningRate = biasLearningRate
  }

  /// What decides whether weights fit the network, a line each.
  public var signature: [String] {
    [
      "ising input: \(input)", "ising hidden: \(hidden) spins", "ising output: \(classes) classes of \(spinsPerClass) spins",
      "ising couplings: \(graph.rawValue), inputs to \(inputs.rawValue)",
    ]
  }
}

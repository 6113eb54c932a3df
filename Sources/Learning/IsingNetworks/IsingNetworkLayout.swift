import Ising
import Kernels
import Networks

/// An Ising network that was checked: its spins, its coupled pairs, and the place of every parameter.
///
/// Spins are the hidden ones, then the output spins of the first class, those of the second, and so on.
public struct IsingNetworkLayout: ParameterLayout, Equatable {
  /// The description that was checked.
  public let description: IsingNetworkDescription
  /// `W₀`, `[spins that feel the image, pixels]`, pixels outermost in memory.
  public let inputWeights: ParameterBlock
  /// `J`, `[output spins, hidden spins]`, or of a complete graph `[pairs]` in the order of `pairs`.
  public let couplings: ParameterBlock
  /// `b`, one a spin.
  public let bias: ParameterBlock
  public let parameterCount: Int
  /// The two spins of each coupling, in the order in which couplings lie.
  public let pairs: [(Int32, Int32)]

  /// More spins than any annealer has, and few enough that pairs can be listed.
  static let greatestSpinCount = 4096

  /// - Throws: `NetworkError` that names what cannot be.
  public init(_ description: IsingNetworkDescription) throws {
    let input = description.input
    guard input.channels > 0, input.rows > 0, input.columns > 0, input.size <= 1 << 20 else {
      throw NetworkError("ising: images of \(input); expected 1 to \(1 << 20) pixels")
    }
    guard description.classes > 1, description.spinsPerClass > 0, description.hidden >= 0 else {
      throw NetworkError(
        "ising: \(description.hidden) hidden spins, \(description.classes) classes of \(description.spinsPerClass) spins; "
          + "expected two classes or more of at least one spin each")
    }
    guard description.classes <= Self.greatestSpinCount, description.spinsPerClass <= Self.greatestSpinCount,
      description.hidden <= Self.greatestSpinCount,
      description.hidden + description.classes * description.spinsPerClass <= Self.greatestSpinCount
    else {
      throw NetworkError(
        "ising: \(description.hidden) hidden spins and \(description.classes) × \(description.spinsPerClass) output spins; expected at "
          + "most \(Self.greatestSpinCount) together")
    }
    guard description.hidden > 0 || description.inputs == .all else {
      throw NetworkError("ising: nothing couples the image to the output; add hidden spins, or set inputs to `all`")
    }
    self.description = description
    let outputs = description.classes * description.spinsPerClass
    let spins = description.hidden + outputs
    let targets = description.inputs == .all ? spins : description.hidden
    pairs = Self.pairs(description)
    inputWeights = ParameterBlock(
      name: "spins.input.weight", offset: 0, shape: [targets, input.size],
      bound: description.inputGain / Float(input.size).squareRoot(), learningRate: nil, isTransposed: true)
    let isLayered = description.graph == .layered
    let neighbours = isLayered ? max(description.hidden, 1) : max(spins - 1, 1)
    couplings = ParameterBlock(
      name: "spins.spins.weight", offset: inputWeights.count,
      shape: isLayered ? [outputs, description.hidden] : [pairs.count],
      bound: description.couplingGain / Float(neighbours).squareRoot(), learningRate: nil)
    bias = ParameterBlock(
      name: "spins.bias", offset: couplings.offset + couplings.count, shape: [spins], bound: 0,
      learningRate: description.biasLearningRate)
    parameterCount = bias.offset + bias.count
  }

  private static func pairs(_ description: IsingNetworkDescription) -> [(Int32, Int32)] {
    let hidden = description.hidden
    let spins = hidden + description.classes * description.spinsPerClass
    switch description.graph {
    case .layered: return (hidden..<spins).flatMap { post in (0..<hidden).map { (Int32(post), Int32($0)) } }
    case .complete: return (0..<spins).flatMap { one in (0..<one).map { (Int32(one), Int32($0)) } }
    }
  }

  public static func == (a: Self, b: Self) -> Bool { a.description == b.description }

  public var blocks: [ParameterBlock] { [inputWeights, couplings, bias] }
  /// Hidden and output spins.
  public var spinCount: Int { bias.count }
  /// Numbers of an image, all channels.
  public var pixelCount: Int { description.input.size }
  /// The first so many spins feel the image.
  public var targetCount: Int { inputWeights.shape[0] }

  /// The output spins of a class.
  public func spins(ofClass label: Int) -> Range<Int> {
    let first = description.hidden + label * description.spinsPerClass
    return first..<first + description.spinsPerClass
  }

  /// The coupled pairs as a problem without fields.
  ///
  /// - Parameter couplings: one a pair, in the order of `pairs`.
  func problem(couplings: [Float]) throws -> IsingProblem {
    try IsingProblem(
      graph: WeightedGraph(
        vertexCount: spinCount, sources: pairs.map(\.0), targets: pairs.map(\.1), weights: couplings.map(Double.init)))
  }
}

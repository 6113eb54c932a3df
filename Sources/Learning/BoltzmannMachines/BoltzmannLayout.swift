import Ising
import Kernels
import Networks

/// A Boltzmann machine that was checked: its spins, its coupled pairs, and the place of every parameter.
///
/// Spins are pixels, then labels class by class, then hidden spins.
public struct BoltzmannLayout: ParameterLayout, Equatable {
  /// The description that was checked.
  public let description: BoltzmannDescription
  /// The two spins of each coupling, in the order in which couplings lie.
  public let pairs: [(Int32, Int32)]
  /// `J`: `[hidden, visible]` of a restricted machine, `[pairs]` of others.
  public let couplings: ParameterBlock
  /// `h`, one a spin.
  public let fields: ParameterBlock
  public let parameterCount: Int
  /// Whether no two hidden spins are coupled, so that they are independent given the visible ones.
  public let isRestricted: Bool

  static let greatestSpinCount = 1 << 20
  static let greatestPairCount = 1 << 27

  /// - Throws: `NetworkError` that names what cannot be.
  public init(_ description: BoltzmannDescription) throws {
    let input = description.input
    guard input.channels > 0, input.rows > 0, input.columns > 0, input.size <= 1 << 20 else {
      throw NetworkError("boltzmann: images of \(input); expected 1 to \(1 << 20) pixels")
    }
    guard description.classes >= 1, (0...1 << 10).contains(description.spinsPerClass), description.classes <= 1 << 16 else {
      throw NetworkError(
        "boltzmann.spinsPerClass: \(description.spinsPerClass) spins for each of \(description.classes) classes; expected at most 1024"
      )
    }
    let graph = try BoltzmannPairs(description)
    self.description = description
    pairs = graph.pairs
    let visible = description.visible
    isRestricted = graph.pairs.allSatisfy { Int($0.0) < visible || Int($0.1) < visible }
    let neighbours = max(2 * graph.pairs.count / graph.spinCount, 1)
    let isMatrix = description.graph == .restricted
    couplings = ParameterBlock(
      name: "spins.spins.weight", offset: 0, shape: isMatrix ? [graph.spinCount - visible, visible] : [graph.pairs.count],
      bound: description.couplingGain / Float(neighbours).squareRoot(), learningRate: nil)
    fields = ParameterBlock(
      name: "spins.bias", offset: graph.pairs.count, shape: [graph.spinCount], bound: 0,
      learningRate: description.biasLearningRate)
    parameterCount = graph.pairs.count + graph.spinCount
  }

  public static func == (a: Self, b: Self) -> Bool { a.description == b.description }

  public var blocks: [ParameterBlock] { [couplings, fields] }
  /// All spins.
  public var spinCount: Int { fields.count }
  /// Spins of an image.
  public var pixelCount: Int { description.input.size }
  /// Spins of an image and its label, the first ones.
  public var visibleCount: Int { description.visible }

  /// The spins of a class's label.
  public func spins(ofClass label: Int) -> Range<Int> {
    let first = pixelCount + label * description.spinsPerClass
    return first..<first + description.spinsPerClass
  }

  /// The machine as a problem: its energies at these parameters.
  ///
  /// - Throws: `ProblemError` if a parameter is not finite.
  public func problem(_ parameters: AlignedBuffer<Float>) throws -> IsingProblem {
    try IsingProblem(
      graph: WeightedGraph(
        vertexCount: spinCount, sources: pairs.map(\.0), targets: pairs.map(\.1),
        weights: pairs.indices.map { Double(parameters[$0]) }),
      fields: (0..<spinCount).map { Double(parameters[pairs.count + $0]) })
  }
}

/// The coupled pairs of a Boltzmann machine, by the numbers of its spins.
struct BoltzmannPairs {
  let spinCount: Int
  private(set) var pairs: [(Int32, Int32)]

  /// - Throws: `NetworkError` where graph and spins do not fit together.
  init(_ description: BoltzmannDescription) throws {
    let visible = description.visible
    let hidden = description.hidden
    switch description.graph {
    case .restricted, .complete, .layered:
      guard !hidden.isEmpty, hidden.allSatisfy({ $0 > 0 && $0 <= BoltzmannLayout.greatestSpinCount }),
        description.graph == .layered || hidden.count == 1
      else {
        throw NetworkError(
          "boltzmann.hidden: \(hidden); expected \(description.graph == .layered ? "a number of spins a layer" : "one number of spins"), each above 0"
        )
      }
      spinCount = try Self.checked(visible, hidden, description.graph)
      let layers = [visible] + hidden
      pairs = description.graph == .complete ? Self.complete(spinCount) : Self.layered(layers)
    case .bilayer(let side, let jumps):
      guard (2...512).contains(side), !jumps.isEmpty, jumps.count <= 16 else {
        throw NetworkError("boltzmann.graph: \(description.graph); expected a side of 2 to 512 spins and 1 to 16 jumps")
      }
      spinCount = 2 * side * side
      let edges = try Self.bilayer(side, jumps, description.graph)
      pairs = try Self.spread(edges, over: 0..<side * side, spins: spinCount, description)
    case .chip(let chip):
      let graph: WeightedGraph
      do { graph = try chip.graph() } catch { throw NetworkError("boltzmann.graph: \(error)") }
      spinCount = graph.vertexCount
      let edges = zip(graph.sources, graph.targets).map { ($0, $1) }
      pairs = try Self.spread(edges, over: 0..<spinCount, spins: spinCount, description)
    case .file(let path):
      let problem: IsingProblem
      do {
        var asked = QuestionSettings()
        asked.kind = .ising
        guard case .spins(let question) = try Question(file: path, asked) else {
          throw NetworkError("boltzmann.graph: \(path) asks for communities; expected a graph or couplings")
        }
        problem = question.objective.problem
      } catch let error as ProblemFileError {
        throw NetworkError("boltzmann.graph: \(error)")
      } catch let error as ProblemError { throw NetworkError("boltzmann.graph: \(error)") }
      spinCount = problem.spinCount
      pairs = (0..<spinCount).flatMap { spin in
        problem.row(spin).compactMap { entry in
          problem.neighbours[entry] < spin ? (problem.neighbours[entry], Int32(spin)) : nil
        }
      }
    }
    guard spinCount > visible else {
      throw NetworkError(
        "boltzmann.graph: \(description.graph) has \(spinCount) spins, and images and labels take \(visible); expected more than those"
      )
    }
  }

  private static func checked(_ visible: Int, _ hidden: [Int], _ graph: BoltzmannGraph) throws -> Int {
    let spins = hidden.reduce(visible, +)
    let pairs =
      graph == .complete
      ? Double(spins) * Double(spins) / 2 : zip([visible] + hidden, hidden).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    guard spins <= BoltzmannLayout.greatestSpinCount, pairs <= Double(BoltzmannLayout.greatestPairCount) else {
      throw NetworkError(
        "boltzmann.hidden: \(spins) spins with \(Int(pairs)) couplings; expected at most \(BoltzmannLayout.greatestSpinCount) and "
          + "\(BoltzmannLayout.greatestPairCount)")
    }
    return spins
  }

  private static func complete(_ spins: Int) -> [(Int32, Int32)] {
    (0..<spins).flatMap { one in (0..<one).map { (Int32($0), Int32(one)) } }
  }

  private static func layered(_ layers: [Int]) -> [(Int32, Int32)] {
    var (pairs, first): ([(Int32, Int32)], Int) = ([], 0)
    for (below, above) in zip(layers, layers.dropFirst()) {
      for post in 0..<above { pairs += (0..<below).map { (Int32(first + $0), Int32(first + below + post)) } }
      first += below
    }
    return pairs
  }

  private static func bilayer(_ side: Int, _ jumps: [Int], _ graph: BoltzmannGraph) throws -> [(Int32, Int32)] {
    let steps = [(0, 0)] + jumps.flatMap { [(-$0, 0), ($0, 0), (0, -$0), (0, $0)] }
    func wrapped(_ place: Int) -> Int { (place % side + side) % side }
    guard Set(steps.map { wrapped($0.0) * side + wrapped($0.1) }).count == steps.count else {
      throw NetworkError(
        "boltzmann.graph: \(graph) would couple two spins twice; expected different jumps from 1 to below half the side")
    }
    return (0..<side * side).flatMap { spin in
      steps.map { step in
        (Int32(spin), Int32(side * side + wrapped(spin / side + step.0) * side + wrapped(spin % side + step.1)))
      }
    }
  }

  /// Numbers the visible spins, drawn among some of the graph's, first.
  private static func spread(
    _ edges: [(Int32, Int32)], over places: Range<Int>, spins: Int, _ description: BoltzmannDescription
  ) throws -> [(Int32, Int32)] {
    guard description.visible <= places.count else {
      throw NetworkError(
        "boltzmann.graph: images and labels take \(description.visible) spins, and \(description.graph) has room for \(places.count)"
      )
    }
    var random = Philox(seed: description.seed, .visiblePlaces).sequence()
    let drawn = Array(places).shuffled(using: &random).prefix(description.visible)
    var numbers = [Int32](repeating: -1, count: spins)
    for (number, place) in drawn.enumerated() { numbers[place] = Int32(number) }
    var next = Int32(description.visible)
    for place in 0..<spins where numbers[place] < 0 {
      numbers[place] = next
      next += 1
    }
    return edges.map { (numbers[Int($0.0)], numbers[Int($0.1)]) }
  }
}

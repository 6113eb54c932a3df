/// What is asked of a file's numbers.
public enum ProblemKind: String, CaseIterable, Sendable {
  /// The cut of greatest weight.
  case maxCut = "maxcut"
  /// The ground state of couplings and fields.
  case ising
  /// The minimum of a quadratic function of variables 0 and 1.
  case qubo
  /// Two heaps of numbers whose sums differ least.
  case partition
  /// The communities of greatest modularity.
  case communities

  /// What is asked if nobody says: of a function its minimum, of numbers their division, of a GML file its communities, of
  /// couplings `i j value` their ground state, and of any other graph its greatest cut.
  public static func standard(for content: ProblemContent) -> ProblemKind {
    switch content.kind {
    case .spinFunction: .ising
    case .binaryFunction: .qubo
    case .numbers: .partition
    case .graph, .matrix:
      switch content.format {
      case .gml: .communities
      case .coo: .ising
      case .sparse, .mqlib, .orLibrary: .qubo
      default: .maxCut
      }
    }
  }

  /// The question as one Ising problem; `nil` for communities, which are a sequence of problems.
  ///
  /// - Throws: `ProblemFileError` if the file's numbers are none that this can be asked of.
  public func objective(of content: ProblemContent) throws -> (any SpinObjective)? {
    switch self {
    case .maxCut: try maxCut(content)
    case .ising: try ising(content)
    case .qubo: try qubo(content)
    case .partition: try partition(content)
    case .communities: nil
    }
  }

  /// The graph whose communities are asked for.
  ///
  /// - Throws: `ProblemError` if the content is no graph, or one without edges.
  public static func communityGraph(of content: ProblemContent) throws -> CommunityGraph {
    guard [.graph, .matrix].contains(content.kind) else { throw content.mismatch(.communities, expected: "a graph") }
    // What stands on a matrix's diagonal is an edge from a vertex to itself, seen once; elsewhere it is none.
    guard content.format.isOfGraphs || content.diagonal.allSatisfy({ $0 == 0 }) else {
      throw content.mismatch(.communities, expected: "a graph without a diagonal")
    }
    return try CommunityGraph(content.graph, loops: content.diagonal)
  }

  private func maxCut(_ content: ProblemContent) throws -> any SpinObjective {
    guard [.graph, .matrix].contains(content.kind) else { throw content.mismatch(self, expected: "a graph") }
    // An edge from a vertex to itself is never cut, but a number on a matrix's diagonal may mean anything.
    guard content.format.isOfGraphs || content.diagonal.allSatisfy({ $0 == 0 }) else {
      throw content.mismatch(self, expected: "a graph without a diagonal")
    }
    return try MaxCut(content.graph)
  }

  private func ising(_ content: ProblemContent) throws -> any SpinObjective {
    switch content.kind {
    case .spinFunction:
      return EnergyMinimum(
        try IsingProblem(graph: content.graph.scaled(by: -1), fields: content.diagonal.map { -$0 }, offset: content.offset))
    case .graph, .matrix:
      guard !content.format.isOfGraphs || content.diagonal.allSatisfy({ $0 == 0 }) else {
        throw content.mismatch(self, expected: "a graph without edges from a node to itself")
      }
      return EnergyMinimum(try IsingProblem(graph: content.graph, fields: content.diagonal, offset: content.offset))
    case .binaryFunction:
      throw content.mismatch(self, expected: "spins (--problem qubo solves it)")
    case .numbers:
      throw content.mismatch(self, expected: "couplings")
    }
  }

  private func qubo(_ content: ProblemContent) throws -> any SpinObjective {
    let count = content.graph.vertexCount
    let linear = content.diagonal.isEmpty ? [Double](repeating: 0, count: count) : content.diagonal
    switch content.kind {
    case .binaryFunction, .graph:
      return try QuadraticBinaryProblem(
        pairs: content.graph, linear: linear, offset: content.offset, isMaximised: content.isMaximised)
    case .matrix:
      return try QuadraticBinaryProblem(
        pairs: content.graph.scaled(by: 2), linear: linear, offset: content.offset, isMaximised: content.isMaximised)
    case .spinFunction:
      throw content.mismatch(self, expected: "variables 0 and 1 (--problem ising solves it)")
    case .numbers:
      throw content.mismatch(self, expected: "coefficients")
    }
  }

  private func partition(_ content: ProblemContent) throws -> any SpinObjective {
    guard content.kind == .numbers else { throw content.mismatch(self, expected: "numbers (--format numbers)") }
    return try NumberPartition(content.diagonal)
  }
}

extension ProblemContent {
  fileprivate func mismatch(_ problem: ProblemKind, expected: String) -> ProblemFileError {
    let found =
      switch kind {
      case .graph where format.isOfGraphs: "a graph"
      case .graph: diagonal.isEmpty ? "a graph" : "couplings with a diagonal"
      case .matrix: diagonal.isEmpty ? "a matrix" : "a matrix with a diagonal"
      case .spinFunction: "a function of spins"
      case .binaryFunction: "a function of variables 0 and 1"
      case .numbers: "numbers"
      }
    return ProblemFileError(file: file, line: nil, reason: "holds \(found), \(problem.rawValue) expected \(expected)")
  }
}

import ArgumentParser
import Ising

extension ProblemKind: ExpressibleByArgument {}
extension ProblemFormat: ExpressibleByArgument {}

/// How communities are coupled.
enum CommunityCoupling: String, CaseIterable, ExpressibleByArgument {
  case modularity
  case similarity
}

/// What is asked of which numbers.
struct SolveProblemOptions: ParsableArguments {
  @Option(help: "What is asked of the file. By default what its form is mostly used for (docs/guide/solve.md).")
  var problem: ProblemKind?

  @Option(help: "The file's form. By default that of its name's ending, or what its content looks like.")
  var format: ProblemFormat?

  @Option(help: ArgumentHelp("No more communities than these.", valueName: "count"))
  var communities: Int?

  @Option(help: "What couples the vertices: modularity, or that of the similarity of their neighbourhoods.")
  var coupling = CommunityCoupling.modularity

  @Option(help: "The modularity's resolution; greater values favour smaller communities.")
  var resolution = 1.0

  func validate() throws {
    if let communities, communities < 1 { throw ValidationError("--communities \(communities): expected 1 or more") }
    guard resolution.isFinite, resolution >= 0 else {
      throw ValidationError("--resolution \(resolution): expected a number of 0 or more")
    }
  }

  /// Reads or draws the problem.
  func pose(_ file: String) throws -> PosedProblem {
    if let (drawn, seed) = try SyntheticProblem.named(file) {
      let kind = problem ?? .ising
      guard kind == .ising else { throw ProblemError("\(file) is drawn for --problem ising, not \(kind.rawValue)") }
      return .spins(SpinQuestion(EnergyMinimum(try drawn.problem(seed: seed)), kind: .ising, file: file))
    }
    let content = try ProblemFile.read(file, format: format)
    do {
      return try pose(content, file)
    } catch let error as ProblemError {
      throw ProblemFileError(file: file, line: nil, reason: error.description)
    }
  }

  private func pose(_ content: ProblemContent, _ file: String) throws -> PosedProblem {
    let kind = problem ?? ProblemKind.standard(for: content)
    if let objective = try kind.objective(of: content) {
      let bestKnown = kind == .maxCut ? BestKnown.cut(for: file) : nil
      return .spins(SpinQuestion(objective, kind: kind, file: file, bestKnown: bestKnown))
    }
    let graph = try ProblemKind.communityGraph(of: content)
    let coupled = coupling == .similarity ? try graph.similarity() : graph
    return .communities(
      CommunityQuestion(
        graph: graph, detection: try CommunityDetection(coupled, resolution: resolution, limit: communities),
        resolution: resolution, groundTruth: content.groundTruth.isEmpty ? nil : Partition(content.groundTruth), file: file))
  }
}

/// A file and a question.
enum PosedProblem {
  case spins(SpinQuestion)
  case communities(CommunityQuestion)
}

/// One Ising problem.
struct SpinQuestion {
  let objective: any SpinObjective
  let kind: ProblemKind
  let file: String
  let bestKnown: Double?

  init(_ objective: any SpinObjective, kind: ProblemKind, file: String, bestKnown: Double? = nil) {
    self.objective = objective
    self.kind = kind
    self.file = file
    self.bestKnown = bestKnown
  }
}

/// A sequence of Ising problems.
struct CommunityQuestion {
  let graph: CommunityGraph
  let detection: CommunityDetection
  let resolution: Double
  let groundTruth: Partition?
  let file: String
}

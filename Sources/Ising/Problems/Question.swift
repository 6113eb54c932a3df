import Foundation

/// A problem and what is asked of it: one Ising problem, or a sequence of them.
public enum Question: Sendable {
  /// Answered by the spins of one Ising problem.
  case spins(SpinQuestion)
  /// The same, where no rank has all couplings.
  case parts(PartQuestion)
  /// Answered by a sequence of bisections.
  case communities(CommunityQuestion)
}

/// Which spins have the lowest energy: one Ising problem.
public struct SpinQuestion: Sendable {
  /// The Ising problem, and what its energies mean.
  public let objective: any SpinObjective
  /// What was asked of the file's numbers.
  public let kind: ProblemKind
  /// The file that it comes from, or the name of a drawn problem.
  public let file: String
  /// The best measure that is known.
  public let bestKnown: Double?
  /// One name a spin, if the file has names.
  public var labels: [String] = []
  /// What a user should know of how the file was read.
  public var notes: [String] = []

  /// - Parameter file: the file that the problem comes from, or its name.
  public init(_ objective: any SpinObjective, kind: ProblemKind, file: String, bestKnown: Double? = nil) {
    self.objective = objective
    self.kind = kind
    self.file = file
    self.bestKnown = bestKnown
  }
}

/// Which communities have the greatest modularity: a sequence of Ising problems.
public struct CommunityQuestion: Sendable {
  /// The graph that is divided.
  public let graph: CommunityGraph
  /// The resolution and the greatest number of communities.
  public let detection: CommunityDetection
  /// The communities that the file says are true.
  public let groundTruth: Communities?
  /// The file that the graph comes from.
  public let file: String
  /// One name a vertex, if the file has names.
  public var labels: [String] = []
  /// What a user should know of how the file was read.
  public var notes: [String] = []

  /// - Parameter groundTruth: the communities that the file says are true, of the same number of vertices.
  public init(graph: CommunityGraph, detection: CommunityDetection, groundTruth: Communities?, file: String) {
    self.graph = graph
    self.detection = detection
    self.groundTruth = groundTruth
    self.file = file
  }
}

/// How a file becomes a question.
public struct QuestionSettings: Sendable {
  /// What couples vertices that are divided into communities.
  public enum CommunityCoupling: String, CaseIterable, Sendable {
    /// The modularity's own matrix `B`.
    case modularity
    /// That of the similarity of their neighbourhoods.
    case similarity
  }

  /// What the variables of a file of coefficients are, where it does not say so itself.
  public enum VariableType: String, CaseIterable, Sendable {
    /// The coefficients of a function of spins that is minimised: the opposite sign of couplings.
    case spin = "SPIN"
    /// Of a function of variables 0 and 1 that is minimised.
    case binary = "BINARY"
    /// They are couplings and fields, whose energy is `−Σ J s s − Σ h s`.
    case couplings
  }

  /// For files `i j value` alone; `nil`: what the file says, or couplings.
  public var variableType: VariableType?
  /// Whether a QUBO is maximised where its file does not say so.
  public var isMaximised = false
  /// Which problem of a file of several, from 1.
  public var instance: Int?
  /// What is asked; `nil`: what the file's form is mostly used for.
  public var kind: ProblemKind?
  /// The file's form; `nil`: that of its name's ending, or what its content looks like.
  public var format: ProblemFormat?
  /// No more communities than these.
  public var greatestCommunityCount: Int?
  /// By what vertices are coupled.
  public var coupling = CommunityCoupling.modularity
  /// The modularity's `γ`; greater values favour smaller communities.
  public var resolution = 1.0

  /// Modularity at resolution 1, with as many communities as gain.
  public init() {}
}

extension Question {
  /// Reads or draws a problem.
  ///
  /// - Parameter file: a path, or the name of a drawn problem (`SyntheticProblem.named`, `PlantedProblem.named`).
  /// - Throws: `ProblemFileError` or `ProblemError` if the file holds no such problem.
  public init(file: String, _ settings: QuestionSettings = QuestionSettings()) throws {
    if let problem = try DrawnProblem(named: file)?.problem() {
      let kind = settings.kind ?? .ising
      guard kind == .ising else { throw ProblemError("\(file) is drawn for --problem ising, not \(kind.rawValue)") }
      self = .spins(SpinQuestion(EnergyMinimum(problem), kind: .ising, file: file))
      return
    }
    try self.init(read: try ProblemFile.read(file, format: settings.format, instance: settings.instance), file: file, settings)
  }

  /// Reads a problem from what came by another way, as on standard input.
  ///
  /// - Parameter name: what messages call it.
  /// - Throws: `ProblemFileError` if the bytes are none, `ProblemError` if they are no problem of the kind that is asked for.
  public init(_ bytes: [UInt8], named name: String, _ settings: QuestionSettings = QuestionSettings()) throws {
    try self.init(
      read: try ProblemFile.read(bytes, named: name, format: settings.format, instance: settings.instance), file: name, settings)
  }

  private init(read content: ProblemContent, file: String, _ settings: QuestionSettings) throws {
    var content = content
    if content.kind == .graph {
      switch settings.variableType {
      case .spin: content.kind = .spinFunction
      case .binary: content.kind = .binaryFunction
      case .couplings: break
      case nil where content.mayBeFunction:
        throw ProblemFileError(
          file: file, line: nil,
          reason:
            "looks like dimod's form without its line `# vartype=…`, and would be read with the opposite sign; say what it holds with "
            + "--vartype SPIN or BINARY, or --vartype couplings")
      case nil: break
      }
    }
    do {
      try self.init(content, file: file, settings)
    } catch let error as ProblemError {
      throw ProblemFileError(file: file, line: nil, reason: error.description)
    }
  }

  private init(_ content: ProblemContent, file: String, _ settings: QuestionSettings) throws {
    let kind = settings.kind ?? ProblemKind.standard(for: content)
    if settings.isMaximised, kind != .qubo {
      throw ProblemError("--maximise is for QUBOs, and \(kind.rawValue) has a direction of its own; add --problem qubo")
    }
    var content = content
    content.isMaximised = content.isMaximised || settings.isMaximised
    if let objective = try kind.objective(of: content) {
      let bestKnown = kind == .maxCut ? BestKnown.cut(for: file) : nil
      var question = SpinQuestion(objective, kind: kind, file: file, bestKnown: bestKnown)
      (question.labels, question.notes) = (content.labels, content.notes)
      if content.isMaximised, kind == .qubo, !settings.isMaximised {
        question.notes.append("read as \(content.format.rawValue), whose objective is maximised")
      }
      self = .spins(question)
      return
    }
    let graph = try ProblemKind.communityGraph(of: content)
    let coupled = settings.coupling == .similarity ? try graph.similarity() : graph
    var question = CommunityQuestion(
      graph: graph,
      detection: try CommunityDetection(coupled, resolution: settings.resolution, limit: settings.greatestCommunityCount),
      groundTruth: content.groundTruth.isEmpty ? nil : Communities(content.groundTruth), file: file)
    (question.labels, question.notes) = (content.labels, content.notes)
    self = .communities(question)
  }
}

/// The best cuts that have been published, where a data set brings them: a file `BEST_KNOWN.csv` beside the problem's.
public enum BestKnown {
  private static let fileName = "BEST_KNOWN.csv"

  /// The value of the column `best_known` in the row whose `instance` is the file's name without its endings; `nil` if the folder
  /// has no such file or the file no such row.
  public static func cut(for path: String) -> Double? {
    let url = URL(fileURLWithPath: path)
    let name = url.lastPathComponent.split(separator: ".").first.map(String.init) ?? ""
    let table = url.deletingLastPathComponent().appendingPathComponent(fileName)
    guard let text = try? String(contentsOf: table, encoding: .utf8) else { return nil }
    let rows = text.split(whereSeparator: \.isNewline).map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard let header = rows.first, let instance = header.firstIndex(of: "instance"),
      let value = header.firstIndex(of: "best_known")
    else { return nil }
    let row = rows.dropFirst().first { $0.indices.contains(instance) && $0[instance] == name }
    return row.flatMap { $0.indices.contains(value) ? Double($0[value]) : nil }
  }
}

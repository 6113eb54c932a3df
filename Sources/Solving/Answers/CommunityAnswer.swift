import Files
import Foundation
import Ising

/// What a search for communities came to.
public struct CommunityAnswer: Answer {
  /// The graph, and what was asked of it.
  public let question: CommunityQuestion
  /// Of the graph, at resolution 1.
  public var modularity: Double
  /// The best division that was found.
  public var communities: Communities
  /// Normalised mutual information with the division that the file says is true.
  public var nmi: Double?
  /// The machine that made the bisections, by its name in the catalogue.
  public var machine: String
  /// The seed of the search.
  public var seed: UInt64
  public var seconds: Double
  /// Ranks that divided the seeds.
  public var ranks: Int
  public var wasStopped: Bool
  public var trace: SearchTrace

  /// One name a vertex, if the file has names.
  public var labels: [String] { question.labels }
  public var title: String { "\(URL(fileURLWithPath: question.file).lastPathComponent): communities" }
  public var state: [Int] { communities.numbers }
  public var bestKnown: Double? { nil }
  public var levels: [(value: Double, reads: Int)] { [] }
  private var vertexCount: Int { question.graph.vertexCount }

  public var facts: [(name: String, value: String)] {
    [
      ("file", question.file), ("vertices", "\(vertexCount)"), ("machine", machine), ("seed", "\(seed)"), ("ranks", "\(ranks)"),
      ("time", String(format: "%.2f s", seconds)), ("communities", "\(communities.count)"),
    ] + (nmi.map { [("normalised mutual information with the file's own", String(format: "%.4f", $0))] } ?? [])
      + [("modularity", String(format: "%.6f", modularity))] + (wasStopped ? [("ended", "before its time")] : [])
  }

  public func text(samples: Int) -> String {
    var lines = [
      "\(question.file): communities of \(vertexCount) vertices",
      "\(machine), seed \(seed), \(ranks == 1 ? "1 rank" : "\(ranks) ranks"), " + String(format: "%.2f s", seconds),
      "communities \(communities.count)",
    ]
    if let nmi { lines.append("normalised mutual information with the file's own " + String(format: "%.4f", nmi)) }
    lines.append("modularity " + String(format: "%.6f", modularity))
    return lines.joined(separator: "\n")
  }

  public func json(samples: Int) throws -> String {
    // The modularity is what an Ising energy is the negative of; of two communities the spins are the two sides.
    let object = Object(
      file: question.file, problem: "communities", spinCount: vertexCount, energy: -modularity, modularity: modularity,
      communityCount: communities.count, communities: communities.numbers, nmi: nmi, machine: machine, seed: seed,
      seconds: seconds, spins: communities.count <= 2 ? communities.numbers.map { $0 == 0 ? 1 : -1 } : nil, ranks: ranks,
      interrupted: wasStopped, labels: labels.isEmpty ? nil : labels)
    return try jsonText(object)
  }

  private struct Object: Encodable {
    var file: String
    var problem: String
    var spinCount: Int
    var energy: Double
    var modularity: Double
    var communityCount: Int
    var communities: [Int]
    var nmi: Double?
    var machine: String
    var seed: UInt64
    var seconds: Double
    var spins: [Int]?
    var ranks: Int
    var interrupted: Bool
    /// In the order of the vertices.
    var labels: [String]?
  }
}

import Foundation

/// What a search for communities came to.
struct CommunityReport {
  var file: String
  var vertexCount: Int
  var modularity: Double
  var communityCount: Int
  var communities: [Int]
  /// Of the division that the file says is true.
  var nmi: Double?
  var machine: String
  var seed: UInt64
  var seconds: Double
  var ranks: Int
  var interrupted: Bool

  /// Names and values, as a page shows them.
  var facts: [(name: String, value: String)] {
    [
      ("file", file), ("vertices", "\(vertexCount)"), ("machine", machine), ("seed", "\(seed)"), ("ranks", "\(ranks)"),
      ("time", String(format: "%.2f s", seconds)), ("communities", "\(communityCount)"),
    ] + (nmi.map { [("normalised mutual information with the file's own", String(format: "%.4f", $0))] } ?? [])
      + [("modularity", String(format: "%.6f", modularity))] + (interrupted ? [("ended", "before its time")] : [])
  }

  var text: String {
    var lines = [
      "\(file): communities of \(vertexCount) vertices",
      "\(machine), seed \(seed), \(ranks == 1 ? "1 rank" : "\(ranks) ranks"), " + String(format: "%.2f s", seconds),
      "communities \(communityCount)",
    ]
    if let nmi { lines.append("normalised mutual information with the file's own " + String(format: "%.4f", nmi)) }
    lines.append("modularity " + String(format: "%.6f", modularity))
    return lines.joined(separator: "\n")
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // The modularity is what an Ising energy is the negative of; of two communities the spins are the two sides.
    let object = Object(
      file: file, problem: "communities", spinCount: vertexCount, energy: -modularity, modularity: modularity,
      communityCount: communityCount, communities: communities, nmi: nmi, machine: machine, seed: seed, seconds: seconds,
      spins: communityCount <= 2 ? communities.map { $0 == 0 ? 1 : -1 } : nil, ranks: ranks, interrupted: interrupted)
    return String(decoding: try encoder.encode(object), as: UTF8.self)
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
  }
}

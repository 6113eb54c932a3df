import Files

/// A chip's own couplers, what is missing of it, and places on it, as files. Spins have the chip's numbers, from 0.
public enum ChipFile {
  /// The couplers in any form of graphs. Vertices whose names are numbers keep these; others are numbered as they come.
  ///
  /// - Throws: `ProblemFileError` if the file holds no graph.
  public static func couplers(_ path: String) throws -> WeightedGraph {
    let content = try ProblemFile.read(path)
    guard [.graph, .matrix].contains(content.kind) else {
      throw ProblemFileError(file: path, line: nil, reason: "holds no graph, expected the couplers of a chip")
    }
    let numbers = content.labels.compactMap { Int($0) }
    guard numbers.count == content.graph.vertexCount, numbers.allSatisfy({ (0..<greatestSpin).contains($0) }) else {
      return content.graph
    }
    let graph = content.graph
    return try WeightedGraph(
      vertexCount: (numbers.max() ?? 0) + 1, sources: graph.sources.map { Int32(numbers[Int($0)]) },
      targets: graph.targets.map { Int32(numbers[Int($0)]) }, weights: graph.weights)
  }

  /// More than any chip has.
  private static let greatestSpin = 1 << 24

  /// What is left of a chip: each line of the file names a spin that is missing, or the two spins of a coupler that is; `#` begins comments.
  ///
  /// - Throws: `ProblemFileError` if a line names what the chip does not have.
  public static func removing(_ path: String, from chip: WeightedGraph) throws -> WeightedGraph {
    var scanner = TextScanner(try ProblemFile.bytes(of: path), file: path)
    var spins = Set<Int32>()
    var couplers = Set<SIMD2<Int32>>()
    let rows = AdjacencyRows(chip)
    scanner.skipSpaceAndComments()
    while !scanner.isAtEnd {
      let spin = try scanner.vertex(vertices: chip.vertexCount, base: 0)
      if scanner.isAtLineEnd() {
        spins.insert(Int32(spin))
      } else {
        let other = try scanner.vertex(vertices: chip.vertexCount, base: 0)
        guard rows.weight(spin, other) != nil else {
          throw scanner.failure("the chip has no coupler of spins \(spin) and \(other), expected one of its own that is missing")
        }
        couplers.insert(SIMD2(Int32(min(spin, other)), Int32(max(spin, other))))
      }
      try scanner.expectLineEnd()
      scanner.skipSpaceAndComments()
    }
    let left = chip.weights.indices.filter { edge in
      let (source, target) = (chip.sources[edge], chip.targets[edge])
      return !spins.contains(source) && !spins.contains(target)
        && !couplers.contains(SIMD2(min(source, target), max(source, target)))
    }
    return WeightedGraph(
      uncheckedVertexCount: chip.vertexCount, sources: left.map { chip.sources[$0] }, targets: left.map { chip.targets[$0] },
      weights: left.map { chip.weights[$0] })
  }

  /// Chains as JSON, as D-Wave's minorminer gives them: `{"variable": [spin, spin], …}`, by the problem's labels or its spins' numbers.
  ///
  /// - Throws: `ProblemFileError` if the file is none, or lacks a variable.
  public static func chains(_ path: String, labels: [String], spinCount: Int) throws -> [[Int32]] {
    let scanner = TextScanner(try ProblemFile.bytes(of: path), file: path)
    var json = JSONScanner(scanner)
    let document = try json.document()
    guard case .object(let members) = document.content else {
      throw scanner.failure("expected a JSON object of variables and their chains", line: document.line)
    }
    let names = labels.count == spinCount ? labels : (0..<spinCount).map(String.init)
    if let other = Set(members.keys).subtracting(names).min() {
      throw scanner.failure("\"\(other)\" is no variable of the problem", line: members[other]?.line)
    }
    return try names.map { name in
      guard let member = members[name] else {
        throw scanner.failure("\"\(name)\" has no chain, expected one", line: document.line)
      }
      guard case .numbers(let numbers) = member.content, !numbers.isEmpty,
        case let spins = numbers.compactMap({ Int32(exactly: $0) }), spins.count == numbers.count
      else { throw scanner.failure("\"\(name)\": expected a list of the chip's spins", line: member.line) }
      return spins.sorted()
    }
  }

  /// The chains of an embedding, as `chains` reads them.
  ///
  /// - Throws: `EncodingError` if a label cannot be written.
  public static func text(_ embedding: MinorEmbedding, labels: [String]) throws -> String {
    let lines = try embedding.chains.enumerated().map { spin, chain in
      let name = labels.count == embedding.chains.count ? labels[spin] : "\(spin)"
      return "  \(try jsonText(name)): [\(chain.map(String.init).joined(separator: ", "))]"
    }
    return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
  }
}

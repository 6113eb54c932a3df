import Foundation
import TestSupport
import TestTools
import Testing

@testable import Ising

/// Every reader on texts that were changed at random: it reads them or throws, and does neither for ever.
///
/// `EQUILIBRIA_FUZZ_INPUTS` is the number of inputs of each reader; scripts/fuzz asks for a million.
@Suite struct FuzzTests {
  /// Whole files of each form, from which inputs are made.
  static let corpus: [ProblemFormat: [String]] = [
    .rudy: ["# c\n4 3\n1 2 1\n2 3 -2.5\n3 4\n", "1 0\n"],
    .sparse: ["3 4\n1 1 2\n1 2 -3\n2 3 1\n3 3 1\n"],
    .mqlib: ["# c\n3 4\n1 1 2\n1 2 -3\n2 3 1\n3 3 1\n"],
    .orLibrary: ["1\n3 4\n1 1 2\n1 2 -3\n2 3 1\n3 3 1\n"],
    .qplib: [
      "! c\nname # the name\nQBN\nmaximize\n3\n2 # terms\n1 1 4\n2 1 -3\n0.5\n1\n2 -1\n1.5\n1e20\n0\n0\n0\n0\n1\n3 y\n0\n",
      "l\nLBL\nminimize\n2\n0\n1\n0\n0\n",
    ],
    .dimod: [modelFile(version: 1), modelFile(version: 2)],
    .matrixMarket: [
      "%%MatrixMarket matrix coordinate real symmetric\n% c\n3 3 2\n2 1 1.5\n3 3 -1\n",
      "%%MatrixMarket matrix array integer general\n2 2\n1\n2\n2\n1\n",
      "%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 2\n",
    ],
    .qubo: ["c x\np qubo 0 3 2 1\n0 0 1\n2 2 -1\n0 2 3.5\n"],
    .coo: ["# vartype=SPIN\n0 0 1.000000\n0 1 -2\n", "0 1 1\n1 2 3\n"],
    .gml: ["graph [ directed 0 node [ id 1 label \"a\" value 2 ] node [ id 2 ] edge [ source 1 target 2 value 2.5 ] ]"],
    .bqm: [
      "{\"type\": \"BinaryQuadraticModel\", \"variable_type\": \"SPIN\", \"linear_biases\": [1, 2], \"quadratic_biases\": [3], "
        + "\"quadratic_head\": [0], \"quadratic_tail\": [1], \"offset\": 0, \"variable_labels\": [\"\\u00e4\", [1]]}",
      "{\"variable_ids\": [1, 2], \"variable_domain\": \"spin\", \"scale\": 2, \"linear_terms\": [{\"id\": 1, \"coeff\": 1.3}], "
        + "\"quadratic_terms\": [{\"id_tail\": 1, \"id_head\": 2, \"coeff\": -0.5}]}",
    ],
    .edges: ["# s t\na b 1\nb c {}\nc a\n", "3 1\n1 2\n"],
    .metis: ["% c\n3 2 011 1\n1 2 5\n1 1 5 3 6\n1 2 6\n", "2 0\n\n\n"],
    .dimacs: ["c x\np edge 3 2\ne 1 2\na 2 3 4\n"],
    .pajek: ["*Vertices 3\n1 \"a b\"\n2 c\n*Arcs\n1 2 1\n*Edgeslist\n3 1 2\n"],
    .graphml: [
      "<?xml version=\"1.0\"?><!-- c --><graphml><key id=\"d0\" attr.name=\"weight\"><default>2</default></key>"
        + "<graph edgedefault=\"directed\"><node id=\"a&amp;b\"/><node id='c'><data key=\"l\">x</data></node>"
        + "<edge source=\"a&amp;b\" target=\"c\"><data key=\"d0\">1.5</data></edge></graph></graphml>"
    ],
    .numbers: ["3\n1\n# c\n4 -1e3\n"],
  ]

  @Test func everyFormHasExamples() throws {
    #expect(Set(Self.corpus.keys) == Set(ProblemFormat.allCases))
    for (format, texts) in Self.corpus {
      for text in texts { _ = try content(text, format: format) }
    }
  }

  @Test(arguments: ProblemFormat.allCases) func readersSurvive(format: ProblemFormat) throws {
    let others = Self.corpus.values.flatMap { $0 }.map { [UInt8]($0.utf8) }
    let own = try #require(Self.corpus[format]).map { [UInt8]($0.utf8) }
    var mutation = Mutation(seed: UInt64(ProblemFormat.allCases.firstIndex(of: format) ?? 0))
    var (read, refused) = (0, 0)
    for _ in 0..<Mutation.inputs(usually: 4000) {
      let input = mutation.change(own, others)
      do {
        let found = try ProblemFile.parse(input, file: "f", format: format)
        // What is read holds together: no edge leads out of the graph, and no number is infinite.
        let count = found.graph.vertexCount
        let ends = (found.graph.sources + found.graph.targets).allSatisfy { (0..<count).contains(Int($0)) }
        let finite = found.graph.weights.allSatisfy(\.isFinite) && found.diagonal.allSatisfy(\.isFinite)
        #expect(ends && finite, "\(String(decoding: input, as: UTF8.self))")
        read += 1
      } catch is ProblemFileError {
        refused += 1
      }
    }
    #expect(read > 0 && refused > 0)
  }

  /// The form is guessed for any bytes at all.
  @Test func detectionSurvives() throws {
    var mutation = Mutation(seed: 99)
    let all = Self.corpus.values.flatMap { $0 }.map { [UInt8]($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    for _ in 0..<Mutation.inputs(usually: 4000) {
      let input = mutation.change(all, all)
      do { _ = try ProblemFile.parse(input, file: "f") } catch is ProblemFileError {}
    }
  }

  /// Files beside a problem: states, clamped spins, what a chip lacks, its own couplers, and chains.
  @Test(arguments: ["states", "clamps", "missing", "couplers", "chains"]) func filesBesideAProblem(kind: String) throws {
    let texts = [
      "states": ["1\n-1 b\n0\n1\n", "# c\n1 -1 1 1\n-1 -1 0 1\n"], "clamps": ["0 1\n3 -1\n2 0\n"],
      "missing": ["# c\n3\n0 4\n7\n"], "couplers": ["0 4\n4 7\n7 0\n", "a b\nb c\n", "3 2\n1 2\n2 3\n"],
      "chains": ["{\"0\": [0, 4], \"1\": [1],\n\"2\": [5], \"3\": [6]}", "{}"],
    ]
    let corpus = try #require(texts[kind]).map { [UInt8]($0.utf8) }
    let chip = try HardwareGraph.chimera(size: 1).graph()
    let folder = try TemporaryFolder()
    var mutation = Mutation(seed: UInt64(corpus[0].count))
    var (read, refused) = (0, 0)
    for _ in 0..<Mutation.inputs(usually: 2000) {
      let path = try folder.write(mutation.change(corpus, corpus), "f")
      do {
        switch kind {
        case "states":
          #expect(try StateFile.readAll(path, spinCount: 4).allSatisfy { $0.count == 4 && $0.allSatisfy { abs($0) == 1 } })
        case "clamps":
          #expect(try ClampFile.read(path, spinCount: 4).allSatisfy { (0..<4).contains($0.key) && abs($0.value) == 1 })
        case "missing": #expect(try ChipFile.removing(path, from: chip).edgeCount <= chip.edgeCount)
        case "couplers":
          let own = try ChipFile.couplers(path)
          #expect((own.sources + own.targets).allSatisfy { (0..<own.vertexCount).contains(Int($0)) })
        default: #expect(try ChipFile.chains(path, labels: [], spinCount: 4).allSatisfy { !$0.isEmpty })
        }
        read += 1
      } catch is ProblemFileError {
        refused += 1
      } catch is ProblemError {
        refused += 1
      }
    }
    #expect(read > 0 && refused > 0)
  }
}

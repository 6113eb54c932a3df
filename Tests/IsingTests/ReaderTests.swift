import TestSupport
import Testing

@testable import Ising

@Suite struct ReaderTests {
  private func edges(_ content: ProblemContent) -> [[Double]] {
    content.graph.weights.indices.map {
      [Double(content.graph.sources[$0]), Double(content.graph.targets[$0]), content.graph.weights[$0]]
    }
  }

  @Test func rudy() throws {
    let found = try content("3 2 \n1 3 -2\n\n2 1 0.5 \n")
    #expect(found.format == .rudy)
    #expect(found.kind == .graph)
    #expect(found.graph.vertexCount == 3)
    #expect(edges(found) == [[0, 2, -2], [1, 0, 0.5]])
  }

  @Test func rudyWithoutWeightsAndWithWindowsLines() throws {
    #expect(edges(try content("2 1\r\n1 2\r\n")) == [[0, 1, 1]])
    #expect(edges(try content("2 1\n1 2")) == [[0, 1, 1]])
  }

  @Test func matrixMarketCoordinates() throws {
    let found = try content(
      "%%MatrixMarket matrix coordinate real symmetric\n% a comment\n3 3 3\n2 1 1.5\n3 3 -4\n3 2 1e2\n")
    #expect(found.format == .matrixMarket)
    #expect(found.kind == .matrix)
    #expect(edges(found) == [[1, 0, 1.5], [2, 1, 100]])
    #expect(found.diagonal == [0, 0, -4])
  }

  @Test func matrixMarketGeneralAndPattern() throws {
    let general = try content("%%MatrixMarket matrix coordinate integer general\n2 2 2\n2 1 7\n1 2 7\n")
    #expect(edges(general) == [[1, 0, 7]])
    let pattern = try content("%%MatrixMarket matrix coordinate pattern symmetric\n2 2 1\n2 1\n")
    #expect(edges(pattern) == [[1, 0, 1]])
  }

  @Test func matrixMarketArrays() throws {
    // By columns: (1,1) (2,1) (3,1) (2,2) (3,2) (3,3).
    let symmetric = try content("%%MatrixMarket matrix array real symmetric\n3 3\n1\n2\n3\n4\n0\n6\n")
    #expect(edges(symmetric) == [[1, 0, 2], [2, 0, 3]])
    #expect(symmetric.diagonal == [1, 4, 6])
    let general = try content("%%MatrixMarket matrix array integer general\n2 2\n0 5\n5 0\n")
    #expect(edges(general) == [[1, 0, 5]])
  }

  @Test func qubo() throws {
    let found = try content("c made by hand\np qubo 0 4 2 1\n0 0 3\n3 3 -1\nc couplers\n0 3 2.5\n")
    #expect(found.format == .qubo)
    #expect(found.kind == .binaryFunction)
    #expect(found.diagonal == [3, 0, 0, -1])
    #expect(edges(found) == [[0, 3, 2.5]])
  }

  @Test func coordinates() throws {
    let plain = try content("# couplings\n0 1 2\n2 2 -1\n1 2 3\n")
    #expect(plain.format == .coo)
    #expect(plain.kind == .graph)
    #expect(plain.diagonal == [0, 0, -1])
    #expect(edges(plain) == [[0, 1, 2], [1, 2, 3]])
    #expect(try content("# vartype=SPIN\n0 1 2\n").kind == .spinFunction)
    #expect(try content("# vartype=BINARY\n0 1 2\n").kind == .binaryFunction)
  }

  @Test func graphMarkup() throws {
    let text = """
      Creator "me [not a list]"
      graph
      [
        directed 0
        node [ id 10 label "a" value "x" graphics [ x 1 y [ z 2 ] ] ]
        node [ id 7 label "b" value "y" ]
        # a comment
        node [ id 8 value "x" ]
        edge [ source 10 target 8 ]
        edge [ source 7 target 8 value 2.5 ]
        edge [ source 7 target 7 ]
      ]
      """
    let found = try content(text)
    #expect(found.format == .gml)
    #expect(found.labels == ["a", "b", "8"])
    #expect(found.groundTruth == [0, 1, 0])
    #expect(edges(found) == [[0, 2, 1], [1, 2, 2.5]])
    #expect(found.diagonal == [0, 1, 0])
  }

  /// Benchmark graphs list the members of a node's community, in any order.
  @Test func communitiesAsListsOfMembers() throws {
    let text = """
      graph [ node [ id 0 community 0 community 2 ] node [ id 1 community 1 ] node [ id 2 community 2 community 0 ] ]
      """
    #expect(try content(text).groundTruth == [0, 1, 0])
  }

  @Test func binaryQuadraticModel() throws {
    let text = """
      {"type": "BinaryQuadraticModel", "version": {"bqm_schema": "3.0.0"}, "use_bytes": false,
       "num_variables": 3, "num_interactions": 2, "variable_labels": ["a", 2, "\\u00e4\\n"], "variable_type": "SPIN",
       "offset": 1.5, "info": {}, "linear_biases": [1, -2.5, 0], "quadratic_biases": [3, -1],
       "quadratic_head": [0, 1], "quadratic_tail": [1, 2]}
      """
    let found = try content(text)
    #expect(found.format == .bqm)
    #expect(found.kind == .spinFunction)
    #expect(found.offset == 1.5)
    #expect(found.diagonal == [1, -2.5, 0])
    #expect(found.labels == ["a", "2", "ä\n"])
    #expect(edges(found) == [[0, 1, 3], [1, 2, -1]])
  }

  @Test func numbers() throws {
    let found = try content("3\n1\n# four\n4 1\n5\n")
    #expect(found.format == .numbers)
    #expect(found.diagonal == [3, 1, 4, 1, 5])
  }

  /// Graphs of other programs: a ring of six, and paths of three.
  @Test func graphsOfOtherPrograms() throws {
    let metis = try content("% c\n6 6\n2 6\n1 3\n2 4\n3 5\n4 6\n1 5\n", "ring.graph")
    #expect(metis.format == .metis)
    #expect(edges(metis) == [[0, 1, 1], [0, 5, 1], [1, 2, 1], [2, 3, 1], [3, 4, 1], [4, 5, 1]])
    let weighted = try content("3 2 011 1\n9 2 5\n9 1 5 3 6\n9 2 6\n", format: .metis)
    #expect(edges(weighted) == [[0, 1, 5], [1, 2, 6]])
    #expect(message("2 1\n2\n\n", format: .metis).contains("expected each edge in the lines of both"))
    #expect(message("2 1\n\n1\n", format: .metis).contains("found 0 edges, expected 1"))
    let arcs = try content("c road\np sp 3 3\na 1 2 5\na 2 3 7\na 3 2 1\n")
    #expect(arcs.format == .dimacs && edges(arcs) == [[0, 1, 5], [1, 2, 8]])
    #expect(arcs.notes.count == 2)
    let pajek = try content("*Vertices 3\n1 \"a b\"\n3 c\n*Edges\n1 2 1\n*Edgeslist\n2 3\n")
    #expect(pajek.format == .pajek && edges(pajek) == [[0, 1, 1], [1, 2, 1]])
    #expect(pajek.labels == ["a b", "2", "c"] && pajek.notes == [])
    let xml = try content(
      "<?xml version='1.0'?><graphml xmlns='x'><key id='d' attr.name='weight' for='edge'/><graph edgedefault='undirected'>"
        + "<node id='n&amp;1'/><node id='n2'><data key='label'>two</data></node><edge source='n2' target='n&amp;1'>"
        + "<data key='d'>2.5</data></edge></graph></graphml>")
    #expect(xml.format == .graphml && edges(xml) == [[1, 0, 2.5]] && xml.labels == ["n&1", "two"])
  }

  /// A list of edges is told from a graph with a header, and its vertices keep their names.
  @Test func listsOfEdges() throws {
    let commented = try content("# source target\n1 2\n2 3\n3 1\n")
    #expect(commented.format == .edges && commented.labels == ["1", "2", "3"] && commented.graph.edgeCount == 3)
    #expect(try content("# Nodes: 3\n0\t1\n1\t2\n2\t0\n").labels == ["0", "1", "2"])
    #expect(try content("4 4\n1 2\n2 3\n3 4\n4 1\n").format == .rudy)
    let named = try content("bob alice 2\nalice carol\nalice bob 0.5\ncarol carol 3\n")
    #expect(named.labels == ["bob", "alice", "carol"] && edges(named) == [[0, 1, 2.5], [1, 2, 1]])
    #expect(named.diagonal == [0, 0, 3] && named.notes.count == 1)
    #expect(edges(try content("10 9\n9 2\n", "a.edges")) == [[2, 1, 1], [1, 0, 1]])
  }

  @Test func graphMarkupWithNamesAndDirections() throws {
    let found = try content(
      "graph [ directed 1 node [ id \"a\" label \"A\" ] node [ id \"b\" ] edge [ source \"a\" target \"b\" ] edge [ source \"b\" target \"a\" value 2 ] ]"
    )
    #expect(found.labels == ["A", "b"] && edges(found) == [[0, 1, 3]] && found.notes.count == 2)
  }

  /// The same model in each of the JSON forms: h = 1 and −1, J = ½, offset ½.
  @Test func listsOfTerms() throws {
    let old = try content(
      "{\"linear_terms\": [{\"bias\": 1.0, \"label\": 0}, {\"bias\": -1.0, \"label\": \"b\"}], \"offset\": 0.5, "
        + "\"quadratic_terms\": [{\"bias\": 0.5, \"label_head\": \"b\", \"label_tail\": 0}], "
        + "\"variable_labels\": [0, \"b\"], \"variable_type\": \"SPIN\"}")
    #expect(old.kind == .spinFunction && old.diagonal == [1, -1] && edges(old) == [[0, 1, 0.5]] && old.offset == 0.5)
    #expect(old.labels == ["0", "b"])
    let bqpjson = try content(
      "{\"variable_ids\": [4, 2], \"variable_domain\": \"boolean\", \"scale\": 2.0, \"offset\": 0.25, "
        + "\"linear_terms\": [{\"id\": 2, \"coeff\": -0.5}, {\"id\": 4, \"coeff\": 0.5}], "
        + "\"quadratic_terms\": [{\"id_tail\": 4, \"id_head\": 2, \"coeff\": 0.25}]}")
    #expect(bqpjson.kind == .binaryFunction && bqpjson.diagonal == [1, -1] && edges(bqpjson) == [[0, 1, 0.5]])
    #expect(bqpjson.offset == 0.5 && bqpjson.labels == ["4", "2"])
  }

  /// A triangle of a matrix lists each pair once; a symmetric one each entry twice. Biq Mac's lists count each pair twice.
  @Test func matricesOfQUBOs() throws {
    func least(_ text: String, _ name: String) throws -> Double {
      let objective = try #require(try ProblemKind.qubo.objective(of: content(text, name)))
      return try states(objective.problem.spinCount).map { objective.measure(atEnergy: try objective.problem.energy(of: $0)) }
        .min() ?? 0
    }
    #expect(try least("%%MatrixMarket matrix coordinate real general\n2 2 3\n1 1 -1\n2 2 -1\n1 2 1.5\n", "m.mtx") == -1)
    #expect(try least("%%MatrixMarket matrix coordinate real symmetric\n2 2 3\n1 1 -1\n2 2 -1\n2 1 -1.5\n", "m.mtx") == -5)
    #expect(try least("2 3\n1 1 -1\n2 2 -1\n1 2 -1.5\n", "m.sparse") == -5)
  }

  /// Nothing of a file is lost without a word.
  @Test func brokenFilesAreRefused() throws {
    #expect(message("*Vertices 5\n*Edges\n1 5\n*Vertices 2\n").contains("a second section"))
    let graph = "<graphml><graph edgedefault='undirected'><node id='a'/><node id='b'/><edge source='a' target='b'>"
    #expect(message(graph).contains("the file ends within `<edge>`"))
    #expect(message(graph + "</graph></graphml>").contains("found `</graph>`, expected `</edge>`"))
    #expect(message(graph + "</edge></graph>").contains("the file ends within `<graphml>`"))
    #expect(edges(try content(graph + "</edge ></graph></graphml>\n")) == [[0, 1, 1]])
  }

  /// A line that names the columns is left out; a vertex that is called as one is not.
  @Test func headingsOfEdges() throws {
    #expect(try content("source target\na b\nb c\n", "g.edges").labels == ["a", "b", "c"])
    #expect(try content("u v\nv w\nw x\n", "u.edges").labels == ["u", "v", "w", "x"])
  }

  @Test func marksAndControlBytes() throws {
    #expect(edges(try content("\u{FEFF}# c\n2 1\n1 2 5\n")) == [[0, 1, 5]])
    #expect(!message("4 \u{1B}[31mX\n").unicodeScalars.contains { $0.value == 27 })
    #expect(message("PK\u{3}\u{4}").contains("the file ends"))
  }

  @Test func theNameDecidesAndTheOptionOverridesIt() throws {
    #expect(try content("2 1 1\n", "a.coo").format == .coo)
    #expect(try content("2 1\n1 2\n", "a.rud.gz").format == .rudy)
    #expect(try content("1 2 3", "a.coo", format: .numbers).format == .numbers)
  }

  @Test func gzippedFilesAreReadUnderAnyName() throws {
    let folder = try TemporaryFolder()
    let plain = try ProblemFile.read(try folder.write("2 1\n1 2 5\n", "plain.txt"))
    let gzipped = try ProblemFile.read(try folder.writeGzipped([UInt8]("2 1\n1 2 5\n".utf8), "gzipped.txt"))
    #expect(gzipped.graph == plain.graph)
  }

  @Test(.enabled(if: publishedFolder("gset") != nil)) func publishedGraphs() throws {
    let folder = try #require(publishedFolder("gset"))
    let graph = try ProblemFile.read("\(folder)/G22.txt").graph
    #expect(graph.vertexCount == 2000)
    #expect(graph.edgeCount == 19990)
    #expect(graph.totalWeight == 19990)
    let dense = try ProblemFile.read("\(folder)/K2000.rud.gz").graph
    #expect(dense.edgeCount == 1_999_000)
    #expect(dense.totalWeight == -1040)
  }
}

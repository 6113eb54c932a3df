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

  @Test func theNameDecidesAndTheOptionOverridesIt() throws {
    #expect(try content("2 1 1\n", "a.coo").format == .coo)
    #expect(try content("2 1\n1 2\n", "a.rud.gz").format == .rudy)
    #expect(try content("1 2 3", "a.coo", format: .numbers).format == .numbers)
  }

  @Test func gzippedFilesAreReadUnderAnyName() throws {
    let folder = try TemporaryFolder()
    let plain = try ProblemFile.read(try folder.write("2 1\n1 2 5\n", "plain.txt"))
    let gzipped = try ProblemFile.read(try folder.writeGzipped("2 1\n1 2 5\n", "gzipped.txt"))
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

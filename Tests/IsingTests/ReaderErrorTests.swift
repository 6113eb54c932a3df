import Foundation
import TestSupport
import Testing

@testable import Ising

/// Each message is `FILE:LINE: what, expected what`.
@Suite struct ReaderErrorTests {
  @Test(arguments: [
    ("", "f:1: the file is empty, expected a problem"),
    ("2\n", "read without error"),
    ("3 1\n1 4 1\n", "f:2: vertex 4 is out of range, expected 1 to 3"),
    ("3 1\n0 1 1\n", "f:2: vertex 0 is out of range, expected 1 to 3"),
    ("3 1\n-1 1 1\n", "f:2: vertex -1 is out of range, expected 1 to 3"),
    (
      "3 1\n2 2 1\n",
      "f:2: edge 2 2 joins a vertex to itself, expected two vertices; a matrix of a QUBO is read with --format sparse where it is "
        + "minimised, as Biq Mac's, and with --format mqlib where it is maximised"
    ),
    ("3 3\n1 2 1\n2 3 1\n2 1 5\n", "f:4: edge 2 1 repeats that of line 2, expected every edge once"),
    ("3 2\n1 2 1\n", "f:3: the file ends after 1 edges, expected 2 as line 1 says"),
    ("3 1\n1 2 1\n2 3 1\n", "f:3: found another edge, expected 1 as line 1 says"),
    ("3 -1\n", "f:1: found -1, expected the number of edges, 0 or more"),
    ("0 0\n", "f:1: found 0, expected the number of vertices, 1 to 2147483647"),
    ("9999999999 1\n1 2 1\n", "f:1: found 9999999999, expected the number of vertices, 1 to 2147483647"),
    ("3 1\n1 2 nan\n", "f:2: found `nan`, expected a weight"),
    ("3 1\n1 2 inf\n", "f:2: found `inf`, expected a weight"),
    ("3 1\n1 2 1e999\n", "f:2: `1e999` is too great, expected a weight that a 64-bit number can hold"),
    (
      "3 1\n1 2 9007199254740993\n",
      "f:2: `9007199254740993` is too great, expected an integer of at most 2^53, up to which sums are exact"
    ),
    (
      "3 1\n1 2 99999999999999999999\n",
      "f:2: `99999999999999999999` is too great, expected an integer of at most 2^53, up to which sums are exact"
    ),
    ("3 1\n1 2 1 4\n", "f:2: found `4`, expected the end of the line"),
    ("3 1\n1\n", "f:2: found the end of the line, expected a vertex"),
    ("3 1\n1", "f:2: found the end of the file, expected a vertex"),
    ("3 1\n1 x 1\n", "f:2: found `x`, expected a vertex"),
    ("3 1\n1 2.5 1\n", "f:2: found `2.5`, expected a vertex"),
  ])
  func rudy(text: String, expected: String) {
    let found = message(text, format: text == "2\n" ? .numbers : nil)
    #expect(found == expected)
  }

  @Test func aHeaderThatLiesTakesNoMemory() {
    #expect(message("3 123456789012345678\n1 2 1\n", format: .rudy).contains("ends after 1 edges, expected 123456789012345678"))
    #expect(message("2147483647 1\n1 2 1\n").contains("2147483647 vertices and 1 edges would take 137 GB, and"))
    #expect(message("p qubo 0 2147483647 0 0\n").hasPrefix("f:1: 2147483647 variables would take 137 GB, and"))
    #expect(message("0 2147483646 1\n").contains("would take 137 GB"))
  }

  @Test(arguments: [
    ("%%MatrixMarket matrix coordinate complex symmetric\n", "f:1: found `complex`, expected `real` or `integer` or `pattern`"),
    ("%%MatrixMarket matrix coordinate real skew-symmetric\n", "f:1: found `skew-symmetric`, expected `symmetric` or `general`"),
    ("%%MatrixMarket matrix coordinate real symmetric\n2 3 1\n", "f:2: a matrix of 2 × 3, expected a square one"),
    (
      "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n2 1 1\n",
      "f:4: the file ends after 1 entries, expected 2 as line 2 says"
    ),
    (
      "%%MatrixMarket matrix coordinate real general\n2 2 2\n2 1 1\n1 2 3\n",
      "f:4: entry (1, 2) is 3.0 and (2, 1) is 1.0, expected a symmetric matrix"
    ),
    (
      "%%MatrixMarket matrix coordinate real general\n3 3 3\n1 2 3\n2 1 3\n1 3 4\n",
      "f:5: entry (1, 3) is 4.0 and (3, 1) is missing, expected a symmetric matrix"
    ),
    (
      "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 1\n1 1 2\n",
      "f:4: entry (1, 1) occurs twice, expected every entry once"
    ),
    (
      "%%MatrixMarket matrix array real symmetric\n2 2\n1\n2\n",
      "f:5: the file ends before entry (2, 2) of the matrix of line 2, expected all entries"
    ),
    ("%%MatrixMarket matrix array real symmetric\n1 1\n1\n2\n", "f:4: found `2`, expected the end of the file"),
  ])
  func matrixMarket(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test(arguments: [
    ("p qubo 1 2 0 0\n", "f:1: topology `1`, expected 0 (unconstrained)"),
    ("p cnf 2 1\n", "f:1: found `cnf`, expected `p qubo 0 maxNodes nodes couplers`"),
    ("p qubo 0 2 1 1\n0 0 1\n", "f:3: found 1 nodes and 0 couplers, expected 1 and 1 as line 1 says"),
    ("p qubo 0 2 2 0\n0 0 1\n0 0 2\n", "f:3: node 0 repeats that of line 2, expected every node once"),
    ("p qubo 0 2 0 1\n0 2 1\n", "f:2: vertex 2 is out of range, expected 0 to 1"),
    ("p qubo 0 2 3 1\n", "f:1: found 3, expected the number of nodes, 0 to 2"),
  ])
  func qubo(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test(arguments: [
    ("# vartype=INTEGER\n0 1 1\n", "f:1: vartype `INTEGER`, expected SPIN or BINARY"),
    ("0 0 1\n0 0 2\n", "f:2: entry 0 0 repeats that of line 1, expected every entry once"),
    ("0 1 1\n1 0 1\n", "f:2: edge 1 0 repeats that of line 1, expected every edge once"),
    ("# nothing\n", "f:2: the file has no entries, expected lines `i j value`"),
  ])
  func coordinates(text: String, expected: String) {
    #expect(message(text, format: .coo) == expected)
  }

  @Test(arguments: [
    (
      "graph [\n node [ id 0 ]\n edge [ source 0 target 4 ]\n]",
      "f:3: the edge's node 4 is not in the graph, expected one of its nodes"
    ),
    ("graph [\n node [ id 0 ]\n node [ id 0 ]\n]", "f:3: node 0 occurs twice, expected every node once"),
    ("graph [\n node [ label 0 ]\n]", "f:2: a node without `id`, expected one"),
    ("graph [\n node [ id 0 ]\n edge [ source 0 ]\n]", "f:3: an edge without `target`, expected both ends"),
    ("graph [\n directed 2\n]", "f:2: directed 2, expected 0 or 1"),
    ("graph [\n]", "f:2: the graph has no nodes, expected one or more"),
    ("graph [\n node [ id [ x 1 ] ]\n]", "f:2: found `[`, expected the node's number or name"),
    ("graph [\n node [ id 0 ]\n", "f:3: found the end of the file, expected a key or `]`, the end of the graph"),
    ("graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 value nan ] ]", "f:1: found `nan`, expected a finite number"),
    ("nodes [ ]", "f:1: the file has no graph, expected `graph [ … ]`"),
  ])
  func graphMarkup(text: String, expected: String) {
    #expect(message(text, format: .gml) == expected)
  }

  @Test func listsWithinListsDoNotEndTheProgram() {
    let deep = String(repeating: "a [ ", count: 100_000)
    #expect(message("graph [ " + deep, format: .gml).contains("lists within lists beyond 64"))
    #expect(message(String(repeating: "[", count: 100_000), format: .bqm).contains("expected `{`"))
    #expect(message("{\"a\": " + String(repeating: "[", count: 100_000), format: .bqm).contains("values within values beyond 32"))
  }

  private func model(_ changed: String, _ value: String) -> String {
    var members = [
      ("type", "\"BinaryQuadraticModel\""), ("variable_type", "\"SPIN\""), ("linear_biases", "[1, 2]"),
      ("quadratic_biases", "[3]"), ("quadratic_head", "[0]"), ("quadratic_tail", "[1]"), ("offset", "0"),
    ]
    members.removeAll { $0.0 == changed && value.isEmpty }
    let lines = members.map { "\"\($0.0)\": \($0.0 == changed ? value : $0.1)" }
    return "{\n" + lines.joined(separator: ",\n") + "\n}"
  }

  @Test(arguments: [
    ("type", "\"Other\"", "f:2: \"type\" is \"Other\", expected \"BinaryQuadraticModel\""),
    ("variable_type", "\"TERNARY\"", "f:3: \"variable_type\" is \"TERNARY\", expected \"SPIN\" or \"BINARY\""),
    ("variable_type", "", "f:1: \"variable_type\" is missing, expected \"SPIN\" or \"BINARY\""),
    ("linear_biases", "[1, \"x\"]", "f:4: \"linear_biases\" is no array of numbers, expected one"),
    ("linear_biases", "[]", "f:4: \"linear_biases\" is empty, expected one bias a variable"),
    ("linear_biases", "[1, NaN]", "f:4: found `NaN`, expected a value"),
    ("linear_biases", "[1, 1e999]", "f:4: `1e999` is too great, expected a number that 64 bits can hold"),
    ("quadratic_head", "[2]", "f:6: \"quadratic_head\" [0] is 2.0, expected a variable, 0 to 1"),
    ("quadratic_head", "[1]", "f:6: \"quadratic_head\" [0] and quadratic_tail name one variable, expected two"),
    (
      "quadratic_head", "[0, 1]",
      "f:5: \"quadratic_biases\" has 1 numbers, quadratic_head 2, quadratic_tail 1, expected as many of each"
    ),
    ("offset", "\"0\"", "f:8: \"offset\" is no number, expected one"),
    ("quadratic_tail", "[1", "f:8: found `:`, expected `,` or `]`"),
  ])
  func binaryQuadraticModel(key: String, value: String, expected: String) {
    #expect(message(model(key, value)) == expected)
  }

  @Test func filesThatAreNone() throws {
    let folder = try TemporaryFolder()
    func failure(_ path: String) -> String {
      do {
        _ = try ProblemFile.read(path)
        return "read without error"
      } catch { return "\(error)" }
    }
    #expect(failure("\(folder.path)/none") == "\(folder.path)/none: No such file or directory")
    #expect(failure(folder.path) == "\(folder.path): is a folder, expected a file")
    #expect(failure("/dev/zero") == "/dev/zero: is not a regular file")
    let cut = try folder.writeGzipped([UInt8](String(repeating: "1 2 3 4 5 6 7\n", count: 1000).utf8), "cut.gz")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: cut))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: cut))
    #expect(failure(cut) == "\(cut): the gzip stream ends too early")
  }
}

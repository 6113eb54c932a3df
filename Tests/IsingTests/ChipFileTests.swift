import TestSupport
import Testing

@testable import Ising

/// Chips of one's own, chips with missing parts, and embeddings that are kept.
@Suite struct ChipFileTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  /// The chip's own couplers need no search, also where spins are missing.
  @Test func nativeProblemsLieOnThemselves() throws {
    let chip = try HardwareGraph.chimera(size: 4).graph()
    let problem = try IsingProblem(graph: chip.scaled(by: -1))
    let embedding = try EmbeddingSearch.embedding(of: problem, on: chip, seed: 1)
    #expect(embedding.chains == (0..<128).map { [Int32($0)] })
    let folder = try TemporaryFolder()
    let missing = try folder.write("# broken\n3\n8 12\n", "missing")
    let left = try ChipFile.removing(missing, from: chip)
    #expect(left.edgeCount == chip.edgeCount - 6 && left.vertexCount == 128)
    #expect(!zip(left.sources, left.targets).contains { $0 == 3 || $1 == 3 || ($0 == 8 && $1 == 12) })
    #expect(throws: ProblemError.self) { try EmbeddingSearch.embedding(of: problem, on: left, seed: 1, attempts: 1) { true } }
  }

  @Test func missingPartsAreOnesOfTheChip() throws {
    let chip = try HardwareGraph.chimera(size: 1).graph()
    let folder = try TemporaryFolder()
    let spin = try folder.write("8\n", "a")
    #expect(message { _ = try ChipFile.removing(spin, from: chip) }.contains("vertex 8 is out of range"))
    let coupler = try folder.write("0 1\n", "b")
    #expect(message { _ = try ChipFile.removing(coupler, from: chip) }.contains("no coupler of spins 0 and 1"))
  }

  /// Numbers of a chip stay, also where some are not there.
  @Test func ownCouplersKeepTheirNumbers() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("0 4\n4 7\n7 0\n", "chip.edges")
    let chip = try ChipFile.couplers(path)
    #expect(chip.vertexCount == 8 && chip.edgeCount == 3)
    var device = DeviceSettings()
    device.couplers = chip
    let triangle = try IsingProblem(
      graph: WeightedGraph(vertexCount: 3, sources: [0, 1, 2], targets: [1, 2, 0], weights: [1, 1, 1]))
    let placed = try DeviceProblem(triangle, on: device, seed: 1)
    #expect(placed.embedded?.embedding.chains.flatMap { $0 }.sorted() == [0, 4, 7])
  }

  @Test func embeddingsAreKept() throws {
    let folder = try TemporaryFolder()
    let chip = try HardwareGraph.chimera(size: 2).graph()
    let problem = try SyntheticProblem.dense(spins: 5).problem(seed: 1)
    let embedding = try EmbeddingSearch.embedding(of: problem, on: chip, seed: 1)
    for labels in [[], ["a", "b \"c\"", "ä", "d\n", "e"]] {
      let path = try folder.write(try ChipFile.text(embedding, labels: labels), "e.json")
      #expect(try ChipFile.chains(path, labels: labels, spinCount: 5) == embedding.chains)
    }
    var device = DeviceSettings()
    (device.chip, device.chains) = (.chimera(size: 2), embedding.chains)
    #expect(try DeviceProblem(problem, on: device, seed: 2).embedded?.embedding == embedding)
    device.chains = (0..<5).map { [Int32($0)] }
    #expect(message { _ = try DeviceProblem(problem, on: device, seed: 2) }.contains("no coupler joins the chains"))
  }

  /// A spin without couplings of its own is not put where the chip has none.
  @Test func looseSpinsLieOnWhatWorks() throws {
    let folder = try TemporaryFolder()
    let chip = try HardwareGraph.chimera(size: 1).graph()
    let left = try ChipFile.removing(try folder.write("2\n", "missing"), from: chip)
    let graph = try WeightedGraph(vertexCount: 6, sources: [0], targets: [4], weights: [1])
    let problem = try IsingProblem(graph: graph, fields: [0, 0, 1, 0, 0, 0])
    let found = try EmbeddingSearch.embedding(of: problem, on: left, seed: 1)
    #expect(!found.chains.contains([2]) && Set(found.chains.flatMap { $0 }).count == found.usedSpinCount)
    let native = (0..<6).map { [Int32($0)] }
    #expect(message { _ = try MinorEmbedding(chains: native, of: problem, on: left) }.contains("has 2, which the chip"))
  }

  @Test func chainsThatAreRefused() throws {
    let folder = try TemporaryFolder()
    func refusal(_ text: String) throws -> String {
      let path = try folder.write(text, "e.json")
      return message { _ = try ChipFile.chains(path, labels: [], spinCount: 2) }
    }
    #expect(try refusal("{\"0\": [1]}").contains("\"1\" has no chain"))
    #expect(try refusal("{\"0\": [1], \"1\": [2], \"2\": [3]}").contains("\"2\" is no variable"))
    #expect(try refusal("{\"0\": [1], \"1\": []}").contains("\"1\": expected a list"))
    #expect(try refusal("{\"0\": [1], \"1\": [1.5]}").contains("\"1\": expected a list"))
    #expect(try refusal("[1]").contains("expected a JSON object"))
  }

  // MARK: - States

  @Test func severalStatesInOneFile() throws {
    let folder = try TemporaryFolder()
    let three = try folder.write("# states\n1 -1 1\n-1 -1 1\n", "states")
    #expect(try StateFile.readAll(three, spinCount: 3) == [[1, -1, 1], [-1, -1, 1]])
    let one = try folder.write("1 a\n0 b\n1 c\n", "state")
    #expect(try StateFile.readAll(one, spinCount: 3) == [[1, -1, 1]])
    let short = try folder.write("1 -1 1\n1 1\n", "short")
    #expect(message { _ = try StateFile.readAll(short, spinCount: 3) }.contains("a state of 2 spins, expected 3"))
    let long = try folder.write("1 -1 1 1\n", "long")
    #expect(message { _ = try StateFile.readAll(long, spinCount: 3) }.contains("found another spin"))
    let wrong = try folder.write("1 2 1\n", "wrong")
    #expect(message { _ = try StateFile.readAll(wrong, spinCount: 3) }.contains("expected a spin, -1 or 1"))
  }
}

import Foundation
import Ising
import Kernels
import Networks
import Testing

@testable import Learning

/// Graphs of couplings, and where spins and parameters lie.
@Suite struct BoltzmannLayoutTests {
  private func layout(
    _ graph: String, hidden: [Int] = [5], rows: Int = 2, spinsPerClass: Int = 0, seed: UInt64 = 1
  ) throws -> BoltzmannLayout {
    var description = BoltzmannDescription(input: ImageShape(channels: 1, rows: rows, columns: 3), classes: 2)
    description.graph = try #require(BoltzmannGraph(graph))
    description.hidden = hidden
    description.spinsPerClass = spinsPerClass
    description.seed = seed
    return try BoltzmannLayout(description)
  }

  private func degrees(_ layout: BoltzmannLayout) -> [Int] {
    var degrees = [Int](repeating: 0, count: layout.spinCount)
    for (a, b) in layout.pairs {
      degrees[Int(a)] += 1
      degrees[Int(b)] += 1
    }
    return degrees
  }

  @Test func graphsCoupleWhatTheySay() throws {
    let restricted = try layout("restricted", spinsPerClass: 2)
    #expect(restricted.spinCount == 15 && restricted.visibleCount == 10 && restricted.isRestricted)
    #expect(restricted.couplings.shape == [5, 10] && restricted.parameterCount == 65)
    #expect(restricted.spins(ofClass: 1) == 8..<10)
    #expect(degrees(restricted) == [Int](repeating: 5, count: 10) + [Int](repeating: 10, count: 5))
    let complete = try layout("complete")
    #expect(complete.pairs.count == 55 && degrees(complete).allSatisfy { $0 == 10 } && !complete.isRestricted)
    let layered = try layout("layered", hidden: [5, 4])
    #expect(degrees(layered) == [5, 5, 5, 5, 5, 5, 10, 10, 10, 10, 10, 5, 5, 5, 5] && !layered.isRestricted)
    let chip = try layout("chimera:2")
    #expect(try chip.spinCount == 32 && chip.pairs.count == HardwareGraph.chimera(size: 2).graph().edgeCount)
    let torus = try layout("torus:4x5:3")
    #expect(torus.spinCount == 20 && torus.pairs.count == 40)
  }

  /// Two layers of 40 × 40 with jumps 1, 4 and 15: degree 13, two colours, visible spins all in the first layer.
  @Test func aBilayerHasTheDegreeOfItsJumps() throws {
    let bilayer = try layout("bilayer:40:1,4,15", rows: 28)
    #expect(bilayer.spinCount == 3200 && bilayer.pairs.count == 20_800 && degrees(bilayer).allSatisfy { $0 == 13 })
    #expect(Set(bilayer.pairs.map { [$0.0, $0.1] }).count == bilayer.pairs.count)
    #expect(bilayer.isRestricted == false || bilayer.pairs.allSatisfy { min($0.0, $0.1) < 84 })
    #expect(ReplicaLayoutColours.count(bilayer) == 2)
    #expect(bilayer.pairs.allSatisfy { Int($0.0) >= 84 || Int($0.1) >= 84 })
    #expect(try layout("bilayer:40:1,4,15", rows: 28, seed: 2).pairs.map(\.0) != bilayer.pairs.map(\.0))
  }

  @Test(arguments: [
    ("restricted", [5, 5], 2, "boltzmann.hidden: [5, 5]; expected one number of spins, each above 0"),
    ("layered", [], 2, "boltzmann.hidden: []; expected a number of spins a layer, each above 0"),
    ("restricted", [0], 2, "boltzmann.hidden: [0]; expected one number of spins, each above 0"),
    ("bilayer:4:1,3", [1], 2, "would couple two spins twice"), ("bilayer:4:2", [1], 2, "would couple two spins twice"),
    ("bilayer:1:1", [1], 2, "expected a side of 2 to 512"),
    ("bilayer:4:1", [1], 9, "take 27 spins, and bilayer:4:1 has room for 16"),
    ("chimera:99", [1], 2, "a chip of size 99"), ("./nothing.coo", [1], 2, "boltzmann.graph: ./nothing.coo"),
    ("torus:3x3", [1], 3, "has 9 spins, and images and labels take 9; expected more than those"),
    ("complete", [1_000_000], 2, "couplings; expected at most"),
  ])
  func whatCannotBeIsNamed(_ graph: String, hidden: [Int], rows: Int, message: String) {
    let error = #expect(throws: NetworkError.self) { _ = try layout(graph, hidden: hidden, rows: rows) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func namesOfGraphsAreReadBack() {
    for name in ["restricted", "complete", "layered", "bilayer:40:1,4,15", "pegasus:4", "glass.coo", "torus:8x8:1"] {
      #expect(BoltzmannGraph(name)?.description == name)
    }
    for name in ["", "restrict", "bilayer:3", "bilayer:3:", "bilayer:3:a", "chimera:x"] { #expect(BoltzmannGraph(name) == nil) }
  }
}

/// How many colours sweeps go through.
private enum ReplicaLayoutColours {
  static func count(_ layout: BoltzmannLayout) -> Int {
    ProgrammedReplicas(pairs: layout.pairs, spinCount: layout.spinCount, seed: 1).layout.colourStarts.count - 1
  }
}

import Kernels
import Testing

@testable import Networks

@Suite struct LayoutTests {
  struct Mistake: CustomTestStringConvertible, Sendable {
    var message: String
    var make: @Sendable () -> NetworkDescription
    var testDescription: String { message }
    init(_ message: String, _ make: @escaping @Sendable () -> NetworkDescription) {
      self.message = message
      self.make = make
    }
  }

  /// A network of one convolution and an output, with changes.
  private static func changed(_ change: (inout NetworkDescription) -> Void) -> NetworkDescription {
    var description = NetworkDescription(
      input: ImageShape(channels: 1, rows: 7, columns: 8),
      layers: [
        LayerDescription(name: "a", channels: 4, edges: [EdgeDescription(from: "input", kind: .convolution)]),
        LayerDescription(name: "output", channels: 3, edges: [EdgeDescription(from: "a", kind: .dense)]),
      ])
    change(&description)
    return description
  }

  static let mistakes: [Mistake] = [
    Mistake("network.input: 0×7×8 is not an image; extents must be positive") { changed { $0.input.channels = 0 } },
    Mistake("network.input: 1×-7×8 is not an image; extents must be positive") { changed { $0.input.rows = -7 } },
    Mistake("network.input: 1×7×\(Int.max); channels, rows and columns are at most 16777216") {
      changed { $0.input.columns = .max }
    },
    Mistake("network.feedback: 3 numbers for 2 layers; give one for all, or one for each layer") {
      changed { $0.feedback = [1, 0.5, 0.5] }
    },
    Mistake("network.feedback: 0.0; each number is above 0 and at most 1") { changed { $0.feedback = [0] } },
    Mistake("network.feedback: 1.0, 1.5; each number is above 0 and at most 1") { changed { $0.feedback = [1, 1.5] } },
    Mistake("network.feedback: nan; each number is above 0 and at most 1") { changed { $0.feedback = [.nan] } },
    Mistake(
      "network.feedback: over 2 layers the product is 9.999999960041972e-13, too weak for single precision; at least 1e-12 is possible"
    ) {
      changed { $0.feedback = [1e-12] }
    },
    Mistake("network.feedback: a predictive energy has no such number; leave it out") {
      changed { ($0.feedback, $0.energy) = ([0.5], .predictive) }
    },
    Mistake("network.layers: a network needs at least an output layer") { changed { $0.layers = [] } },
    Mistake("network.layers: \"\" is no name for a layer; use letters, digits, - and _") { changed { $0.layers[0].name = "" } },
    Mistake("network.layers: \"a.b\" is no name for a layer; use letters, digits, - and _") {
      changed { $0.layers[0].name = "a.b" }
    },
    Mistake("network.layers: two layers are called \"a\"") { changed { $0.layers[1].name = "a" } },
    Mistake("network.layers: two layers are called \"input\"") { changed { $0.layers[0].name = "input" } },
    Mistake("layer a: 0 channels; from 1 to 16777216 are possible") { changed { $0.layers[0].channels = 0 } },
    Mistake("layer a: \(Int.max) channels; from 1 to 16777216 are possible") { changed { $0.layers[0].channels = .max } },
    Mistake("layer a: nothing drives it; list at least one edge") { changed { $0.layers[0].edges = [] } },
    Mistake("layer a: an edge comes from \"b\"; earlier layers are input") { changed { $0.layers[0].edges[0].from = "b" } },
    Mistake("layer a: an edge comes from \"output\"; earlier layers are input") {
      changed { $0.layers[0].edges[0].from = "output" }
    },
    Mistake("layer output: an edge comes from \"output\"; earlier layers are input, a") {
      changed { $0.layers[1].edges[0].from = "output" }
    },
    Mistake("layer a: two edges come from input") { changed { $0.layers[0].edges.append($0.layers[0].edges[0]) } },
    Mistake(
      "layer a, edge from input: kernel 0, stride 1, padding 0; kernel and stride are at least 1, padding is less than the kernel"
    ) { changed { $0.layers[0].edges[0].kernel = 0 } },
    Mistake(
      "layer a, edge from input: kernel 3, stride 0, padding 0; kernel and stride are at least 1, padding is less than the kernel"
    ) { changed { $0.layers[0].edges[0].stride = 0 } },
    Mistake(
      "layer a, edge from input: kernel 3, stride 1, padding 3; kernel and stride are at least 1, padding is less than the kernel"
    ) { changed { $0.layers[0].edges[0].padding = 3 } },
    Mistake(
      "layer a, edge from input: kernel 3, stride 1, padding -1; kernel and stride are at least 1, padding is less than the kernel"
    ) { changed { $0.layers[0].edges[0].padding = -1 } },
    Mistake("layer a, edge from input: kernel \(Int.max), stride 1; both are at most 16777216") {
      changed {
        $0.layers[0].edges[0].kernel = .max
        $0.layers[0].edges[0].padding = .max - 1
      }
    },
    Mistake("layer a, edge from input: kernel 3, stride \(Int.max); both are at most 16777216") {
      changed { $0.layers[0].edges[0].stride = .max }
    },
    Mistake("layer a, edge from input: a kernel of 8 is larger than its input of 7 rows with padding 0") {
      changed { $0.layers[0].edges[0].kernel = 8 }
    },
    Mistake("layer a, edge from input: a kernel of 12 is larger than its input of 8 columns with padding 1") {
      changed {
        $0.input.rows = 10
        $0.layers[0].edges[0].kernel = 12
        $0.layers[0].edges[0].padding = 1
      }
    },
    Mistake("layer a, edge from input: a pooling window of 1; it must be 2 to 15") {
      changed {
        $0.layers[0].edges[0].pooling = .max
        $0.layers[0].edges[0].window = 1
      }
    },
    Mistake("layer a, edge from input: a pooling window of 16; it must be 2 to 15") {
      changed {
        $0.layers[0].edges[0].pooling = .average
        $0.layers[0].edges[0].window = 16
      }
    },
    Mistake(
      "layer a, edge from input: 5 rows cannot be pooled by windows of 2; change kernel, stride or padding so that 2 divides them"
    ) { changed { $0.layers[0].edges[0].pooling = .max } },
    Mistake(
      "layer a, edge from input: 8 columns cannot be pooled by windows of 3; change kernel, stride or padding so that 3 divides them"
    ) {
      changed {
        $0.input.rows = 9
        $0.layers[0].edges[0].kernel = 1
        $0.layers[0].edges[0].pooling = .average
        $0.layers[0].edges[0].window = 3
      }
    },
    Mistake("layer output: the edge from a gives 1×1 spins a channel, the one from input 7×8; they must agree") {
      changed { $0.layers[1].edges.append(EdgeDescription(from: "input", kind: .convolution, kernel: 1)) }
    },
    Mistake("layer output: the output has 3×4 spins a class; make it dense, so that it has one") {
      changed { $0.layers[1].edges = [EdgeDescription(from: "a", kind: .convolution)] }
    },
    Mistake("layer a, edge from input: more weights than can be addressed") {
      changed {
        $0.layers[0].channels = 1 << 24
        $0.input.channels = 3
        $0.layers[0].edges = [EdgeDescription(from: "input", kind: .dense)]
      }
    },
    Mistake("layer a, edge from input: more weights than can be addressed") {
      changed {
        $0.layers[0].channels = 1 << 24
        $0.input = ImageShape(channels: 1 << 24, rows: 1 << 24, columns: 1 << 24)
        $0.layers[0].edges = [EdgeDescription(from: "input", kind: .dense)]
      }
    },
  ]

  @Test(arguments: mistakes) func mistakesAreNamed(_ mistake: Mistake) {
    let error = #expect(throws: NetworkError.self) { try NetworkLayout(mistake.make()) }
    #expect(error?.description == mistake.message)
  }

  @Test func shapesAndCounts() throws {
    let layout = try NetworkLayout(Networks.chain(skip: true))
    #expect(layout.layers.map { [$0.shape.channels, $0.shape.rows, $0.shape.columns] } == [[6, 4, 4], [18, 2, 2], [4, 1, 1]])
    #expect(layout.layers.map(\.activation) == [.clamp, .clamp, .linear])
    #expect(layout.edges.map { [$0.pre, $0.post] } == [[0, 1], [1, 2], [0, 2], [2, 3], [1, 3]])
    let weights = [6 * 2 * 9, 18 * 6 * 9, 18 * 2 * 4, 4 * 18 * 4, 4 * 6 * 16]
    #expect(layout.trainableCount == weights.reduce(6 + 18 + 4, +))
    #expect(layout.multiplyAdds.clamped == weights[0] * 64 + weights[2] * 4)
    #expect(layout.multiplyAdds.sweep == 2 * (weights[1] * 16 + weights[3] + weights[4]))
    #expect(
      layout.blocks.map(\.name) == [
        "a.input.weight", "a.bias", "b.a.weight", "b.input.weight", "b.bias", "output.b.weight", "output.a.weight", "output.bias",
      ])
  }

  @Test func capacitiesThatCannotBeAddressed() throws {
    let layout = try NetworkLayout(Networks.chain())
    try layout.checkCapacity(1000)
    let tooMany = #expect(throws: NetworkError.self) { try layout.checkCapacity(5_000_000) }
    #expect(
      tooMany?.description
        == "layer a: 5000000 samples of 6×6×16 numbers are more than can be addressed; relax fewer together")
    #expect(throws: NetworkError.self) { try layout.checkCapacity(.max) }
    // The unfolded input is larger than any layer.
    let patches = #expect(throws: NetworkError.self) { try layout.checkCapacity(2_000_000) }
    #expect(
      patches?.description
        == "layer a, edge from input: 2000000 samples of 8×8×32 numbers are more than can be addressed; relax fewer together")
  }
}

import Ising
import Kernels
import Networks
import Testing

@testable import Learning

/// Ising networks embedded into chips.
@Suite struct ChipTests {
  @Test(arguments: [HardwareGraph.chimera(size: 6), .pegasus(size: 4)], [(12, 8), (20, 10), (1, 1)])
  func layersLieOnCrossingLines(_ chip: HardwareGraph, layers: (Int, Int)) throws {
    let edges = (0..<layers.0).flatMap { one in (0..<layers.1).map { (Int32(one), Int32(layers.0 + $0)) } }
    let problem = try IsingProblem(
      graph: WeightedGraph(
        vertexCount: layers.0 + layers.1, sources: edges.map(\.0), targets: edges.map(\.1), weights: edges.map { _ in 1 }))
    // The initialiser of an embedding checks chains and couplers.
    let embedding = try #require(try MinorEmbedding.crossing(layers.0, layers.1, of: problem, on: chip))
    #expect(embedding.chains.count == layers.0 + layers.1)
    #expect(embedding.longestChain <= (layers.0 + 11) / 4)
  }

  @Test func tooManyLinesAreNotFound() throws {
    let problem = try IsingProblem(graph: WeightedGraph(vertexCount: 26, sources: [], targets: [], weights: []))
    #expect(try MinorEmbedding.crossing(25, 1, of: problem, on: .chimera(size: 6)) == nil)
    #expect(try MinorEmbedding.crossing(25, 1, of: problem, on: .zephyr(size: 3)) == nil)
  }

  /// A chip's anneals end in the ground state of the network that it was given.
  @Test(arguments: [HardwareGraph.chimera(size: 4), .pegasus(size: 3), .zephyr(size: 2)])
  func aChipFindsTheGroundState(_ chip: HardwareGraph) throws {
    let exact = try ExactNetwork(hidden: 6, classes: 2, spinsPerClass: 2, graph: .layered)
    var settings = IsingMachineSettings()
    settings.sweeps = 400
    // Chains freeze far above the temperature at which the spins between them do.
    settings.hot = 4
    settings.reads = 20
    var hardware = IsingHardware()
    hardware.chip = chip
    hardware.chainStrength = 3
    for image in 0..<3 {
      let network = try IsingNetwork(exact.layout, parameters: exact.parameters, settings: settings, hardware: hardware, seed: 1)
      try network.clamp(ExactNetwork.image(image), samples: 1)
      try network.relaxFreely(sample: 0, number: image)
      let ground = exact.groundState(fields: exact.fields(ExactNetwork.image(image)))
      #expect(network.free.spins == ground.map { Float($0) })
      #expect(network.relaxation.chainBreakFraction == 0)
    }
  }

  /// What is beyond a device's range is cut off: a field of 9 counts as one of 1, and no longer outweighs two couplings.
  @Test(arguments: [(Double?.none, Float(1)), (1, -1)])
  func aDeviceCutsOffItsFields(_ range: Double?, spin: Float) throws {
    let layout = try IsingNetworkLayout(
      IsingNetworkDescription(
        input: ImageShape(channels: 1, rows: 1, columns: 1), classes: 2, hidden: 1, spinsPerClass: 1, graph: .layered))
    let parameters = AlignedBuffer<Float>(count: layout.parameterCount)
    for (index, value) in [Float(9), -1, -1].enumerated() { parameters[layout.bias.offset + index] = value }
    for index in 0..<2 { parameters[layout.couplings.offset + index] = 1 }
    var hardware = IsingHardware()
    hardware.couplingRange = range
    hardware.fieldRange = range
    let network = try IsingNetwork(
      layout, parameters: parameters, settings: IsingMachineSettings(), hardware: hardware, seed: 1)
    try network.clamp([0], samples: 1)
    try network.relaxFreely(sample: 0, number: 0)
    #expect(network.free.spins[0] == spin)
  }

  @Test func settingsThatCannotBeAreRefused() throws {
    var hardware = IsingHardware()
    hardware.couplingRange = 1
    #expect(throws: NetworkError.self) { try hardware.validate() }
    hardware = IsingHardware()
    hardware.bits = 4
    #expect(throws: NetworkError.self) { try hardware.validate() }
    hardware = IsingHardware()
    hardware.chainStrength = 1
    #expect(throws: NetworkError.self) { try hardware.validate() }
  }
}

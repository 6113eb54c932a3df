import Kernels
import Networks
import TestTools
import Testing

@testable import Learning

/// Annealers and samplers against exact enumeration.
@Suite struct EnumerationTests {
  @Test(arguments: [IsingNetworkDescription.Graph.layered, .complete], 0..<4)
  func annealingFindsTheGroundState(_ graph: IsingNetworkDescription.Graph, image: Int) throws {
    let exact = try ExactNetwork(hidden: 8, classes: 2, spinsPerClass: 3, graph: graph)
    let network = try IsingNetwork(exact.layout, parameters: exact.parameters, settings: IsingMachineSettings(), seed: 1)
    try network.clamp(ExactNetwork.image(image), samples: 1)
    try network.relaxFreely(sample: 0, number: image)
    let ground = exact.groundState(fields: exact.fields(ExactNetwork.image(image)))
    #expect(network.free.spins == ground.map { Float($0) })
    for (index, (one, other)) in exact.layout.pairs.enumerated() {
      #expect(network.free.pairs[index] == Float(ground[Int(one)] * ground[Int(other)]))
    }
  }

  @Test(arguments: [IsingNetworkDescription.Graph.layered, .complete], [0.5, 1.5])
  func pBitsHaveTheCorrelationsOfBoltzmann(_ graph: IsingNetworkDescription.Graph, temperature: Double) throws {
    let exact = try ExactNetwork(graph: graph)
    var settings = IsingMachineSettings()
    settings.kind = .gibbs
    settings.temperature = temperature
    settings.sweeps = 4000
    settings.interval = 3
    let network = try IsingNetwork(exact.layout, parameters: exact.parameters, settings: settings, seed: 2)
    try network.clamp(ExactNetwork.image(0), samples: 1)
    try network.relaxFreely(sample: 0, number: 0)
    let (spins, pairs) = exact.averages(fields: exact.fields(ExactNetwork.image(0)), temperature: temperature)
    // 40 000 samples, most of them independent: a deviation of .02 is three to four standard errors.
    for spin in spins.indices { expectClose(Double(network.free.spins[spin]), spins[spin], absolute: 0.02) }
    for pair in pairs.indices { expectClose(Double(network.free.pairs[pair]), pairs[pair], absolute: 0.02) }
  }

  /// Amplitudes in a box with no couplings: `⟨x⟩ = coth(h/T) − T/h`.
  @Test func langevinSpinsFollowTheirField() throws {
    let exact = try ExactNetwork()
    exact.parameters.clear()
    let fields: [Float] = [0.8, -0.5, 0.3, 1.2, -1, 0.1, 0.6, -0.2]
    for (spin, field) in fields.enumerated() { exact.parameters[exact.layout.bias.offset + spin] = field }
    var settings = IsingMachineSettings()
    settings.kind = .langevin
    settings.temperature = 0.5
    settings.rate = 0.005
    settings.reads = 64
    settings.sweeps = 2000
    settings.interval = 5
    settings.warmUp = 500
    let network = try IsingNetwork(exact.layout, parameters: exact.parameters, settings: settings, seed: 4)
    try network.clamp(ExactNetwork.image(0), samples: 1)
    try network.relaxFreely(sample: 0, number: 0)
    for (spin, field) in fields.enumerated() {
      let ratio = Double(field) / 0.5
      let mean = Self.cosh(ratio) / Self.sinh(ratio) - 1 / ratio
      // Euler's step in a box errs by the order of its length at the walls.
      expectClose(Double(network.free.spins[spin]), mean, absolute: 0.06)
    }
  }

  private static func sinh(_ x: Double) -> Double { (exponential(x) - exponential(-x)) / 2 }
  private static func cosh(_ x: Double) -> Double { (exponential(x) + exponential(-x)) / 2 }
  private static func exponential(_ x: Double) -> Double {
    (1...40).reduce((sum: 1.0, term: 1.0)) { (sum: $0.sum + $0.term * x / Double($1), term: $0.term * x / Double($1)) }.sum
  }

  /// The learner's gradient over two images against the enumerated one.
  @Test func theGradientOfPBitsIsThatOfTheirDistribution() throws {
    let exact = try ExactNetwork(hidden: 5)
    var machine = IsingMachineSettings()
    machine.kind = .gibbs
    machine.temperature = 0.8
    machine.sweeps = 30_000
    machine.skips = .none
    var settings = LearningSettings()
    settings.nudge = 0.5
    settings.batch = .init(size: 2, shard: 2)
    let network = try IsingNetwork(exact.layout, parameters: exact.parameters, settings: machine, seed: 2)
    let learner = try IsingLearner(network, settings: settings)
    let gradient = AlignedBuffer<Float>(count: exact.layout.parameterCount)
    let labels = [1, 0]
    let pixels = (0..<2).flatMap { ExactNetwork.image($0) }
    let report = try learner.addGradient(
      of: MicroShard(pixels: pixels, labels: labels[...], index: 0, batch: 2, step: 0), into: [gradient])
    #expect(report.loss > 0)
    var wanted = [Double](repeating: 0, count: exact.layout.parameterCount)
    for (index, label) in labels.enumerated() {
      let part = exact.gradient(ExactNetwork.image(index), label: label, beta: 0.5, temperature: 0.8)
      for place in wanted.indices { wanted[place] += part[place] / 2 }
    }
    for block in exact.layout.blocks {
      let range = block.offset..<block.offset + block.count
      let dot = range.reduce(0.0) { $0 + wanted[$1] * Double(gradient[$1]) }
      let sizes = range.reduce(0.0) { $0 + wanted[$1] * wanted[$1] }
      let ours = range.reduce(0.0) { $0 + Double(gradient[$1]) * Double(gradient[$1]) }
      #expect(dot / (sizes * ours).squareRoot() > 0.99, "\(block.name)")
      expectClose((ours / sizes).squareRoot(), 1, absolute: 0.05, "\(block.name)")
    }
  }
}

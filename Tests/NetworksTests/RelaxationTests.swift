import Kernels
import Testing

@testable import Networks

@Suite struct RelaxationTests {
  static let orders = RelaxationSettings.Order.allCases

  static func relaxation(_ network: HopfieldNetwork, _ order: RelaxationSettings.Order, sweeps: Int = 6) -> Relaxation {
    Relaxation(
      RelaxationSettings(order: order, free: .init(sweeps: sweeps), nudged: .init(sweeps: sweeps)), layout: network.layout)
  }

  /// What a network remembers between calls (arg-max, layers known to be zero) never shows: a twin that is told to forget before
  /// every call reaches the same states and the same gradient.
  @Test(arguments: Networks.all.indices, orders) func whatIsRememberedNeverShows(_ index: Int, _ order: RelaxationSettings.Order)
    throws
  {
    for cost in Cost.Kind.allCases.map({ Cost($0) }) { try checkMemory(Networks.all[index], order, cost) }
  }

  private func checkMemory(_ description: NetworkDescription, _ order: RelaxationSettings.Order, _ cost: Cost) throws {
    let (first, twin) = (
      try Networks.network(description, cost: cost, capacity: 6), try Networks.network(description, cost: cost, capacity: 6)
    )
    let relaxation = Self.relaxation(first, order, sweeps: 2)
    let images = Networks.images(6, of: first.layout)
    var random = Philox(seed: 4, stream: UInt32(first.layout.trainableCount)).sequence()
    for network in [first, twin] { network.clamp(images, samples: 6) }
    for step in 0..<60 {
      let choice = random.nextWord() % 10
      let samples = 1 + Int(random.nextWord() % 6)
      let beta = Float(random.nextWord() % 3) / 2 - 0.5
      let saved = random
      for network in [first, twin] {
        random = saved
        if network === twin { network.spinsChanged() }
        switch choice {
        case 0: network.reset()
        case 1: try network.duplicate(count: 1 + samples % 3, to: 3)
        case 2: network.scramble(&random)
        case 3: changeParameters(network, &random, images)
        case 4: _ = try network.energies(samples: samples, nudge: nil)
        case 5: silence(network, &random, images)
        default:
          try relaxation.run(
            network, samples: samples,
            nudge: Nudge(labels: Array(repeating: 2, count: 6), strengths: Array(repeating: beta, count: 6)))
        }
        if network === twin { network.spinsChanged() }
      }
      #expect(first.states(0..<6) == twin.states(0..<6), "\(cost), step \(step), what was done: \(choice)")
      // It takes the states.
      guard step % 4 == 3 else { continue }
      let gradients = try [first, twin].map { try difference($0, samples: 1 + samples % 3) }
      #expect(gradients[0] == gradients[1], "\(cost), step \(step), what was done: \(choice)")
    }
  }

  private func changeParameters(_ network: HopfieldNetwork, _ random: inout PhiloxSequence, _ images: [Float]) {
    for block in network.layout.blocks {
      let values = (0..<block.shape.reduce(1, *)).map { _ in (2 * random.uniform() - 1) * block.bound }
      network.layout.assign(values, to: block, of: network.parameters)
    }
    network.parametersChanged()
    network.clamp(images, samples: network.capacity)
  }

  /// Biases so low that some layers fall to zero.
  private func silence(_ network: HopfieldNetwork, _ random: inout PhiloxSequence, _ images: [Float]) {
    for layer in network.layout.layers.dropLast() where random.nextWord() % 2 == 0 {
      network.layout.assign(Array(repeating: -2, count: layer.shape.channels), to: layer.bias, of: network.parameters)
    }
    network.parametersChanged()
    network.clamp(images, samples: network.capacity)
  }

  private func difference(_ network: HopfieldNetwork, samples: Int) throws -> [Float] {
    let scale = AlignedBuffer<Float>(count: samples)
    scale.assign((0..<samples).map { Float($0) - 1.5 })
    let gradient = AlignedBuffer<Float>(count: network.layout.parameterCount)
    try network.addDifference(scale: scale, samples: samples, into: gradient)
    return gradient.elements
  }

  @Test(arguments: Networks.all.indices, orders) func duplicatesRelaxAlike(_ index: Int, _ order: RelaxationSettings.Order) throws
  {
    let network = try Networks.network(Networks.all[index], capacity: 6)
    let relaxation = Self.relaxation(network, order)
    network.clamp(Networks.images(3, of: network.layout), samples: 3)
    try relaxation.run(network, samples: 3)
    let free = network.states(0..<3)
    try network.duplicate(count: 3, to: 3)
    #expect(network.states(3..<6) == free)
    let none = Nudge(labels: [0, 1, 2, 0, 1, 2], strengths: Array(repeating: 0, count: 6))
    try relaxation.run(network, samples: 6, nudge: none)
    #expect(network.states(0..<3) == network.states(3..<6))
    #expect(network.states(0..<3) != free)
    let halves = Nudge(labels: [0, 1, 2, 0, 1, 2], strengths: [0.5, 0.5, 0.5, -0.5, -0.5, -0.5])
    try relaxation.run(network, samples: 6, nudge: halves)
    #expect(network.states(0..<3) != network.states(3..<6))
  }

  /// Every sample relaxes as if it were alone, for a fixed number of sweeps.
  @Test(arguments: Networks.all.indices, orders) func samplesAreIndependent(_ index: Int, _ order: RelaxationSettings.Order)
    throws
  {
    let together = try Networks.network(Networks.all[index], capacity: 5)
    let relaxation = Self.relaxation(together, order)
    let images = Networks.images(5, of: together.layout)
    together.clamp(images, samples: 5)
    let nudge = Nudge(labels: [0, 1, 2, 0, 1], strengths: [0.5, -0.5, 0, 0.25, 0.5])
    try relaxation.run(together, samples: 5)
    try relaxation.run(together, samples: 5, nudge: nudge)
    for sample in 0..<5 {
      let alone = try Networks.network(Networks.all[index], capacity: 1)
      alone.clamp(images, first: sample, samples: 1)
      try relaxation.run(alone, samples: 1)
      // A strength of zero alone would take the schedule of a free phase.
      guard nudge.strengths[sample] != 0 || order != .sequential else { continue }
      try relaxation.run(alone, samples: 1, nudge: Nudge(labels: [nudge.labels[sample]], strengths: [nudge.strengths[sample]]))
      for (one, all) in zip(alone.states(0..<1), together.states(sample..<sample + 1)) {
        #expect(zip(one, all).allSatisfy { abs($0 - $1) <= 1e-5 }, "sample \(sample)")
      }
      #expect(zip(alone.prediction(sample: 0), together.prediction(sample: sample)).allSatisfy { abs($0 - $1) <= 1e-5 })
    }
  }

  /// Not a bit of one sample changes with the images of the others.
  @Test(arguments: orders) func otherImagesLeaveNoTrace(_ order: RelaxationSettings.Order) throws {
    for description in Networks.all {
      let states = try [UInt64(1), 2].map { seed -> [[Float]] in
        let network = try Networks.network(description, capacity: 4)
        let size = network.layout.input.spins
        var images = Networks.images(4, of: network.layout, seed: seed)
        images.replaceSubrange(size..<2 * size, with: Networks.images(1, of: network.layout, seed: 9))
        network.clamp(images, samples: 4)
        try Self.relaxation(network, order).run(network, samples: 4)
        return network.states(1..<2)
      }
      #expect(states[0] == states[1])
    }
  }

  /// A contracting network has one fixed point, wherever it starts and in whatever order it moves. Under max-pooling there may be
  /// one for each choice of the arg-max, which only weak couplings leave to the input.
  @Test(arguments: [EdgeDescription.Pooling.max, .average, .none], [false, true])
  func everyStartAndOrderReachTheSameState(_ pooling: EdgeDescription.Pooling, _ skip: Bool) throws {
    let description = Networks.chain(pooling: pooling, activation: .sigmoid, skip: skip, gain: pooling == .max ? 0.05 : 0.4)
    let network = try Networks.network(description, capacity: 2)
    network.clamp(Networks.images(2, of: network.layout), samples: 2)
    let settings = RelaxationSettings.Stop(sweeps: 400, tolerance: 0)
    var random = Philox(seed: 8, stream: 0).sequence()
    var reached: [[[Float]]] = []
    for order in Self.orders {
      for start in 0..<2 {
        if start == 0 { network.reset() } else { network.scramble(&random) }
        let report = try Self.relaxation(network, order).run(network, samples: 2, stop: settings)
        #expect(report.change < 1e-5)
        reached.append(network.states(0..<2))
      }
    }
    for states in reached.dropFirst() {
      for (layer, first) in zip(states, reached[0]) { #expect(zip(layer, first).allSatisfy { abs($0 - $1) < 1e-4 }) }
    }
  }

  @Test func stopsAtTheTolerance() throws {
    let network = try Networks.network(Networks.chain(gain: 0.4), capacity: 2)
    network.clamp(Networks.images(2, of: network.layout), samples: 2)
    let relaxation = Self.relaxation(network, .checkerboard)
    var seen: [Int] = []
    let report = try relaxation.run(network, samples: 2, stop: .init(sweeps: 100, tolerance: 1e-3)) { seen.append($0) }
    #expect(report.sweeps < 100 && report.sweeps > 2 && report.change < 1e-3)
    #expect(seen == Array(1...report.sweeps))
    network.reset()
    #expect(try relaxation.run(network, samples: 2, stop: .init(sweeps: report.sweeps - 1, tolerance: 1e-3)).change >= 1e-3)
    network.reset()
    #expect(try relaxation.run(network, samples: 2, stop: .init(sweeps: 7)).sweeps == 7)
  }

  @Test func schedules() throws {
    let chain = try NetworkLayout(Networks.chain())
    #expect(UpdateSchedule(.checkerboard, layout: chain, nudged: false).groups == [[1, 3], [2]])
    #expect(UpdateSchedule(.synchronous, layout: chain, nudged: true).groups == [[1, 2, 3]])
    #expect(UpdateSchedule(.sequential, layout: chain, nudged: false).groups == [[1], [2], [3]])
    #expect(UpdateSchedule(.sequential, layout: chain, nudged: true).groups == [[3], [2], [1]])
    for description in Networks.all {
      let layout = try NetworkLayout(description)
      let groups = UpdateSchedule(.checkerboard, layout: layout, nudged: false).groups
      #expect(groups.joined().sorted() == Array(1...layout.layers.count))
      for edge in layout.edges where edge.pre != 0 {
        #expect(!groups.contains { $0.contains(edge.pre) && $0.contains(edge.post) }, "neighbours would move together")
      }
    }
  }

  /// Channels beyond those that exist, and the halo, stay zero under every activation.
  @Test(arguments: Networks.all.indices) func paddingStaysZero(_ index: Int) throws {
    let network = try Networks.network(Networks.all[index], capacity: 2)
    network.clamp(Networks.images(2, of: network.layout), samples: 2)
    try Self.relaxation(network, .checkerboard).run(network, samples: 2)
    for planes in network.spins {
      let total = planes.buffer.elements.reduce(0.0) { $0 + abs(Double($1)) }
      let spins = planes.unpacked(samples: 0..<2).reduce(0.0) { $0 + abs(Double($1)) }
      #expect(abs(total - spins) < 1e-9 * (1 + spins) && spins > 0)
    }
  }
}

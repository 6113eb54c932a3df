import Kernels
import Learning
import MPI
import Networks
import Parallel
import Testing

/// Images of four classes: a pattern each, and noise that depends on image and epoch alone.
struct PatternImages: TrainingImages {
  var count = 56
  var noise: Float = 0.5
  var shape = ImageShape(channels: 2, rows: 6, columns: 6)

  func order(epoch: Int) -> [Int] {
    var random = Philox(seed: 1, stream: UInt32(epoch)).sequence()
    return Array(0..<count).shuffled(using: &random)
  }

  func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int]) {
    let size = shape.size
    if pixels.count < indices.count * size { pixels += Array(repeating: 0, count: indices.count * size - pixels.count) }
    if labels.count < indices.count { labels += Array(repeating: 0, count: indices.count - labels.count) }
    for (slot, index) in indices.enumerated() {
      labels[slot] = index % 4
      var pattern = Philox(seed: 2, stream: UInt32(index % 4)).sequence()
      var random = Philox(seed: 3, stream: UInt32(index)).sequence(UInt32(epoch))
      for pixel in 0..<size {
        pixels[slot * size + pixel] = (pattern.uniform() < 0.5 ? -1 : 1) + noise * (2 * random.uniform() - 1)
      }
    }
  }
}

/// A small network, a way to train it, and trainers of it.
struct Problem: CustomTestStringConvertible, Sendable {
  var name: String
  var settings = LearningSettings()
  var relaxation = RelaxationSettings(free: .init(sweeps: 12, tolerance: 1e-3), nudged: .init(sweeps: 4))
  var images = PatternImages()
  var network = Self.layout
  private var silences = false
  var testDescription: String { name }

  init(_ name: String, _ change: (inout LearningSettings) -> Void = { _ in }) {
    self.name = name
    settings.batch = .init(size: 24, shard: 2)
    settings.optimiser.learningRate = 0.05
    change(&settings)
  }

  /// The same with a machine, by default on a network without a greatest position.
  init(
    _ name: String, _ kind: MachineSettings.Kind, pooling: EdgeDescription.Pooling = .average,
    _ change: (inout MachineSettings) -> Void = { _ in }
  ) {
    self.init(name)
    relaxation.machine = MachineSettings(kind)
    change(&relaxation.machine)
    network = Self.chain(pooling)
  }

  /// The same with a network of the graded energy.
  func graded(_ feedback: Float, pooling: EdgeDescription.Pooling = .max) -> Problem {
    var problem = self
    problem.name += ", feedback \(feedback)"
    problem.network = Self.chain(pooling, feedback: feedback)
    return problem
  }

  /// The same with half as many micro-shards and sweeps: strips wait for each other several times a sweep, and where ranks share cores
  /// every wait takes long.
  var short: Problem {
    var problem = self
    problem.settings.batch.size = 12
    problem.relaxation.free = .init(sweeps: 8, tolerance: 1e-2)
    problem.relaxation.nudged = .init(sweeps: 3)
    return problem
  }

  static let layout: NetworkLayout = chain(.max)

  private static func chain(_ pooling: EdgeDescription.Pooling, feedback: Float = 1) -> NetworkLayout {
    try! NetworkLayout(
      NetworkDescription(
        input: PatternImages().shape,
        layers: [
          LayerDescription(
            name: "a", channels: 6, edges: [EdgeDescription(from: "input", kind: .convolution, kernel: 3, padding: 1, gain: 0.8)]),
          LayerDescription(
            name: "b", channels: 9,
            edges: [
              EdgeDescription(
                from: "a", kind: .convolution, kernel: 3, padding: 1, pooling: pooling, gain: 0.7, learningRate: 0.02)
            ]),
          LayerDescription(name: "output", channels: 4, edges: [EdgeDescription(from: "b", kind: .dense, gain: 0.7)]),
        ], feedback: [feedback]))
  }

  /// Twelve micro-shards a step, two steps an epoch, eight images left over.
  static let all = [
    Problem("momentum"),
    Problem("Nesterov, decay, clipping, cosine") {
      $0.optimiser.nesterov = true
      $0.optimiser.weightDecay = 1e-3
      $0.optimiser.clip = 0.1
      $0.schedule.kind = .cosine
      $0.schedule.warmUp = 1
    },
    Problem("warm start") { $0.warmStart = true },
    Problem("average") { $0.averaging = 0.9 },
    Problem("Adam") {
      $0.optimiser.kind = .adam
      $0.optimiser.learningRate = 0.003
    },
    Problem("AdamW, warm start, cross-entropy") {
      $0.optimiser.kind = .adamW
      $0.optimiser.weightDecay = 0.01
      $0.warmStart = true
      $0.cost = .crossEntropyReadout
    },
    Problem("random sign") { $0.estimator = .randomSign },
    Problem("numbers") { $0.cost = GradientTests.numbers },
    Problem("linear response") { $0.estimator = .linearResponse },
    Problem("revived channels") {
      $0.revivesChannels = true
      $0.optimiser.kind = .adamW
      $0.averaging = 0.5
    }.silenced,
    Problem("whitened patches") {
      $0.whitensPatches = true
      $0.optimiser.kind = .adamW
      $0.optimiser.weightDecay = 0.01
    },
    Problem("residual limit") { $0.residualLimit = 0.01 },
    Problem("linear response, warm start") {
      $0.estimator = .linearResponse
      $0.warmStart = true
    }.graded(0.25),
    Problem("one-sided, cross-entropy inside") {
      $0.estimator = .oneSided
      $0.cost = .crossEntropy
    },
    Problem("conjugate, max-pooling", .conjugate, pooling: .max),
    Problem("conjugate, all layers at once", .conjugate) { $0.conjugate.isAdaptive = false },
    Problem("leaky", .leaky),
    Problem("coherent with noise, max-pooling", .coherentIsing, pooling: .max) { $0.coherentIsing.noise = 0.02 },
    Problem("Adam in the search", .adam),
    Problem("oscillators with noise", .oscillator) { $0.oscillator.noise = 0.05 },
    Problem("oscillators, warm start", .oscillator).warm,
    Problem("oscillators, written in place", .oscillator).limited {
      ($0.weightBits, $0.weightRange, $0.readBits) = (5, 0.6, 6)
      ($0.writing.updates, $0.writing.rounding) = (.inPlace, .stochastic)
      ($0.phaseReading, $0.phaseLevels) = (.replace, .published)
      ($0.phaseNoise, $0.frequencySpread, $0.evenCoupling) = (0.1, 0.1, 0.1)
    },
    Problem("Langevin", .langevin) { $0.langevin.temperature = 0.001 },
    Problem("momentum").graded(0.1),
    Problem("oscillators", .oscillator).graded(0.25, pooling: .average),
  ]

  /// A network of so few parameters, beside the residuals of so many samples, that on any number of ranks the first one updates all.
  static func ofFewParameters(_ kind: OptimiserSettings.Kind) -> Problem {
    var problem = Problem("few parameters, \(kind)") {
      $0.batch = .init(size: 4096, shard: 512)
      $0.optimiser.kind = kind
      $0.averaging = 0.5
    }
    problem.images.shape = ImageShape(channels: 1, rows: 2, columns: 2)
    problem.images.count = 4096
    problem.relaxation = .init(free: .init(sweeps: 3), nudged: .init(sweeps: 2))
    problem.network = try! NetworkLayout(
      NetworkDescription(
        input: problem.images.shape,
        layers: [LayerDescription(name: "output", channels: 4, edges: [EdgeDescription(from: "input", kind: .dense, gain: 0.7)])]
      ))
    return problem
  }

  /// The same with biases at the start that keep two channels of the first layer and one of the second at zero.
  private var silenced: Problem {
    var problem = self
    problem.silences = true
    return problem
  }

  private var warm: Problem {
    var problem = self
    problem.settings.warmStart = true
    return problem
  }

  private func limited(_ change: (inout HardwareLimits) -> Void) -> Problem {
    var problem = self
    change(&problem.relaxation.hardware)
    return problem
  }

  func trainer(over group: Communicator) throws -> Trainer { try trainer(on: ProcessGrid(dataOver: group)) }

  func trainer(on grid: ProcessGrid) throws -> Trainer {
    let parameters = network.initialParameters(seed: 4)
    if silences {
      for (layer, channel) in [(0, 1), (0, 4), (1, 7)] { parameters[network.layers[layer].bias.position(channel)] = -50 }
    }
    return try Trainer(
      layout: network, parameters: parameters, relaxation: relaxation, settings: settings,
      seed: 4, images: images, grid: grid)
  }
}

extension Trainer {
  /// The network, which is a Hopfield network in these tests.
  var hopfield: HopfieldNetwork { (network as! HopfieldLearner).network }

  /// Updates, and what they reported.
  func steps(_ count: Int) throws -> [StepReport] { try (0..<count).map { _ in try step() } }

  /// Parameters, moments and the parameters that are measured, in bits. Collective.
  var bits: [[UInt32]] {
    ([network.parameters] + (try! wholeMoments()).map(\.values) + [measuredParameters]).map { $0.elements.map(\.bitPattern) }
  }
}

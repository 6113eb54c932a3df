import Cluster
import Datasets
import Foundation
import Hopfield
import Kernels
import Learning
import MPI

/// One point of a scaling study, measured by the ranks of this job.
public struct PointMeasurement {
  private let configuration: Configuration
  private let mode: ScalingMode
  private let world: Communicator

  /// - Parameters:
  ///   - base: what a user would train.
  ///   - grid: `nil` for the one that is predicted to be fastest.
  public init(_ base: Configuration, mode: ScalingMode, grid: GridShape?, over world: Communicator) {
    configuration = mode.configuration(base, ranks: world.size, grid: grid)
    self.mode = mode
    self.world = world
  }

  /// Makes steps; the first one, in which memory is taken, does not count. Collective.
  ///
  /// - Parameter launch: when the job was started.
  /// - Returns: the point, the same on every rank.
  public func run(steps: Int, repetition: Int, launch: Date) throws -> ScalingPoint {
    let layout = try configuration.hopfieldLayout(for: "scaling")
    let networks = configuration.learning.batch.size / configuration.learning.batch.shard
    let shape = try GridChoice(configuration, layout: layout, networks: networks, over: world).shape
    let grid = try ProcessGrid(shape, over: world, deadline: .seconds(configuration.timeouts.exchange))
    let samplers = try DatasetSamplers(
      try Dataset.load(configuration.data, parts: [.train]), settings: configuration.data, seed: configuration.seed)
    let trainer = try Trainer(
      layout: layout, parameters: layout.initialParameters(seed: configuration.seed),
      relaxation: configuration.trainingRelaxation,
      settings: configuration.learning, seed: configuration.seed,
      images: DatasetImages(sampler: samplers.training, seed: configuration.seed), grid: grid, exchange: configuration.exchange)
    _ = try trainer.step()
    try world.barrier()
    let start = Date().timeIntervalSince(launch)
    let speed = try MachineSpeed.measured(over: world)
    let work = try StepWork(configuration, layout: layout, grid: shape)

    let before = trainer.times.seconds
    let energy = EnergyCounter()
    try world.barrier()
    let begin = PhaseTimes.now
    for _ in 0..<steps { _ = try trainer.step() }
    let seconds = try world.allreduce(PhaseTimes.now - begin, .max) / Double(steps)
    let joules = try energy.joules(over: world)

    let phases = zip(trainer.times.seconds, before).map { ($0 - $1) / Double(steps) }
    func sum(_ names: [PhaseTimes.Phase]) -> Double { names.reduce(0) { $0 + phases[$1.rawValue] } }
    func mean(_ names: [PhaseTimes.Phase]) throws -> Double { try world.allreduce(sum(names), .sum) / Double(world.size) }
    let computing: [PhaseTimes.Phase] = [.field, .step, .gradient, .update, .load]
    let batch = configuration.learning.batch.size
    let node = try nodes()
    return ScalingPoint(
      mode: mode, ranks: world.size, data: shape.data, spin: shape.spin, nodes: node.count, repetition: repetition, batch: batch,
      steps: steps, seconds: seconds, samplesPerSecond: Double(batch) / seconds,
      spinUpdatesPerSecond: Double(batch) * updatesPerSample(layout) / seconds, compute: try mean(computing),
      computeMost: try world.allreduce(sum(computing), .max), exchange: try mean([.posted]), wait: try mean([.waited]),
      reduce: try mean([.reduce]), samplesOfBusiest: work.samples, messages: work.messages, bytes: work.bytes,
      latency: speed.latency,
      bandwidth: speed.bandwidth, ranksPerCore: node.ranksPerCore, memory: try world.allreduce(ProcessMemory.greatest, .max),
      start: try world.allreduce(start, .max), joules: joules, efficiency: nil)
  }

  /// Spins moved for one sample: every sweep moves each once, and the nudged phases of the centred estimator are two.
  private func updatesPerSample(_ layout: NetworkLayout) -> Double {
    let spins = layout.layers.reduce(0) { $0 + $1.shape.spins }
    let nudged = configuration.relaxation.nudged.sweeps * (configuration.learning.estimator == .centred ? 2 : 1)
    return Double(spins * (configuration.relaxation.free.sweeps + nudged))
  }

  private func nodes() throws -> (count: Int, ranksPerCore: Double) {
    guard let environment = Environment.current else { return (1, 1) }
    let crowd = Double(environment.node.size) / Double(environment.processorsOnNode)
    return (environment.nodes, max(1, try world.allreduce(crowd, .max)))
  }
}

import ArgumentParser
import Foundation
import Host
import Kernels
import Learning
import MPI
import Networks
import Parallel

/// The same training step on one rank and cut into strips over all of them, in turns within one run.
struct GridStep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strips", abstract: "Time a training step of one network cut over the ranks against the whole on one rank.",
    discussion: """
      Each round times the step on the first rank alone, the others waiting, and then on all ranks as 1 × N, with and without \
      computing while rows travel. Medians of the rounds are compared. Where the time of strips goes is the mean over ranks.

        mpirun -n 2 equilibria-benchmark strips --batch 32 --shard 32
      """)

  @Option(help: "Channels of the 3×3 convolutions under 2×2 max-pooling, first to last.") var channels = "32,64,128,128"
  @Option(help: "Images per step.") var batch = 32
  @Option(help: "Images per micro-shard.") var shard = 32
  @Option(help: "Free sweeps.") var free = 30
  @Option(help: "Nudged sweeps of each of the two nudged phases.") var nudged = 10
  @Option(help: "Residual at which the free phase ends; 0: never, and no residual is summed over ranks.")
  var tolerance: Float = 0
  @Option(help: "Gain of the weights at the start.") var gain: Float = 0.5
  @Option(help: "Rounds; medians count.") var repeats = 5

  func run() {
    Environment.run { world in
      try measure(over: world)
      return 0
    }
  }

  /// One way to make a step, with the times of its rounds.
  private struct Way {
    let name: String
    let step: () throws -> Void
    let times: Profile
    var seconds: [Double] = []
    var median: Double { seconds.sorted()[seconds.count / 2] }
  }

  private func measure(over world: Communicator) throws {
    let layout = try NetworkLayout(pyramid(channels: channels, gain: gain))
    let cut = try ProcessGrid(GridShape(data: 1, spin: world.size), over: world)
    var ways: [Way] = []
    let alone = Profile()
    let whole = try stepper(layout, on: ProcessGrid(dataOver: .selfOnly), overlap: true, times: alone)
    ways.append(Way(name: "one rank", step: { if world.rank == 0 { try whole() } }, times: alone))
    for overlap in [true, false] where world.size > 1 {
      let times = Profile()
      let step = try stepper(layout, on: cut, overlap: overlap, times: times)
      ways.append(Way(name: "\(world.size) strips, " + (overlap ? "overlapped" : "waiting"), step: step, times: times))
    }
    for way in ways { try way.step() }
    let before = ways.map(\.times.seconds)
    for _ in 0..<repeats {
      for index in ways.indices {
        try world.barrier()
        let start = Profile.now
        try ways[index].step()
        try world.barrier()
        ways[index].seconds.append(Profile.now - start)
      }
    }
    for (index, way) in ways.enumerated() {
      let spent = zip(way.times.seconds, before[index]).map { ($0 - $1) / Double(repeats) }
      var mean = spent.map { $0 / Double(world.size) }
      try world.allreduce(&mean, .sum)
      guard world.rank == 0 else { continue }
      let ratio = String(format: "%.3f", ways[0].median / way.median)
      print(
        "\(way.name): a step " + String(format: "%.2f ms, %.1f samples/s", 1e3 * way.median, Double(batch) / way.median)
          + ", \(ratio) times one rank")
      guard index > 0 else { continue }
      let phases = Profile.Phase.allCases.filter { mean[$0.rawValue] > 0 }
      print("  ms a step: " + phases.map { "\($0) " + String(format: "%.2f", 1e3 * mean[$0.rawValue]) }.joined(separator: ", "))
      let exchange = mean[Profile.Phase.posted.rawValue] + mean[Profile.Phase.waited.rawValue]
      print("  exchange " + String(format: "%.1f", 100 * exchange / way.median) + " % of the step")
    }
  }

  /// A step of a whole mini-batch, without the update.
  private func stepper(
    _ layout: NetworkLayout, on grid: ProcessGrid, overlap: Bool, times: Profile
  ) throws -> () throws -> Void {
    var settings = LearningSettings()
    settings.batch = .init(size: batch, shard: shard)
    let relaxation = RelaxationSettings(
      order: .checkerboard, free: .init(sweeps: free, tolerance: tolerance), nudged: .init(sweeps: nudged))
    let network = try HopfieldNetwork(
      layout, parameters: layout.initialParameters(seed: 1), cost: .squaredError,
      capacity: EquilibriumPropagation.capacity(settings), order: relaxation.order, on: grid,
      exchange: ExchangeSettings(overlap: overlap), times: times)
    let propagation = EquilibriumPropagation(network: network, relaxation: relaxation, settings: settings)
    let partition = network.strip.partition
    let reduction = try GridReduction(
      count: layout.parameterCount, shards: batch / shard, subtrees: (0..<partition.strips).map(partition.subtrees), over: grid)
    var random = Philox(seed: 2, stream: 0).sequence()
    let pixels = (0..<batch * layout.input.spins).map { _ in 2 * random.uniform() - 1 }
    let labels = (0..<batch).map { $0 % 10 }
    return {
      for index in reduction.own {
        var report = ShardReport()
        let buffers = reduction.buffers()
        let chosen = labels[index * shard..<(index + 1) * shard]
        network.reset()
        try propagation.relaxFreely(pixels, labels: chosen, first: index * shard, report: &report)
        try propagation.addGradient(labels: chosen, batch: batch, into: buffers, report: &report)
        try times.measure(.reduce) { try reduction.add(buffers, shard: index) }
      }
      _ = try times.measure(.reduce) { try reduction.sum() }
    }
  }
}

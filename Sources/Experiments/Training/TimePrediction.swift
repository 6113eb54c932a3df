import Configuration
import Learning
import Networks
import Parallel

/// What a training is predicted to take, from its first step to its test: the products of `StepPrediction`, and what small networks spend
/// on everything else.
///
/// The costs below were measured with AVX-512 on one core, in trainings of 2 to 200 seconds. Every phase is taken to make all of its sweeps,
/// and convolutions are counted as direct ones. So trainings took 0.3 (convolutions whose tolerance ended phases early, on a core that
/// others used when its peak was measured) to 1.3 times (a table and a dense network) what was predicted.
struct TimePrediction {
  /// Seconds of a mini-batch.
  let step: Double
  /// Seconds of an epoch, with its validation and its checkpoints.
  let epoch: Double
  /// Seconds in all, with the start and the test.
  let training: Double

  /// Seconds in which a spin takes its next state.
  private static let spinUpdate = 1.4e-9
  /// Seconds that a layer's field and step take beside their arithmetic, once a sweep of a micro-shard.
  private static let layerSweep = 1e-6
  /// Seconds a parameter: optimiser, and weights rearranged for the kernels.
  private static let parameterUpdate = 1e-8
  /// Seconds for reading a number of an image.
  private static let reading = 1e-8
  /// Seconds of a step for its figures, records and requests.
  private static let bookkeeping = 8e-5
  /// Seconds for a checkpoint that is written and synchronised with the disk, and seconds a byte.
  private static let checkpoint = (each: 5e-3, byte: 3e-9)
  /// Seconds from the first line of the program to the first step.
  private static let start = 0.1

  /// - Parameters:
  ///   - images: of the three parts.
  ///   - checkpointBytes: of a checkpoint.
  /// - Throws: `NetworkError` if the network cannot be cut into so many strips.
  init(
    _ configuration: Configuration, _ layout: NetworkLayout, on shape: GridShape, speed: MachineSpeed,
    images: TrainingCheck.Images, checkpointBytes: Int
  ) throws {
    let settings = configuration.learning
    let products = try StepPrediction(
      shape, layout: layout, relaxation: configuration.relaxation, settings: settings, speed: speed)
    let spins = Double(layout.layers.reduce(0) { $0 + $1.shape.channels * $1.shape.rows * $1.shape.columns })
    let layers = Double(layout.layers.count)
    let pixels = Double(images.shape.reduce(1, *))
    // Products of a sample outside of its sweeps: the drive of the clamped image, and the gradient of two states of each edge.
    let counts = layout.multiplyAdds
    let once = 2 * Double(3 * counts.clamped + counts.sweep) / (StepPrediction.efficiency * speed.operations)
    let shards = Double((settings.batch.size / settings.batch.shard + shape.data - 1) / shape.data)
    let (free, nudged) = (Double(configuration.relaxation.free.sweeps), Double(configuration.relaxation.nudged.sweeps))
    let sweptSpins = spins * (free + Double(settings.estimator.relaxedStates) * nudged) / Double(shape.spin)
    let sample = Self.spinUpdate * sweptSpins + once / Double(shape.spin) + Self.reading * pixels
    step =
      products.total + shards * (Double(settings.batch.shard) * sample + Self.layerSweep * layers * (free + nudged))
      + Self.parameterUpdate * Double(layout.parameterCount) + Self.bookkeeping

    // An evaluation divides images among the groups of the grid, and nobody is nudged.
    let evaluated = configuration.inferenceRelaxation.free
    let sweeps = Double(evaluated.sweeps)
    let operations = 2 * Double(counts.clamped + counts.sweep * evaluated.sweeps)
    let image =
      (Self.spinUpdate * spins * sweeps + operations / (StepPrediction.efficiency * speed.operations)) / Double(shape.spin)
      + Self.reading * pixels + Self.layerSweep * layers * sweeps / Double(configuration.run.evaluation.batch)
    func evaluation(of count: Int) -> Double { Double((count + shape.data - 1) / shape.data) * image }
    let everySave = configuration.run.checkpoint.epochs
    let saves = everySave > 0 ? 1 / Double(everySave) : 0
    let everyLook = configuration.run.evaluation.epochs
    let looks = everyLook > 0 ? 1 / Double(everyLook) : 0
    let saving = Self.checkpoint.each + Self.checkpoint.byte * Double(checkpointBytes)
    epoch =
      step * Double(images.training / settings.batch.size) + looks * evaluation(of: images.validation) + saves * saving
    training = Self.start + epoch * Double(settings.epochs) + evaluation(of: images.test)
  }
}

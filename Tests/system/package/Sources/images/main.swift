// A data set and a network of this package's own, trained by equilibrium propagation over all ranks. Prints the accuracy and a number
// that any bit of the parameters changes.

import Kernels
import Learning
import MPI
import Networks
import Parallel

/// One bright row or column of 6 × 6 pixels with noise; the classes are the two directions.
struct Bars: TrainingImages {
  let count: Int
  let seed: UInt64
  static let shape = ImageShape(channels: 1, rows: 6, columns: 6)

  func order(epoch: Int) -> [Int] {
    var random = Philox(seed: seed, stream: UInt32(epoch)).sequence()
    return (0..<count).shuffled(using: &random)
  }

  func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int]) {
    (pixels, labels) = ([], indices.map { $0 % 2 })
    for index in indices {
      var random = Philox(seed: seed, stream: 1 << 31).sequence(UInt32(index))
      let bar = Int(6 * random.uniform())
      for pixel in 0..<36 {
        let place = index % 2 == 0 ? pixel / 6 : pixel % 6
        pixels.append((place == bar ? 1 : 0) + 0.4 * (random.uniform() - 0.5))
      }
    }
  }
}

/// The bits of all parameters in one number (Fowler, Noll & Vo's hash, 64 bits).
func hash(_ parameters: AlignedBuffer<Float>) -> UInt64 {
  parameters.elements.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1.bitPattern)) &* 1_099_511_628_211 }
}

Environment.run { world in
  let layout = try NetworkLayout(
    NetworkDescription(
      input: Bars.shape,
      layers: [
        LayerDescription(
          name: "bars", channels: 6, edges: [EdgeDescription(from: "input", kind: .convolution, padding: 1, pooling: .max)]),
        LayerDescription(name: "output", channels: 2, edges: [EdgeDescription(from: "bars", kind: .dense)]),
      ]))
  let relaxation = RelaxationSettings()
  var settings = LearningSettings()
  settings.batch = .init(size: 32, shard: 8)
  settings.optimiser.learningRate = 0.05

  let grid = ProcessGrid(dataOver: world)
  let learner = try HopfieldLearner(
    layout, parameters: layout.initialParameters(seed: 1), relaxation: relaxation, settings: settings, seed: 1, on: grid)
  let trainer = try Trainer(learner, settings: settings, seed: 1, images: Bars(count: 256, seed: 1), grid: grid)
  for _ in 0..<5 * trainer.batchesPerEpoch { _ = try trainer.step() }
  let evaluator = Evaluator(network: learner.network, relaxation: relaxation, shard: 8)
  let result = try evaluator.evaluate(Bars(count: 128, seed: 2), over: grid)
  if world.rank == 0 { print("accuracy \(result.accuracy) parameters \(hash(learner.network.parameters))") }
  return 0
}

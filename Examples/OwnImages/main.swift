// A data set of one's own: images that are drawn in code train a small convolutional Hopfield network by equilibrium propagation.
//
//     mpirun -n 2 .build/release/example-own-images      # the same digits on any number of ranks

import Kernels
import Learning
import MPI
import Networks
import Parallel

/// Noisy stripes of 8 × 8 pixels in four directions. An image depends on the seed and its index alone, whichever rank asks for it.
struct Stripes: TrainingImages {
  let count: Int
  let seed: UInt64
  static let shape = ImageShape(channels: 1, rows: 8, columns: 8)
  func order(epoch: Int) -> [Int] {
    var random = Philox(seed: seed, stream: UInt32(epoch)).sequence()
    return (0..<count).shuffled(using: &random)
  }

  func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int]) {
    (pixels, labels) = ([], indices.map { $0 % 4 })
    for index in indices {
      var random = Philox(seed: seed, stream: 1 << 31).sequence(UInt32(index))
      let phase = Int(4 * random.uniform())
      for (row, column) in (0..<64).map({ ($0 / 8, $0 % 8) }) {
        let place = [row, column, row + column, row - column + 8][index % 4] + phase
        pixels.append((place % 4 < 2 ? 1 : 0) + 1.6 * (random.uniform() - 0.5))
      }
    }
  }
}

Environment.run { world in
  let layout = try NetworkLayout(
    NetworkDescription(
      input: Stripes.shape,
      layers: [
        LayerDescription(
          name: "features", channels: 8, edges: [EdgeDescription(from: "input", kind: .convolution, padding: 1, pooling: .max)]),
        LayerDescription(name: "output", channels: 4, edges: [EdgeDescription(from: "features", kind: .dense)]),
      ]))
  let relaxation = RelaxationSettings()
  var settings = LearningSettings()
  settings.batch = .init(size: 32, shard: 4)
  settings.optimiser.learningRate = 0.05

  // Ranks divide the micro-shards of every mini-batch.
  let grid = ProcessGrid(dataOver: world)
  let learner = try HopfieldLearner(
    layout, parameters: layout.initialParameters(seed: 1), relaxation: relaxation, settings: settings, seed: 1, on: grid)
  let trainer = try Trainer(learner, settings: settings, seed: 1, images: Stripes(count: 512, seed: 1), grid: grid)
  let evaluator = Evaluator(network: learner.network, relaxation: relaxation, shard: 4)
  for epoch in 1...4 {
    for _ in 0..<trainer.batchesPerEpoch { _ = try trainer.step() }
    let result = try evaluator.evaluate(Stripes(count: 256, seed: 2), over: grid)
    if world.rank == 0 { print("epoch \(epoch): loss \(result.loss), accuracy on new images \(100 * result.accuracy) %") }
  }
  return 0
}

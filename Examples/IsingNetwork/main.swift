// An Ising network that learns on p-bits: spins of ±1 at one temperature tell rows from columns.
//
//     mpirun -n 2 .build/release/example-ising-network

import Kernels
import Learning
import MPI
import Networks
import Parallel

/// 4 × 4 pixels of which one row or one column is lit. No weighted sum of the pixels separates the two classes: the four rows
/// and the four columns have the same sum. Hidden spins do.
struct Bars: TrainingImages {
  let count = 8
  static let shape = ImageShape(channels: 1, rows: 4, columns: 4)

  func order(epoch: Int) -> [Int] { Array(0..<count) }

  func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int]) {
    labels = indices.map { $0 / 4 }
    pixels = indices.flatMap { index in
      (0..<16).map { pixel in (index < 4 ? pixel / 4 : pixel % 4) == index % 4 ? 1 : 0 }
    }
  }
}

Environment.run { world in
  let layout = try IsingNetworkLayout(
    IsingNetworkDescription(input: Bars.shape, classes: 2, hidden: 16, spinsPerClass: 2, inputGain: 2, couplingGain: 1))
  let parameters = layout.initialParameters(seed: 1)
  var machine = IsingMachineSettings()
  machine.kind = .gibbs
  machine.temperature = 1
  machine.sweeps = 50
  machine.reads = 8
  var settings = LearningSettings()
  settings.nudge = 0.5
  settings.batch = .init(size: 8, shard: 1)
  settings.optimiser.learningRate = 0.02

  // Training and evaluation draw noise of their own, so each has a network, of the same parameters.
  let grid = ProcessGrid(dataOver: world)
  let learner = try IsingLearner(
    IsingNetwork(layout, parameters: parameters, settings: machine, seed: 1), settings: settings)
  let trainer = try Trainer(learner, settings: settings, seed: 1, images: Bars(), grid: grid)
  let classifier = try IsingClassifier(
    IsingNetwork(layout, parameters: parameters, settings: machine, seed: 1, for: .evaluation))

  for step in 1...100 {
    let report = try trainer.step()
    if world.rank == 0, step % 20 == 0 { print("step \(step): loss \(report.loss), accuracy \(100 * report.accuracy) %") }
  }
  classifier.parametersChanged()
  let result = try Evaluator(classifier, shard: 1).evaluate(Bars(), over: grid)
  if world.rank == 0 { print("\(Int(8 * result.accuracy)) of 8 images are told apart: \(result.predictions)") }
  return 0
}

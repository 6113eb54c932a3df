// XOR by equilibrium propagation, without a trainer: two phases, a gradient and an update, 300 times.
//
//     .build/release/example-xor

import Kernels
import Learning
import MPI
import Networks

let cases: [(input: [Float], answer: Int)] = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]

Environment.run { world in
  // Two inputs, eight hidden spins, and an output spin for each answer.
  let layout = try NetworkLayout(
    NetworkDescription(
      input: ImageShape(channels: 2, rows: 1, columns: 1),
      layers: [
        LayerDescription(
          name: "hidden", channels: 8, activation: .tanh, edges: [EdgeDescription(from: "input", kind: .dense, gain: 2)]),
        LayerDescription(name: "output", channels: 2, edges: [EdgeDescription(from: "hidden", kind: .dense, gain: 1)]),
      ]))
  let relaxation = RelaxationSettings(free: .init(sweeps: 100, tolerance: 1e-5), nudged: .init(sweeps: 30))
  var settings = LearningSettings()
  settings.batch = .init(size: 4, shard: 4)
  settings.optimiser.learningRate = 0.03

  let network = HopfieldNetwork(
    layout: layout, parameters: layout.initialParameters(seed: 1), capacity: EquilibriumPropagation.capacity(settings))
  let propagation = EquilibriumPropagation(network: network, relaxation: relaxation, settings: settings)
  let optimiser = Optimiser(settings.optimiser, layout: layout)
  let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
  let (pixels, labels) = (cases.flatMap(\.input), cases.map(\.answer)[...])

  for step in 0...300 {
    // The free phase settles in the minimum of the energy, the nudged ones close to it, a little nearer to the answer or further away.
    var report = ShardReport()
    network.reset()
    try propagation.relaxFreely(pixels, labels: labels, first: 0, report: &report)
    if world.rank == 0, step % 50 == 0 { print("step \(step): loss \(report.loss / 4)") }
    gradient.clear()
    try propagation.addGradient(labels: labels, batch: 4, into: gradient, report: &report)
    // The norm is for clipping, and nothing is clipped here; the factor is a schedule's.
    optimiser.update(network.parameters, gradient: gradient, norm: 0, factor: 1)
    network.parametersChanged()
  }

  let result = try HopfieldClassifier(network, relaxation: relaxation).classify(pixels, labels: labels, first: 0)
  guard world.rank == 0 else { return 0 }
  for (pair, output) in zip(cases, result.outputs) { print("\(pair.input): outputs \(output)") }
  print("XOR of 00, 01, 10, 11: \(result.predictions)")
  return 0
}

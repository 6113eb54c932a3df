import ArgumentParser
import Kernels
import Networks

@main
struct EquilibriaBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equilibria-benchmark", abstract: "Times of training steps, as ratios within one run.",
    subcommands: [TrainingStep.self, GridStep.self, MachineSweeps.self], defaultSubcommand: TrainingStep.self)
}

/// 3×3 convolutions on 32 × 32 images, each layer half as high as the one before, and a dense read-out.
func pyramid(channels: String, pooling: String = "max", gain: Float) -> NetworkDescription {
  var layers: [LayerDescription] = []
  var from = NetworkDescription.inputName
  for (index, count) in channels.split(separator: ",").enumerated() {
    let kind = EdgeDescription.Pooling(rawValue: pooling) ?? .max
    let edge = EdgeDescription(
      from: from, kind: .convolution, kernel: 3, stride: kind == .none ? 2 : 1, padding: 1, pooling: kind, gain: gain)
    layers.append(LayerDescription(name: "conv\(index + 1)", channels: Int(count) ?? 0, edges: [edge]))
    from = "conv\(index + 1)"
  }
  layers.append(LayerDescription(name: "output", channels: 10, edges: [EdgeDescription(from: from, kind: .dense, gain: gain)]))
  return NetworkDescription(input: ImageShape(channels: 3, rows: 32, columns: 32), layers: layers)
}

/// Dense layers on the 28 × 28 pixels of a digit, and a dense read-out.
func perceptron(units: String, gain: Float) -> NetworkDescription {
  var layers: [LayerDescription] = []
  var from = NetworkDescription.inputName
  for (index, count) in units.split(separator: ",").enumerated() {
    let edge = EdgeDescription(from: from, kind: .dense, gain: gain)
    layers.append(LayerDescription(name: "hidden\(index + 1)", channels: Int(count) ?? 0, edges: [edge]))
    from = "hidden\(index + 1)"
  }
  layers.append(LayerDescription(name: "output", channels: 10, edges: [EdgeDescription(from: from, kind: .dense, gain: gain)]))
  return NetworkDescription(input: ImageShape(channels: 1, rows: 28, columns: 28), layers: layers)
}

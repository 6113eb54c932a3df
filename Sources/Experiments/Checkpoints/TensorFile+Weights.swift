import Files
import Kernels
import Learning
import Networks

/// The weights of a network in a checkpoint, or in a file that holds nothing else.
extension TensorFile {
  /// The tensor of each of a network's blocks, by the block's name.
  ///
  /// - Parameters:
  ///   - raw: the weights that training continues with, also where the file holds their average, which is taken otherwise.
  ///   - source: what a message calls the file.
  /// - Throws: `TensorError` naming the first tensor that is missing or has another shape.
  func weights(of layout: any ParameterLayout, raw: Bool = false, in source: String) throws -> [String: Tensor] {
    let isAveraged = layout.blocks.contains { tensors[WeightAverage.prefix + $0.name] != nil }
    let prefix = isAveraged && !raw ? WeightAverage.prefix : ""
    return Dictionary(
      uniqueKeysWithValues: try layout.blocks.map { ($0.name, try tensor(prefix + $0.name, shape: $0.shape, in: source)) })
  }

  /// The same as a flat buffer in single precision.
  ///
  /// - Throws: `TensorError` also where a tensor holds no floating-point numbers, or one that is not finite.
  package func parameters(of layout: any ParameterLayout, raw: Bool = false, in source: String) throws -> AlignedBuffer<Float> {
    let weights = TensorFile(tensors: try weights(of: layout, raw: raw, in: source))
    let parameters = AlignedBuffer<Float>(count: layout.parameterCount)
    for block in layout.blocks { layout.assign(try weights.finiteFloats(block.name, in: source), to: block, of: parameters) }
    return parameters
  }

  /// Refuses tensors that are neither weights of a network nor a training's.
  ///
  /// - Parameter network: what a message calls it.
  /// - Throws: `TensorError` naming the first.
  func requireNoOthers(than layout: any ParameterLayout, of network: String, in source: String) throws {
    let names = Set(layout.blocks.map(\.name))
    let prefixes = ["optimiser.", "warm.", SilentChannels.prefix, WeightAverage.prefix]
    let isStrange = { name in !names.contains(name) && !prefixes.contains { name.hasPrefix($0) } }
    if let (name, tensor) = tensors.sorted(by: { $0.key < $1.key }).first(where: { isStrange($0.key) }) {
      throw TensorError("\(source): tensor `\(name)` of shape \(tensor.shape) belongs to no edge or layer of \(network)")
    }
  }
}

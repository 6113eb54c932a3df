import Kernels

/// Where the parameters of a network lie in a flat buffer.
public protocol ParameterLayout: Sendable {
  /// Weights and biases in the order in which they lie.
  var blocks: [ParameterBlock] { get }
  /// Floats of all parameters, padding included.
  var parameterCount: Int { get }
}

extension NetworkLayout: ParameterLayout {}

extension ParameterLayout {
  /// Parameters that exist: without padding.
  public var trainableCount: Int { blocks.reduce(0) { $0 + $1.shape.reduce(1, *) } }

  /// Fresh parameters: uniform in each block's ±bound, from (seed, block, index), whatever the padding.
  public func initialParameters(seed: UInt64) -> AlignedBuffer<Float> {
    let parameters = AlignedBuffer<Float>(count: parameterCount)
    for (index, block) in blocks.enumerated() {
      var random = Philox(seed: seed, .parameters, member: index).sequence()
      for element in 0..<block.shape.reduce(1, *) {
        parameters[block.position(element)] = (2 * random.uniform() - 1) * block.bound
      }
    }
    return parameters
  }

  /// One block out of a flat buffer (parameters, gradient, an optimiser's moments), row-major in the block's shape.
  public func tensor(_ block: ParameterBlock, of buffer: AlignedBuffer<Float>) -> [Float] {
    (0..<block.shape.reduce(1, *)).map { buffer[block.position($0)] }
  }

  /// Puts `values`, row-major in the block's shape, into a flat buffer.
  public func assign(_ values: [Float], to block: ParameterBlock, of buffer: AlignedBuffer<Float>) {
    precondition(values.count == block.shape.reduce(1, *))
    for (index, value) in values.enumerated() { buffer[block.position(index)] = value }
  }
}

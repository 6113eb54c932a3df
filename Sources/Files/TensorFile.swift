/// Named tensors and a dictionary of text: the contents of one safetensors file.
package struct TensorFile: Equatable, Sendable {
  package var tensors: [String: Tensor]
  package var metadata: [String: String]

  package init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensor called `name`.
  ///
  /// - Parameters:
  ///   - shape: what it must have, unless `nil`.
  ///   - source: what a message calls the file.
  /// - Throws: `TensorError` naming the file, the tensor, what was found and what was expected.
  package func tensor(_ name: String, shape: [Int]? = nil, in source: String) throws -> Tensor {
    guard let tensor = tensors[name] else {
      let guess = nearest(to: name, among: Array(tensors.keys)).map { "; did you mean `\($0)`?" } ?? ""
      let expected = shape.map { ", expected with shape \($0)" } ?? ""
      throw TensorError("\(source): there is no tensor `\(name)`\(expected)\(guess)")
    }
    if let shape, tensor.shape != shape {
      throw TensorError("\(source): tensor `\(name)` has shape \(tensor.shape), expected \(shape)")
    }
    return tensor
  }

  /// The elements of the tensor called `name`, as `tensor(_:shape:in:)` finds it.
  ///
  /// - Throws: `TensorError` also where it holds no floating-point numbers.
  package func floats(_ name: String, shape: [Int]? = nil, in source: String) throws -> [Float] {
    try elements(name, shape: shape, in: source) { try $0.floats() }
  }

  /// The same, of which each is finite.
  ///
  /// - Parameter item: what the first dimension counts, for messages; `nil` where an element has only a number.
  /// - Throws: `TensorError` also where one is infinite or not a number, naming the item and the element in it.
  package func finiteFloats(_ name: String, shape: [Int]? = nil, of item: String? = nil, in source: String) throws -> [Float] {
    let values = try floats(name, shape: shape, in: source)
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return values }
    let size = max(values.count / max(tensors[name]?.shape.first ?? 1, 1), 1)
    let place = item.map { "\($0) \(index / size), element \(index % size)" } ?? "element \(index)"
    throw TensorError("\(source): tensor `\(name)`, \(place): found \(values[index]), expected a finite number")
  }

  /// The elements of the tensor called `name`, as `tensor(_:shape:in:)` finds it.
  ///
  /// - Throws: `TensorError` also where it holds no integers.
  package func integers(_ name: String, shape: [Int]? = nil, in source: String) throws -> [Int64] {
    try elements(name, shape: shape, in: source) { try $0.integers() }
  }

  private func elements<Element>(
    _ name: String, shape: [Int]?, in source: String, _ convert: (Tensor) throws -> [Element]
  ) throws -> [Element] {
    let tensor = try tensor(name, shape: shape, in: source)
    do {
      return try convert(tensor)
    } catch let error as TensorError {
      throw TensorError("\(source): tensor `\(name)` \(error)")
    }
  }
}

import Files
import Networks

/// A layer in words, as `train --check` and reports have it.
package struct LayerSummary: Encodable, Sendable {
  package let name: String
  /// Channels, rows, columns.
  package let shape: [Int]
  package let activation: String
  /// From where, and how.
  package let drivenBy: String
  package let parameters: Int

  /// The layers of a network, the input left out.
  package static func all(of network: NetworkDescription, _ layout: NetworkLayout) -> [LayerSummary] {
    network.layers.enumerated().map { index, layer in
      let edges = layout.edges.filter { $0.post == index + 1 }
      let shape = layout.shape(index + 1)
      return LayerSummary(
        name: layer.name, shape: [shape.channels, shape.rows, shape.columns],
        activation: layout.layers[index].activation.rawValue, drivenBy: layer.edges.map(text).joined(separator: "; "),
        parameters: edges.reduce(numbers(layout.layers[index].bias)) { $0 + numbers($1.weight) })
    }
  }

  /// `16 × 12 × 12`, or the number of spins where there is one row and column.
  ///
  /// - Parameter sign: between the numbers.
  package static func size(_ shape: [Int], sign: String) -> String {
    (shape.dropFirst().allSatisfy { $0 == 1 } ? [shape[0]] : shape).map(String.init).joined(separator: sign)
  }

  /// Numbers without padding.
  private static func numbers(_ block: ParameterBlock) -> Int { block.shape.reduce(1, *) }

  private static func text(_ edge: EdgeDescription) -> String {
    guard edge.kind == .convolution else { return "\(edge.from), dense" }
    var parts = ["\(edge.from), \(edge.kernel)×\(edge.kernel) convolution"]
    if edge.stride != 1 { parts.append("stride \(edge.stride)") }
    if edge.padding != 0 { parts.append("padding \(edge.padding)") }
    if edge.pooling != .none { parts.append("\(edge.pooling.rawValue)-pooling \(edge.window)×\(edge.window)") }
    return parts.joined(separator: ", ")
  }
}

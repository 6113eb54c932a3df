import Experiments
import Files
import Networks

/// The weights of an edge from an image, a picture a channel of the layer.
struct FilterSheet {
  /// More would not be looked at one by one.
  static let mostFilters = 128

  let name: String
  let shown: Int
  let count: Int
  /// Whether they are in the colours of the input.
  let isColour: Bool
  let pictures: [Picture]

  /// The sheets of all edges from the input.
  ///
  /// - Throws: `TensorError` if the checkpoint lacks a weight.
  static func sheets(of checkpoint: Checkpoint, layout: NetworkLayout, source: String) throws -> [FilterSheet] {
    let parameters = try TensorFile(tensors: checkpoint.tensors).parameters(of: layout, in: source)
    return layout.edges.filter { $0.pre == 0 }.map { edge in
      let weights = layout.tensor(edge.weight, of: parameters)
      return FilterSheet(weights, edge: edge, input: layout.input.channels, name: layout.name(edge.post))
    }
  }

  private init(_ weights: [Float], edge: NetworkLayout.Edge, input channels: Int, name: String) {
    self.name = name
    count = edge.weight.shape[0]
    shown = min(count, Self.mostFilters)
    let (rows, columns) = (edge.kernelRows, edge.kernelColumns)
    let size = channels * rows * columns
    isColour = channels == 3
    pictures = (0..<shown).map { filter in
      Self.picture(weights[filter * size..<(filter + 1) * size], channels: channels, rows: rows, columns: columns)
    }
  }

  /// In units of the text's size: a kernel of five has pixels that can be told apart.
  var tileWidth: Double { (pictures.first?.width ?? 1) > 12 ? 5.5 : 4 }

  /// Colour images have filters in colour, grey where a weight is zero; the filters of others are their mean over channels, blue
  /// where it is negative and red where it is positive. Each has its own scale.
  private static func picture(_ filter: ArraySlice<Float>, channels: Int, rows: Int, columns: Int) -> Picture {
    let greatest = max(filter.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
    if channels == 3 {
      return Shading.colours(filter, rows: rows, columns: columns) { 0.5 + 0.5 * $0 / greatest }
    }
    let plane = rows * columns
    let means = (0..<plane).map { place in
      (0..<channels).reduce(Float(0)) { $0 + filter[filter.startIndex + $1 * plane + place] } / Float(channels)
    }
    let scale = max(means.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
    return Shading.plane(means[...], rows: rows, columns: columns, scale: scale, by: Shading.diverging)
  }
}

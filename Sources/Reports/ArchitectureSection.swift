import Configuration
import Experiments
import Files
import Foundation
import Kernels
import Networks

/// The layers of a run's network and the weights from its input.
struct ArchitectureSection {
  private let run: RecordedRun

  init(_ run: RecordedRun) { self.run = run }

  var elements: [String] {
    get throws {
      guard let network = run.configuration.network, let layout = try? NetworkLayout(network) else { return [] }
      return [chain(network, layout), table(network, layout)] + (try filters(layout))
    }
  }

  /// `16 × 12 × 12` in one piece, or the number of spins.
  private func size(_ shape: PlaneShape) -> String {
    let numbers = shape.rows * shape.columns > 1 ? [shape.channels, shape.rows, shape.columns] : [shape.channels]
    return numbers.map(String.init).joined(separator: "\u{A0}×\u{A0}")
  }

  /// The layers as boxes from the input to the output.
  private func chain(_ network: NetworkDescription, _ layout: NetworkLayout) -> String {
    let items = (0...layout.layers.count).map { index in
      "<li><strong>\(HTML.escape(layout.name(index)))</strong> \(size(layout.shape(index)))</li>"
    }
    return "<ol class=\"chain\" aria-label=\"Layers from the input to the output\">\(items.joined())</ol>"
  }

  private func table(_ network: NetworkDescription, _ layout: NetworkLayout) -> String {
    let rows = network.layers.enumerated().map { index, layer -> [String] in
      let edges = layout.edges.filter { $0.post == index + 1 }
      let parameters = edges.reduce(layout.layers[index].bias.numbers) { $0 + $1.weight.numbers }
      return [
        layer.name, size(layout.shape(index + 1)), "\(layout.layers[index].activation.rawValue)",
        layer.edges.map(Self.text).joined(separator: "; "), ReportText.grouped(parameters),
      ]
    }
    return HTML.table(
      "Layers", head: ["layer", "channels × rows × columns", "activation", "driven by", "parameters"], rows: rows,
      className: "text")
  }

  private static func text(_ edge: EdgeDescription) -> String {
    guard edge.kind == .convolution else { return "\(edge.from), dense" }
    var parts = ["\(edge.from), \(edge.kernel)×\(edge.kernel) convolution"]
    if edge.stride != 1 { parts.append("stride \(edge.stride)") }
    if edge.padding != 0 { parts.append("padding \(edge.padding)") }
    if edge.pooling != .none { parts.append("\(edge.pooling.rawValue)-pooling \(edge.window)×\(edge.window)") }
    return parts.joined(separator: ", ")
  }

  private func filters(_ layout: NetworkLayout) throws -> [String] {
    guard let checkpoint = run.checkpoint else { return [] }
    return try FilterSheet.sheets(of: checkpoint, layout: layout, source: run.path).map { sheet in
      let which = sheet.shown < sheet.count ? "the first \(sheet.shown) of \(sheet.count)" : "\(sheet.count)"
      let colours = sheet.isColour ? "Grey is zero." : "Blue is negative, red positive, white zero."
      return """
        <figure class="filters"><figcaption>Weights from the input to \(HTML.escape(sheet.name)): \(which). \(colours) Each has its own \
        scale.</figcaption>
        <div class="tiles" role="img" aria-label="Weights from the input to \(HTML.escape(sheet.name))">
        \(try sheet.pictures.enumerated().map {
          try HTML.image($1, ems: sheet.tileWidth, title: "weights of \(sheet.name), channel \($0)")
        }.joined())</div></figure>
        """
    }
  }
}

extension ParameterBlock {
  /// Numbers without padding.
  fileprivate var numbers: Int { shape.reduce(1, *) }
}

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

  private var network: (description: NetworkDescription, layout: NetworkLayout)? {
    run.configuration.network.flatMap { network in (try? NetworkLayout(network)).map { (network, $0) } }
  }

  /// The layers, which runs may have in common.
  var structure: [String] {
    network.map { [chain($0.description, $0.layout), table($0.description, $0.layout)] } ?? []
  }

  /// The weights from the input.
  var weights: [String] {
    get throws {
      guard let layout = network?.layout, let checkpoint = run.checkpoint else { return [] }
      return layout.input.rows * layout.input.columns == 1 ? try maps(checkpoint, layout) : try filters(checkpoint, layout)
    }
  }

  /// Between numbers that stay together.
  private static let times = "\u{A0}×\u{A0}"

  private func size(_ shape: PlaneShape) -> String {
    LayerSummary.size([shape.channels, shape.rows, shape.columns], sign: Self.times)
  }

  /// The layers as boxes from the input to the output.
  private func chain(_ network: NetworkDescription, _ layout: NetworkLayout) -> String {
    let items = (0...layout.layers.count).map { index in
      "<li><strong>\(HTML.escape(layout.name(index)))</strong> \(size(layout.shape(index)))</li>"
    }
    return "<ol class=\"chain\" aria-label=\"Layers from the input to the output\">\(items.joined())</ol>"
  }

  private func table(_ network: NetworkDescription, _ layout: NetworkLayout) -> String {
    let rows = LayerSummary.all(of: network, layout).map { layer in
      [
        layer.name, LayerSummary.size(layer.shape, sign: Self.times), layer.activation, layer.drivenBy,
        ReportText.grouped(layer.parameters),
      ]
    }
    return HTML.table(
      "Layers", head: ["layer", "channels × rows × columns", "activation", "driven by", "parameters"], rows: rows,
      className: "text")
  }

  private func maps(_ checkpoint: Checkpoint, _ layout: NetworkLayout) throws -> [String] {
    let parameters = try TensorFile(tensors: checkpoint.tensors).parameters(of: layout, in: run.path)
    let (data, count) = (run.configuration.data, layout.input.channels)
    let known = data.name == .files ? data.files.featureNames : []
    let names = known.count == count ? known : (0..<count).map { "feature \($0)" }
    return try layout.edges.filter { $0.pre == 0 }.map {
      try WeightMap(layout.tensor($0.weight, of: parameters), layer: layout.name($0.post), features: names).element
    }
  }

  private func filters(_ checkpoint: Checkpoint, _ layout: NetworkLayout) throws -> [String] {
    try FilterSheet.sheets(of: checkpoint, layout: layout, source: run.path).map { sheet in
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

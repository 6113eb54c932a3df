import Files
import Foundation
import Networks

/// How the network settles on one test image, as an animation that steps through the sweeps.
struct FilmSection {
  private let network: TrainedNetwork
  private let film: RelaxationFilm
  private let words: SampleWords

  /// Classes whose output is drawn.
  private static let mostClasses = 10

  init(_ network: TrainedNetwork, words: SampleWords, image: Int) throws {
    (self.network, self.words) = (network, words)
    film = try network.film(of: image)
  }

  var elements: [String] {
    get throws {
      guard let last = film.frames.last else { return [] }
      return [
        HTML.paragraph(sentence(last)),
        """
        <div class="player">
        <div class="controls" hidden><button type="button" class="play">Play</button>\
        <label>sweep <input type="range" min="1" max="\(film.frames.count)" value="\(film.frames.count)"></label>\
        <output>\(film.frames.count) of \(film.frames.count)</output></div>
        <div class="stage">
        \(try still)
        \(try layers.joined(separator: "\n"))
        \(network.targets == nil ? bars(last) : numbers(last))
        </div>
        \(ChartFigure.row([energyChart, outputChart, changeChart]))
        <script type="application/json" class="frames">\(frames)</script>
        </div>
        """,
        HTML.paragraph(legend, className: "note"),
      ]
    }
  }

  private var legend: String {
    let hidden = network.layout.layers.dropLast()
    var text = "The same sweeps of all layers belong together. "
    if hidden.contains(where: { $0.shape.rows * $0.shape.columns > 1 }) {
      text += "Of a convolutional layer the six channels that vary most at the end are shown. "
    }
    if hidden.contains(where: { $0.shape.rows * $0.shape.columns == 1 }) {
      text += "The units of a dense layer stand in lines one below the other, in no order that means anything. "
    }
    return text
      + "White is 0 and dark the layer's largest state; if a layer has negative states, these are blue and positive ones red. "
      + "The energy is that of the free phase; the change is a mean over layers."
  }

  private func sentence(_ last: RelaxationFilm.Frame) -> String {
    if let targets = network.targets {
      let (predicted, measured) = (targets.measured(last.output), network.measured(of: film.image))
      let figures = predicted.indices.prefix(4).map {
        "\(ReportText.short(predicted[$0])) for \(network.className($0)) (measured: \(ReportText.short(measured[$0])))"
      }
      return
        "Test \(words.one) \(film.image) is clamped, and the layers relax for \(counted(film.frames.count, "sweep")); then the network predicts "
        + figures.joined(separator: ", ") + "\(predicted.count > 4 ? " and \(predicted.count - 4) more" : ""). "
        + "The last sweep changed the states by \(ReportText.short(last.change)) of their size."
    }
    let prediction = last.output.firstIndex(of: last.output.max() ?? 0) ?? 0
    let verdict =
      prediction == film.label ? "which is right" : "which is wrong: it is \(network.className(film.label))"
    return
      "Test \(words.one) \(film.image) is clamped, and the layers relax for \(counted(film.frames.count, "sweep")); then the network takes it "
      + "for \(network.className(prediction)), \(verdict). The last sweep changed the states by \(ReportText.short(last.change)) of their size."
  }

  // MARK: - Pictures

  private var still: String {
    get throws {
      guard !network.isTable else { return network.valueTable(of: film.image) }
      return "<figure>\(try network.picture(of: film.image, ems: 9, title: "test image \(film.image)"))"
        + "<figcaption>test image \(film.image)"
        + (network.targets == nil ? ": \(HTML.escape(network.className(film.label)))" : "") + "</figcaption></figure>"
    }
  }

  /// The hidden layers, each with its frames one below the other, of which the page shows one.
  private var layers: [String] {
    get throws {
      try network.layout.layers.dropLast().enumerated().map { index, layer in
        let shape = (layer.shape.channels, layer.shape.rows, layer.shape.columns)
        let pictures = film.shownSweeps.map { film.picture(layer: index, shape: shape, sweep: $0) }
        let strip = Picture.tiled(pictures, columns: 1, gap: 0)
        let (width, height) = (pictures[0].width, pictures[0].height)
        let ems = min(max(9 * Double(width) / Double(max(height, 1)), 9), 16)
        return """
          <figure><div class="sprite" role="img" aria-label="States of \(HTML.escape(layer.name)), sweep by sweep" \
          style="width:\(HTML.number(ems))em;aspect-ratio:\(width)/\(height);background-size:100% \(pictures.count * 100)%;\
          background-image:url(\(try strip.dataAddress()))"></div><figcaption>\(HTML.escape(layer.name))</figcaption></figure>
          """
      }
    }
  }

  // MARK: - Outputs

  /// The classes that end highest, and the right one.
  private func leading(_ count: Int) -> [Int] {
    guard let last = film.frames.last?.output else { return [] }
    if network.targets != nil { return Array(last.indices.prefix(count)) }
    var classes = Array(last.indices.sorted { last[$0] > last[$1] }.prefix(count))
    if !classes.contains(film.label), film.label < last.count { classes.append(film.label) }
    return classes
  }

  private var shownClasses: [Int] { leading(Self.mostClasses) }
  /// What a bar of full length is.
  private var greatest: Double {
    film.frames.reduce(1e-9) { greatest, frame in shownClasses.reduce(greatest) { max($0, abs(Double(frame.output[$1]))) } }
  }

  private func bars(_ frame: RelaxationFilm.Frame) -> String {
    let items = shownClasses.map { unit in
      let value = Double(frame.output[unit])
      let length = HTML.number(100 * max(value, 0) / greatest)
      return """
        <li\(unit == film.label ? " class=\"right\"" : "")><span>\(HTML.escape(network.className(unit)))</span>\
        <i style="width:\(length)%"></i><b>\(String(format: "%.2f", value))</b></li>
        """
    }
    return
      "<figure class=\"outputs\"><ul class=\"bars\">\(items.joined())</ul><figcaption>output; bold: what the \(words.one) is</figcaption>"
      + "</figure>"
  }

  /// What is predicted at the end, beside what was measured.
  private func numbers(_ frame: RelaxationFilm.Frame) -> String {
    guard let targets = network.targets else { return "" }
    let (predicted, measured) = (targets.measured(frame.output), network.measured(of: film.image))
    let rows = predicted.indices.prefix(Self.mostClasses).map {
      [network.className($0), ReportText.short(measured[$0]), ReportText.short(predicted[$0])]
    }
    return HTML.table("Predicted at the end", head: ["target", "measured", "predicted"], rows: Array(rows))
  }

  /// An output in the units of the reader: of a number that is predicted, its own.
  private func value(_ unit: Int, _ frame: RelaxationFilm.Frame) -> Double {
    network.targets?.measured(frame.output)[unit] ?? Double(frame.output[unit])
  }

  // MARK: - Numbers

  private struct Frames: Encodable {
    /// The sweeps that have pictures.
    var shown: [Int]
    var outputs: [[Double]]
    var greatest: Double
  }

  private var frames: String {
    let classes = shownClasses
    let outputs = film.frames.map { frame in classes.map { (Double(frame.output[$0]) * 1e4).rounded() / 1e4 } }
    // A script has no word for a number that is none.
    guard outputs.allSatisfy({ $0.allSatisfy(\.isFinite) }), greatest.isFinite else { return "null" }
    return (try? jsonText(Frames(shown: film.shownSweeps, outputs: outputs, greatest: greatest))) ?? "null"
  }

  private func points(_ value: (RelaxationFilm.Frame) -> Double) -> [(x: Double, y: Double)] {
    film.frames.enumerated().map { (Double($0 + 1), value($1)) }
  }

  private var outputChart: Chart {
    Chart(
      title: network.targets == nil ? "output" : "prediction", xTitle: "sweep",
      yTitle: network.targets == nil ? "output" : "prediction",
      series: leading(4).enumerated().map { index, unit in
        Chart.Series(name: network.className(unit), colour: index, points: points { value(unit, $0) })
      })
  }

  private var energyChart: Chart {
    Chart(
      title: "energy", xTitle: "sweep", yTitle: "E", series: [Chart.Series(name: "E", colour: 0, points: points(\.energy))])
  }

  private var changeChart: Chart {
    Chart(
      title: "change of a sweep", xTitle: "sweep", yTitle: "|Δs| / |s|", yScale: .logarithmic,
      series: [Chart.Series(name: "change", colour: 0, points: points(\.change))])
  }
}

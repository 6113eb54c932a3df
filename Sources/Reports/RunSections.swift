import Configuration
import Experiments
import Files
import Foundation
import Networks

/// The parts of a report that show one run: filters, relaxation, confusion, configuration.
struct RunSections {
  let run: RecordedRun
  /// `nil` where there is no checkpoint, or the data are not on this machine.
  let network: TrainedNetwork?
  /// Why there is none.
  let obstacle: String?
  /// Which test image relaxes.
  let image: Int

  /// Time for classifying images of a run that has not come to its test.
  private static let classificationTime = Duration.seconds(1)
  private static let mostPairs = 8
  private static let examplesOfAPair = 6

  init(_ run: RecordedRun, image: Int) throws {
    self.run = run
    guard let checkpoint = run.checkpoint else {
      (network, obstacle, self.image) = (nil, "there is no checkpoint yet", image)
      return
    }
    do {
      let network = try TrainedNetwork(checkpoint, configuration: run.configuration, source: run.path)
      guard 0..<network.count ~= image else {
        throw ReportError("--image \(image): the test set has images 0 to \(network.count - 1)")
      }
      (self.network, obstacle) = (network, nil)
    } catch let error as ReportError {
      throw error
    } catch {
      (network, obstacle) = (nil, "\(error)")
    }
    self.image = image
  }

  func html() throws -> String {
    var parts = ["<h2>\(HTML.escape(run.label))</h2>", starts]
    if let error = run.error {
      parts.append(
        "<p class=\"error\"><strong>Ended by an error, \(HTML.escape(error.time)):</strong> \(HTML.escape(error.message))</p>")
    }
    parts += try filters()
    if let network {
      parts += try film(network)
      parts += try confusion(network)
    } else if let obstacle {
      parts.append("<p class=\"note\">No relaxation and no confusion of classes: \(HTML.escape(obstacle))</p>")
    }
    if let timing = run.timing { parts.append("<h3>Where the time went</h3><pre>\(HTML.escape(timing))</pre>") }
    parts.append(
      "<details><summary>Configuration</summary><pre>\(HTML.escape(run.configurationText))</pre></details>")
    return parts.joined(separator: "\n")
  }

  private var starts: String {
    let rows = run.starts.enumerated().map { index, start in
      let hosts = Array(Set(start.hosts)).sorted()
      let names = hosts.count > 4 ? hosts.prefix(4).joined(separator: ", ") + " …" : hosts.joined(separator: ", ")
      return [
        "\(index + 1)", start.started, "\(start.ranks)", "\(hosts.count): \(names)",
        "\(start.processor), \(start.instructionSet)",
        start.program, start.commit.map { String($0.prefix(10)) } ?? "", start.overrides.joined(separator: " "),
      ]
    }
    let head = ["start", "time", "ranks", "hosts", "processor", "program", "commit", "overrides"]
    return rows.isEmpty ? "" : HTML.table(head: head, rows: rows, className: "text")
  }

  private func filters() throws -> [String] {
    guard let checkpoint = run.checkpoint, let network = run.configuration.network, let layout = try? NetworkLayout(network)
    else {
      return []
    }
    return try FilterSheet.sheets(of: checkpoint, layout: layout, source: run.path).map { sheet in
      let which = sheet.shown < sheet.count ? "the first \(sheet.shown) of \(sheet.count)" : "\(sheet.count)"
      let scale = min(12, 900 / Double(sheet.picture.width))
      return "<h3>Weights from the input to \(HTML.escape(sheet.name)): \(which)</h3>"
        + (try HTML.image(sheet.picture, scale: max(scale, 1), title: "weights of \(sheet.name)"))
    }
  }

  // MARK: - Relaxation

  private func film(_ network: TrainedNetwork) throws -> [String] {
    let film = try network.film(of: image)
    guard !film.frames.isEmpty else { return [] }
    let name = className(film.label, network)
    let sweeps = film.shownSweeps
    let head = ["layer"] + sweeps.map { "sweep \($0)" }
    var rows: [String] = []
    for (index, layer) in network.layout.layers.enumerated() {
      let shape = (layer.shape.channels, layer.shape.rows, layer.shape.columns)
      let cells = try sweeps.map { sweep in
        let picture = film.picture(layer: index, shape: shape, sweep: sweep)
        return
          "<td>\(try HTML.image(picture, scale: 78 / Double(picture.width), title: "\(layer.name) after sweep \(sweep)"))</td>"
      }
      rows.append("<tr><th>\(HTML.escape(layer.name))</th>\(cells.joined())</tr>")
    }
    let picture = try HTML.image(network.picture(of: image), scale: 4, title: "test image \(image)")
    return [
      "<h3>Relaxation of test image \(image): \(HTML.escape(name))</h3>",
      "<div class=\"charts\"><div>\(picture)</div>\(outputChart(film, network).svg)\(energyChart(film).svg)\(changeChart(film).svg)</div>",
      "<div class=\"wide\"><table class=\"film\"><thead><tr>\(head.map { "<th>\($0)</th>" }.joined())</tr></thead>"
        + "<tbody>\(rows.joined(separator: "\n"))</tbody></table></div>",
      "<p class=\"note\">Convolutional layers show the six channels that vary most at the end. White is 0, dark the layer's "
        + "largest state; if a layer has negative states, these are blue and positive ones red.</p>",
    ]
  }

  private func points(_ film: RelaxationFilm, _ value: (RelaxationFilm.Frame) -> Double) -> [(x: Double, y: Double)] {
    film.frames.enumerated().map { (Double($0 + 1), value($1)) }
  }

  /// The classes that end highest, and the right one.
  private func outputChart(_ film: RelaxationFilm, _ network: TrainedNetwork) -> Chart {
    let last = film.frames[film.frames.count - 1].output
    var classes = Array(last.indices.sorted { last[$0] > last[$1] }.prefix(4))
    if !classes.contains(film.label), film.label < last.count { classes.append(film.label) }
    return Chart(
      title: "output", xTitle: "sweep", yTitle: "output",
      series: classes.enumerated().map { index, unit in
        Chart.Series(name: className(unit, network), colour: index, points: points(film) { Double($0.output[unit]) })
      })
  }

  private func energyChart(_ film: RelaxationFilm) -> Chart {
    Chart(
      title: "free energy", xTitle: "sweep", yTitle: "E",
      series: [Chart.Series(name: "E", colour: 0, points: points(film, \.energy))])
  }

  private func changeChart(_ film: RelaxationFilm) -> Chart {
    Chart(
      title: "change of a sweep", xTitle: "sweep", yTitle: "mean over layers of |Δs| / |s|", yScale: .logarithmic,
      series: [Chart.Series(name: "change", colour: 0, points: points(film, \.change))])
  }

  // MARK: - Confusion

  private func className(_ label: Int, _ network: TrainedNetwork) -> String {
    network.classNames.indices.contains(label) ? network.classNames[label] : "\(label)"
  }

  private func confusion(_ network: TrainedNetwork) throws -> [String] {
    let predictions = try run.predictions ?? network.classify(within: Self.classificationTime)
    guard !predictions.labels.isEmpty else { return [] }
    let counts = predictions.confusion(classes: max(network.images.classes, 1))
    let whole =
      predictions.labels.count == network.count ? "the \(network.count)" : "the first \(predictions.labels.count)"
    var parts = [
      "<h3>Classes of \(whole) test images: \(String(format: "%.2f %%", 100 * predictions.accuracy)) right</h3>",
      counts.count <= 20 ? table(counts, network) : try sheet(counts),
    ]
    parts += try examples(counts, predictions, network)
    return parts
  }

  /// Rows are what images are, columns what they were taken for.
  private func table(_ counts: [[Int]], _ network: TrainedNetwork) -> String {
    let head = (["is"] + counts.indices.map { className($0, network) }).map { "<th>\(HTML.escape($0))</th>" }.joined()
    let rows = counts.enumerated().map { label, row in
      let total = max(row.reduce(0, +), 1)
      let cells = row.enumerated().map { prediction, count in
        let share = Double(count) / Double(total)
        let colour = prediction == label ? "0,114,178" : "213,94,0"
        // Mistakes are rarer than right answers, and what one looks for.
        let strength = prediction == label ? 0.6 * share : min(3 * share, 1)
        return "<td style=\"background:rgba(\(colour),\(String(format: "%.3f", strength)))\">\(count == 0 ? "" : "\(count)")</td>"
      }
      return "<tr><th>\(HTML.escape(className(label, network)))</th>\(cells.joined())</tr>"
    }
    return
      "<div class=\"wide\"><table class=\"confusion\"><thead><tr>\(head)</tr></thead><tbody>\(rows.joined())</tbody></table></div>"
  }

  /// Of many classes only the pattern can be seen.
  private func sheet(_ counts: [[Int]]) throws -> String {
    let shares = counts.flatMap { row in row.map { Float($0) / Float(max(row.reduce(0, +), 1)) } }
    let picture = Shading.plane(shares[...], rows: counts.count, columns: counts.count, scale: 0.5, by: Shading.sequential)
    return try HTML.image(
      picture, scale: 500 / Double(counts.count), title: "rows: what images are; columns: what they were taken for")
  }

  private func examples(_ counts: [[Int]], _ predictions: TestPredictions, _ network: TrainedNetwork) throws -> [String] {
    var pairs: [(label: Int, prediction: Int, count: Int)] = []
    for label in counts.indices {
      for prediction in counts.indices where prediction != label && counts[label][prediction] > 0 {
        pairs.append((label, prediction, counts[label][prediction]))
      }
    }
    pairs.sort { $0.count == $1.count ? ($0.label, $0.prediction) < ($1.label, $1.prediction) : $0.count > $1.count }
    let blocks = try pairs.prefix(Self.mostPairs).map { label, prediction, count in
      let members = predictions.labels.indices.filter {
        predictions.labels[$0] == label && predictions.predictions[$0] == prediction && $0 < network.count
      }
      let pictures = try members.prefix(Self.examplesOfAPair).map {
        try HTML.image(network.picture(of: $0), scale: 48 / Double(network.images.shape.columns), title: "test image \($0)")
      }
      return "<figure><figcaption>\(HTML.escape(className(label, network))) taken for "
        + "\(HTML.escape(className(prediction, network))): \(count)</figcaption>\(pictures.joined())</figure>"
    }
    return blocks.isEmpty ? [] : ["<h3>The most frequent mistakes</h3><div class=\"examples\">\(blocks.joined())</div>"]
  }
}

import Experiments
import Files
import Foundation

/// What images are and what they are taken for.
struct ConfusionSection {
  private let network: TrainedNetwork
  private let predictions: TestPredictions
  private let counts: [[Int]]
  private let headingLevel: Int
  private let words: SampleWords

  /// Time for classifying images of a run that has not come to its test.
  private static let classificationTime = Duration.seconds(1)
  private static let mostPairs = 8
  private static let examplesOfAPair = 6
  /// Of more classes only the pattern can be seen.
  private static let mostClasses = 20

  /// - Parameter headingLevel: of what stands inside the section.
  init(_ run: RecordedRun, _ network: TrainedNetwork, headingLevel: Int) throws {
    self.headingLevel = headingLevel
    self.network = network
    words = run.words
    predictions = try run.predictions ?? network.classify(within: Self.classificationTime)
    counts = predictions.confusion(classes: max(network.images.classes, 1))
  }

  var elements: [String] {
    get throws {
      guard !predictions.labels.isEmpty else { return [] }
      let whole =
        predictions.labels.count == network.count
        ? "the \(ReportText.grouped(network.count))" : "the first \(ReportText.grouped(predictions.labels.count))"
      return [
        HTML.paragraph("Of \(whole) test \(words.many) \(ReportText.percent(predictions.accuracy)) are classified correctly."),
        counts.count <= Self.mostClasses ? matrix : try sheet, HTML.heading("Taken for", level: headingLevel), try pairs,
      ]
    }
  }

  /// Rows are what images are, columns what they were taken for.
  private var matrix: String {
    let rows = counts.enumerated().map { label, row -> [String] in
      let total = row.reduce(0, +)
      let cells = row.enumerated().map { prediction, count -> String in
        let share = Double(count) / Double(max(total, 1))
        let isRight = prediction == label
        // Mistakes are rarer than right answers, and what one looks for.
        let strength = 0.55 * min(isRight ? share : 3 * share, 1)
        return
          "<span class=\"\(isRight ? "hit" : "miss")\" style=\"--share:\(HTML.number(strength))\">\(count == 0 ? "·" : "\(count)")</span>"
      }
      let right = total == 0 ? "–" : String(format: "%.1f %%", 100 * Double(row[label]) / Double(total))
      return [HTML.escape(network.className(label))] + cells + [right]
    }
    let head = ["is ↓ taken for →"] + counts.indices.map(network.className) + ["right"]
    return HTML.table("Confusion matrix", head: head, markedUp: rows, className: "confusion")
  }

  private var sheet: String {
    get throws {
      let shares = counts.flatMap { row in row.map { Float($0) / Float(max(row.reduce(0, +), 1)) } }
      let picture = Shading.plane(shares[...], rows: counts.count, columns: counts.count, scale: 0.5, by: Shading.sequential)
      return "<figure>\(try HTML.image(picture, ems: 32, title: "Confusion matrix"))"
        + "<figcaption>Down: what \(words.many) are. Across: what they were taken for. Dark: half of a row or more.</figcaption></figure>"
    }
  }

  /// The most frequent mistakes with some of the images.
  private var pairs: String {
    get throws {
      var pairs: [(label: Int, prediction: Int, count: Int)] = []
      for label in counts.indices {
        for prediction in counts.indices where prediction != label && counts[label][prediction] > 0 {
          pairs.append((label, prediction, counts[label][prediction]))
        }
      }
      guard !pairs.isEmpty else { return HTML.paragraph("No \(words.one) is taken for another class.") }
      pairs.sort { $0.count == $1.count ? ($0.label, $0.prediction) < ($1.label, $1.prediction) : $0.count > $1.count }
      let mistakes = pairs.reduce(0) { $0 + $1.count }
      let items = try pairs.prefix(Self.mostPairs).map { label, prediction, count in
        let members = predictions.labels.indices.filter {
          predictions.labels[$0] == label && predictions.predictions[$0] == prediction && $0 < network.count
        }
        let examples = try examples(members.prefix(Self.examplesOfAPair).map(network.place), label, prediction)
        let share = String(format: "%.1f %%", 100 * Double(count) / Double(mistakes))
        return "<li><p><strong>\(HTML.escape(network.className(label)))</strong> taken for "
          + "<strong>\(HTML.escape(network.className(prediction)))</strong>: \(count) (\(share) of the mistakes)</p>"
          + "\(examples)</li>"
      }
      return "<ol class=\"pairs\">\(items.joined(separator: "\n"))</ol>"
    }
  }

  private func examples(_ members: [Int], _ label: Int, _ prediction: Int) throws -> String {
    guard !network.isTable else {
      return HTML.table(
        "Rows of \(network.className(label)) taken for \(network.className(prediction))",
        head: ["row"] + network.shownFeatures, rows: members.map { ["\($0)"] + network.shownValues(of: $0) })
    }
    let pictures = try members.map {
      try network.picture(of: $0, ems: 3.2, title: "test image \($0): \(network.className(label))")
    }
    return "<div class=\"examples\">\(pictures.joined())</div>"
  }
}

import Configuration
import Experiments
import Files
import Foundation
import Learning
import Networks

/// What a run came to, in figures and sentences.
struct RunSummary {
  let run: RecordedRun

  private var configuration: Configuration { run.configuration }

  // MARK: - Figures

  /// Of training, in the last epoch.
  var residual: Double? { lastEpoch { $0.residual } }
  var freeSweeps: Double? { lastEpoch { $0.freeSweeps } }
  var loss: Double? { lastEpoch { $0.loss } }
  var seconds: Double? { run.metrics.rows.last?.time }
  var epochs: Double? { run.metrics.rows.last?.epoch }
  var ranks: Int? { run.starts.last?.ranks }

  /// Rows by time stand in for those of a run within its first epoch.
  private func lastEpoch(_ value: (MetricsLog.Row) -> Double?) -> Double? {
    let rows = run.metrics.rows
    return rows.reversed().first { $0.kind == .epoch && value($0) != nil }.flatMap(value)
      ?? rows.reversed().first { $0.kind == .interval && value($0) != nil }.flatMap(value)
  }

  /// Training images of an epoch, as far as whole batches tell.
  private var imagesPerEpoch: Int? {
    guard let row = run.metrics.rows(of: .epoch).last, row.epoch > 0 else { return nil }
    return Int(exactly: (row.images(batch: configuration.learning.batch.size) / row.epoch).rounded())
  }

  /// Of the accuracy over so many images, by the binomial distribution.
  static func standardError(_ accuracy: Double, images: Int) -> Double {
    images < 1 ? 0 : (max(accuracy * (1 - accuracy), 0) / Double(images)).squareRoot()
  }

  // MARK: - State

  var status: (text: String, kind: HTMLPage.Status) {
    if run.error != nil { return ("ended by an error", .bad) }
    if run.test != nil { return ("complete", .good) }
    return run.metrics.rows.isEmpty ? ("not begun", .caution) : ("not complete", .caution)
  }

  /// Whether validation accuracy had levelled off: its best value in the last quarter of the epochs is not above that before by more than
  /// one standard error. `nil` with too few epochs or no validation.
  var levelling: (isLevel: Bool, text: String)? {
    guard !run.predictsNumbers else { return levellingOfLoss }
    let rows = run.metrics.rows(of: .validation).filter { $0.accuracy != nil }
    guard rows.count >= 4, let last = rows.last else { return nil }
    let begin = 0.75 * last.epoch
    let early = rows.filter { $0.epoch <= begin }.compactMap(\.accuracy).max()
    let late = rows.filter { $0.epoch > begin }.compactMap(\.accuracy).max()
    guard let early, let late else { return nil }
    let error = Self.standardError(late, images: configuration.data.validation)
    let gain = String(format: "%+.2f points", 100 * (late - early))
    let scale = String(format: "standard error %.2f", 100 * error)
    return late - early > error
      ? (false, "is still rising: \(gain) in the last quarter of the epochs (\(scale))")
      : (true, "has levelled off: \(gain) in the last quarter of the epochs (\(scale))")
  }

  /// The same of a network that predicts numbers: its validation loss falls by less than one in a hundred.
  private var levellingOfLoss: (isLevel: Bool, text: String)? {
    let rows = run.metrics.rows(of: .validation).compactMap { row in row.loss.map { (epoch: row.epoch, loss: $0) } }
    guard rows.count >= 4, let last = rows.last else { return nil }
    let begin = 0.75 * last.epoch
    guard let early = rows.filter({ $0.epoch <= begin }).map(\.loss).min(), early > 0,
      let late = rows.filter({ $0.epoch > begin }).map(\.loss).min()
    else { return nil }
    let change = String(format: "%+.1f %%", 100 * (late / early - 1)) + " in the last quarter of the epochs"
    return late < 0.99 * early ? (false, "is still falling: \(change)") : (true, "has levelled off: \(change)")
  }

  /// One word for a table.
  var convergence: String {
    if run.error != nil { return "error" }
    guard let levelling else { return "–" }
    return levelling.isLevel ? "levelled off" : run.predictsNumbers ? "still falling" : "still rising"
  }

  /// What is seen first.
  var keyFigures: [HTMLPage.KeyFigure] {
    func accuracy(_ name: String, _ value: Double?, images: Int) -> HTMLPage.KeyFigure? {
      value.map { value in
        let error = String(format: "± %.2f", 100 * Self.standardError(value, images: images))
        return HTMLPage.KeyFigure(
          name, ReportText.percent(value), note: images > 0 ? "\(error) over \(ReportText.grouped(images)) \(run.words.many)" : ""
        )
      }
    }
    let last = epochs.map { String(format: "%.4g of %d", $0, configuration.learning.epochs) } ?? "none"
    return [
      accuracy("test accuracy", run.test?.accuracy, images: run.testImages),
      accuracy("best validation", run.bestValidation?.accuracy, images: configuration.data.validation),
      run.test?.extra["r2"].map {
        HTMLPage.KeyFigure("test R²", ReportText.r2($0), note: "over \(ReportText.grouped(run.testImages)) \(run.words.many)")
      },
      run.test?.extra["meanAbsoluteError"].map {
        HTMLPage.KeyFigure(
          "test MAE", ReportText.short($0), note: "mean absolute error\(targets.hasPrefix("mean") ? ", " : " ")\(targets)")
      },
      run.bestValidation?.extra["r2"].map { HTMLPage.KeyFigure("validation R²", ReportText.r2($0), note: "at the least loss") },
      residual.map { HTMLPage.KeyFigure("residual", ReportText.short($0), note: "free phase, last epoch") },
      freeSweeps.map {
        HTMLPage.KeyFigure("sweeps", String(format: "%.3g", $0), note: "of at most \(configuration.relaxation.free.sweeps)")
      }, HTMLPage.KeyFigure("epochs", last),
      seconds.map {
        HTMLPage.KeyFigure("time", durationText($0), note: ranks.map { "on \(counted($0, "rank"))" } ?? "")
      },
    ].compactMap { $0 }
  }

  /// What is predicted, if it is a number.
  private var targets: String {
    let names = configuration.data.files.classNames
    return names.count == 1 ? "of \(names[0])" : "mean over \(counted(names.count, "target"))"
  }

  // MARK: - Sentences

  var sentences: [String] {
    [[trained, spent].joined(separator: ", ") + ".", reached, settled].filter { !$0.isEmpty }
  }

  /// What was trained, by what and on what, which runs may have in common.
  var parts: [String] {
    [network.prefix(1).lowercased() + network.dropFirst(), "trained by \(rule)", "on \(data)", "for \(spentEpochs)"]
  }

  private var trained: String { "\(network), trained by \(rule) on \(data) for \(spentEpochs)" }

  private var network: String {
    func counts(_ network: NetworkDescription) -> String {
      let parameters = (try? NetworkLayout(network)).map { layout in
        ", \(ReportText.grouped(layout.blocks.reduce(0) { $0 + $1.shape.reduce(1, *) })) parameters"
      }
      return " of \(counted(network.layers.count, "layer"))\(parameters ?? "")"
    }
    func kind(_ network: NetworkDescription) -> String {
      network.layers.contains { $0.edges.contains { $0.kind == .convolution } } ? "convolutional " : ""
    }
    switch configuration.model {
    case .hopfield(let network): return "A \(kind(network))Hopfield network\(counts(network))\(machine)"
    case .feedForward(let network): return "A \(kind(network))feed-forward network\(counts(network))"
    case .predictive(let network): return "A \(kind(network))predictive network\(counts(network))"
    case .ising(let settings): return "An Ising network of \(counted(settings.network.hidden, "hidden spin"))"
    case .boltzmann(let model): return "A Boltzmann machine (\(model.machine.graph))"
    }
  }

  /// What relaxes a Hopfield network, where its own rule does not.
  private var machine: String {
    switch configuration.relaxation.machine.kind {
    case .hopfield: ""
    case .conjugate: ", relaxed by conjugate variables"
    case .leaky: ", relaxed by leaky integrators"
    case .coherentIsing: ", relaxed by a coherent Ising machine"
    case .adam: ", relaxed by a coherent Ising machine with Adam's moments"
    case .oscillator: ", relaxed by oscillators"
    case .langevin: ", relaxed by Langevin dynamics"
    }
  }

  private var rule: String {
    let learning = configuration.learning
    return switch learning.rule {
    case .equilibriumPropagation:
      learning.estimator == .linearResponse
        ? "equilibrium propagation (linear response)"
        : "equilibrium propagation (estimator \(learning.estimator.rawValue), nudge \(String(format: "%g", learning.nudge)))"
    case .backpropagationThroughTime: "back-propagation through time"
    case .backpropagation: "back-propagation"
    case .likelihood: "the gradient of the likelihood"
    }
  }

  private var data: String {
    (imagesPerEpoch.map { "\(ReportText.grouped($0)) \(run.words.many) of " } ?? "") + run.words.source
  }

  private var spentEpochs: String {
    let wanted = configuration.learning.epochs
    let done = epochs.map { String(format: "%.4g", $0) } ?? "0"
    return "\(wanted)" == done ? counted(wanted, "epoch") : "\(done) of \(counted(wanted, "epoch"))"
  }

  private var spent: String {
    let hosts = Set(run.starts.last?.hosts ?? []).count
    let place = ranks.map { " on \(counted($0, "rank"))\(hosts > 1 ? " of \(hosts) hosts" : "")" } ?? ""
    let time = seconds.map(durationText)?.replacing(" ", with: "\u{A0}")
    return "in \(time ?? "no time")\(place)"
  }

  private var reached: String {
    var parts: [String] = []
    let count = run.testImages > 0 ? "\(ReportText.grouped(run.testImages)) " : ""
    if let r2 = run.test?.extra["r2"], let error = run.test?.extra["meanAbsoluteError"] {
      parts.append(
        "On the \(count)test \(run.words.many) its predictions have a mean absolute error of \(ReportText.short(error)) (\(targets)) and explain a "
          + "share of \(ReportText.r2(r2)) of the variance (R²).")
    }
    if let accuracy = run.test?.accuracy {
      parts.append("It classifies \(ReportText.percent(accuracy)) of the \(count)test \(run.words.many) correctly.")
    }
    if let best = run.bestValidation, let accuracy = best.accuracy {
      parts.append(
        "The best validation accuracy is \(ReportText.percent(accuracy)), in epoch \(String(format: "%.4g", best.epoch)).")
    }
    if run.predictsNumbers, let best = run.bestValidation, let loss = best.loss {
      parts.append("The least validation loss is \(ReportText.short(loss)), in epoch \(String(format: "%.4g", best.epoch)).")
    }
    return parts.joined(separator: " ")
  }

  private var settled: String {
    var parts: [String] = []
    if let sweeps = freeSweeps, configuration.learning.rule != .backpropagation {
      let greatest = configuration.relaxation.free.sweeps
      let left = residual.map { " and left a residual of \(ReportText.short($0))" } ?? ""
      parts.append("In the last epoch a free phase took \(String(format: "%.3g", sweeps)) of at most \(greatest) sweeps\(left).")
    }
    if let levelling { parts.append("Validation \(run.predictsNumbers ? "loss" : "accuracy") \(levelling.text).") }
    return parts.joined(separator: " ")
  }
}

/// Numbers as a reader expects them.
enum ReportText {
  /// `12,345`.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(abs(number)))
    let groups = stride(from: digits.count, to: 0, by: -3).map { String(digits[max($0 - 3, 0)..<$0]) }
    return (number < 0 ? "−" : "") + groups.reversed().joined(separator: ",")
  }

  static func r2(_ value: Double) -> String { String(format: "%.4f", value) }
  static func percent(_ share: Double) -> String { String(format: "%.2f %%", 100 * share) }
  /// `24,600` and `3.14`: three digits.
  static func rate(_ value: Double) -> String {
    guard (100..<1e15).contains(value), let rounded = Double(String(format: "%.3g", value)) else { return short(value) }
    return grouped(Int(rounded))
  }
  /// A number of the user's own: five digits.
  static func value(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    return Axis.label(Double(String(format: "%.5g", value)) ?? value)
  }
  /// Three digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    return Axis.label(Double(String(format: "%.3g", value)) ?? value)
  }
}

extension MetricsLog.Row {
  /// Images learned so far. The step is a number of a file, which may be any.
  func images(batch: Int) -> Double { Double(step) * Double(batch) }
}

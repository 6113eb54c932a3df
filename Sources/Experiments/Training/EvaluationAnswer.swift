import Configuration
import Files
import Foundation
import Learning
import Networks

/// What an evaluation came to, as text and JSON tell it.
package struct EvaluationAnswer {
  /// What was measured: the checkpoint, and which images.
  let run: EvaluationRun
  let result: Evaluation
  /// The same at the equilibrium, if that was measured.
  let settled: Evaluation?
  private var configuration: Configuration { run.configuration }
  private var part: String { run.part.name }
  /// What the network was measured by, with the targets where it predicts numbers.
  private var cost: Cost { run.cost }
  /// Of the classes, or of the numbers that are predicted.
  private var names: [String] { run.classNames }
  /// Whether the images have labels; without them there is neither an accuracy nor a loss.
  private var isLabelled: Bool { run.part.isLabelled }

  init(_ run: EvaluationRun, result: Evaluation, settled: Evaluation?) {
    (self.run, self.result, self.settled) = (run, result, settled)
  }

  /// That the images had not settled, unless the equilibrium was measured too, and that the network has not learned.
  package var warnings: [String] {
    let transient = settled == nil ? TransientWarning(result, of: configuration)?.description : nil
    let untrained = isLabelled && !result.isOfLikelihood ? LossFigure.warning(of: result.loss, cost, classes: names.count) : nil
    return [transient, untrained].compactMap(\.self)
  }

  package var text: String {
    guard isLabelled || result.isOfLikelihood else {
      return "\(configuration.name): \(result.images) images without labels, \(Self.relaxation(result))"
    }
    let images = "\(result.images) \(part) images\(run.isMirrored ? ", each averaged with its mirror image" : "")"
    if result.isOfLikelihood { return (["\(configuration.name): \(images)"] + likelihoods).joined(separator: "\n") }
    var lines = ["\(configuration.name): \(images), \(Self.relaxation(result))"]
    if let settled {
      lines.append(
        "at the equilibrium: \(part) \(EvaluationText.figure(settled)), \(part) loss "
          + LossFigure.text(settled.loss) + ", " + Self.relaxation(settled))
    }
    lines.append("\(part) loss " + LossFigure.text(result.loss))
    lines += EvaluationText.columns(result, names: names)
    lines.append("\(part) \(EvaluationText.figure(result))")
    return lines.joined(separator: "\n")
  }

  /// Writes what each image was taken for, or the numbers that were predicted for it, and how often each class was taken for each, to
  /// whichever path is given.
  ///
  /// - Throws: `TrainingError.setting` of a machine that tells no classes, `FileError`.
  package func write(predictions: String?, confusion: String?) throws {
    if let score = result.targets {
      let table = TargetPredictions(names: names, measured: run.targets, predicted: score.predictions)
      return try predictions.map { try table.write(to: $0) } ?? ()
    }
    guard result.tellsClasses || (predictions == nil && confusion == nil) else {
      throw TrainingError.setting(
        key: predictions == nil ? "--confusion" : "--predictions",
        reason: "this machine gives images a likelihood and no class; leave the option out")
    }
    let table = TestPredictions(labels: run.labels ?? [], predictions: result.predictions)
    try predictions.map { try table.write(to: $0, classNames: run.classNames, isLabelled: run.labels != nil) }
    try confusion.map { try table.writeConfusion(to: $0, classNames: run.classNames) }
  }

  /// The mean log-likelihood by each ln Z; the last line is that by the first of them.
  private var likelihoods: [String] {
    guard let first = result.partition.first else { return [] }
    let lines = result.partition.map { estimate in
      String(
        format: "ln Z by \(estimate.method.rawValue) %.3f ± %.3f, \(part) log-likelihood %.3f nats", estimate.logZ.value,
        estimate.logZ.error, -result.loss + first.logZ.value - estimate.logZ.value)
    }
    return lines + ["\(part) \(EvaluationText.figure(result))"]
  }

  private static func relaxation(_ result: Evaluation) -> String {
    String(format: "%.1f sweeps", result.sweeps)
      + (result.residual.map { String(format: ", residual %.1e, 90th percentile %.1e", $0.mean, $0.percentile90) } ?? "")
  }

  package func json() throws -> String { try jsonText(self) }
}

extension EvaluationAnswer: Encodable {
  private enum Key: CodingKey { case checkpoint, name, images, part, mirror, equilibrium }

  /// The figures stand beside the name; those at the equilibrium are an object of their own.
  package func encode(to encoder: any Encoder) throws {
    try Figures(result, isLabelled: isLabelled, names: names).encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(run.checkpoint, forKey: .checkpoint)
    try container.encode(configuration.name, forKey: .name)
    try container.encode(result.images, forKey: .images)
    try container.encode(part, forKey: .part)
    try container.encode(run.isMirrored, forKey: .mirror)
    try container.encodeIfPresent(settled.map { Figures($0, isLabelled: isLabelled, names: names) }, forKey: .equilibrium)
  }

  private struct Figures: Encodable {
    /// ln Z as a method found it.
    struct LogZ: Encodable {
      let method: String
      let value: Double
      let error: Double
    }

    /// Of a machine that gives images a likelihood.
    let logZ: [LogZ]?
    /// Absent where there are no labels.
    let accuracy: Double?
    let loss: Double?
    let sweeps: Double
    /// Mean over the images; absent where nothing relaxes.
    let residual: Double?
    let residual90: Double?

    /// Of numbers that are predicted, in the place of the accuracy.
    let meanSquaredError: Double?
    let meanAbsoluteError: Double?
    let r2: Double?
    /// The same of each number, where there are several.
    let targets: [Column]?

    struct Column: Encodable {
      let name: String
      let meanSquaredError: Double
      let meanAbsoluteError: Double
      let r2: Double?
    }

    init(_ result: Evaluation, isLabelled: Bool, names: [String]) {
      accuracy = isLabelled && result.tellsClasses ? result.accuracy : nil
      loss = isLabelled || result.isOfLikelihood ? result.loss : nil
      logZ =
        result.partition.isEmpty
        ? nil : result.partition.map { LogZ(method: $0.method.rawValue, value: $0.logZ.value, error: $0.logZ.error) }
      let score = isLabelled ? result.targets : nil
      (meanSquaredError, meanAbsoluteError, r2) = (score?.mean.meanSquaredError, score?.mean.meanAbsoluteError, score?.mean.r2)
      targets = score.flatMap { score in
        score.columns.count < 2
          ? nil
          : zip(names, score.columns).map {
            Column(name: $0, meanSquaredError: $1.meanSquaredError, meanAbsoluteError: $1.meanAbsoluteError, r2: $1.r2)
          }
      }
      sweeps = result.sweeps
      (residual, residual90) = (result.residual?.mean, result.residual?.percentile90)
    }
  }
}

/// The result of an evaluation in a few words.
package enum EvaluationText {
  /// `accuracy 97.10 %`, of numbers that are predicted `R² 0.9132, mean absolute error 1.53, mean squared error 4.12`, or of a machine that
  /// gives images a likelihood `log-likelihood -91.20 nats`.
  static func figure(_ evaluation: Evaluation) -> String {
    if let score = evaluation.targets { return figure(score.mean) }
    return merit(evaluation.merit, of: evaluation)
  }

  /// A merit (`Evaluation.merit`) of an evaluation like another one.
  static func merit(_ merit: Double, of evaluation: Evaluation) -> String {
    if evaluation.tellsClasses { return "accuracy \(RunRecorder.percent(merit))" }
    return evaluation.isOfLikelihood ? String(format: "log-likelihood %.2f nats", merit) : "loss \(LossFigure.text(-merit))"
  }

  private static func figure(_ figures: TargetScore.Figures) -> String {
    (figures.r2.map { String(format: "R² %.4f, ", $0) } ?? "")
      + String(
        format: "mean absolute error %.4g, mean squared error %.4g", figures.meanAbsoluteError, figures.meanSquaredError)
  }

  /// One line for each number that is predicted, where there are several but not too many.
  static func columns(_ evaluation: Evaluation, names: [String]) -> [String] {
    guard let score = evaluation.targets, (2...40).contains(score.columns.count) else { return [] }
    return zip(names, score.columns).map { "\($0): \(figure($1))" }
  }
}

import Configuration
import Foundation
import Learning

/// What an evaluation came to, as text and JSON tell it.
package struct EvaluationAnswer {
  /// What was measured: the checkpoint, and which images.
  let run: EvaluationRun
  let result: Evaluation
  /// The same at the equilibrium, if that was measured.
  let settled: Evaluation?

  private var configuration: Configuration { run.configuration }
  private var part: String { run.part.name }
  /// Whether the images have labels; without them there is neither an accuracy nor a loss.
  private var isLabelled: Bool { run.part.isLabelled }

  init(_ run: EvaluationRun, result: Evaluation, settled: Evaluation?) {
    (self.run, self.result, self.settled) = (run, result, settled)
  }

  /// That the images had not settled, unless the equilibrium was measured too, and that the network has not learned.
  package var warnings: [String] {
    let transient = settled == nil ? TransientWarning(result, of: configuration)?.description : nil
    let untrained = isLabelled ? LossFigure.warning(of: result.loss, in: configuration) : nil
    return [transient, untrained].compactMap(\.self)
  }

  package var text: String {
    guard isLabelled else {
      return "\(configuration.name): \(result.images) images without labels, \(Self.relaxation(result))"
    }
    let images = "\(result.images) \(part) images\(run.isMirrored ? ", each averaged with its mirror image" : "")"
    var lines = ["\(configuration.name): \(images), \(Self.relaxation(result))"]
    if let settled {
      lines.append(
        "at the equilibrium: \(part) accuracy \(RunRecorder.percent(settled.accuracy)), \(part) loss "
          + LossFigure.text(settled.loss) + ", " + Self.relaxation(settled))
    }
    lines.append("\(part) loss " + LossFigure.text(result.loss))
    lines.append("\(part) accuracy \(RunRecorder.percent(result.accuracy))")
    return lines.joined(separator: "\n")
  }

  /// Writes what each image was taken for, and how often each class was taken for each, to whichever path is given.
  package func write(predictions: String?, confusion: String?) throws {
    let table = TestPredictions(labels: run.labels ?? [], predictions: result.predictions)
    try predictions.map { try table.write(to: $0, classNames: run.classNames, isLabelled: run.labels != nil) }
    try confusion.map { try table.writeConfusion(to: $0, classNames: run.classNames) }
  }

  private static func relaxation(_ result: Evaluation) -> String {
    String(format: "%.1f sweeps", result.sweeps)
      + (result.residual.map { String(format: ", residual %.1e, 90th percentile %.1e", $0.mean, $0.percentile90) } ?? "")
  }

  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension EvaluationAnswer: Encodable {
  private enum Key: CodingKey { case checkpoint, name, images, part, mirror, equilibrium }

  /// The figures stand beside the name; those at the equilibrium are an object of their own.
  package func encode(to encoder: any Encoder) throws {
    try Figures(result, isLabelled: isLabelled).encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(run.checkpoint, forKey: .checkpoint)
    try container.encode(configuration.name, forKey: .name)
    try container.encode(result.images, forKey: .images)
    try container.encode(part, forKey: .part)
    try container.encode(run.isMirrored, forKey: .mirror)
    try container.encodeIfPresent(settled.map { Figures($0, isLabelled: isLabelled) }, forKey: .equilibrium)
  }

  private struct Figures: Encodable {
    /// Absent where there are no labels.
    let accuracy: Double?
    let loss: Double?
    let sweeps: Double
    /// Mean over the images; absent where nothing relaxes.
    let residual: Double?
    let residual90: Double?

    init(_ result: Evaluation, isLabelled: Bool) {
      (accuracy, loss) = isLabelled ? (result.accuracy, result.loss) : (nil, nil)
      sweeps = result.sweeps
      (residual, residual90) = (result.residual?.mean, result.residual?.percentile90)
    }
  }
}

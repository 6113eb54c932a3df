import Configuration
import Foundation
import Learning

/// What an evaluation came to, as text and JSON tell it.
package struct EvaluationAnswer {
  /// The file or folder that was named.
  let checkpoint: String
  let configuration: Configuration
  /// Which images they were: `test`, `validation`, `training` or `own`.
  let part: String
  /// Whether the images have labels; without them there is neither an accuracy nor a loss.
  let isLabelled: Bool
  /// Whether each image was averaged with its mirror image.
  let isMirrored: Bool
  let result: Evaluation
  /// The same at the equilibrium, if that was measured.
  let settled: Evaluation?

  package init(
    _ run: EvaluationRun, checkpoint: String, part: String, isLabelled: Bool, isMirrored: Bool, result: Evaluation,
    settled: Evaluation?
  ) {
    self.checkpoint = checkpoint
    (self.part, self.isLabelled) = (part, isLabelled)
    configuration = run.configuration
    self.isMirrored = isMirrored
    self.result = result
    self.settled = settled
  }

  /// That the images had not settled, unless the equilibrium was measured too, and that the network has not learned.
  package var warnings: [String] {
    let transient = settled == nil ? TransientWarning(result, of: configuration)?.description : nil
    let untrained = isLabelled ? LossFigure.warning(of: result.loss, in: configuration) : nil
    return [transient, untrained].compactMap(\.self)
  }

  package var text: String {
    guard isLabelled || !result.tellsClasses else {
      return "\(configuration.name): \(result.images) images without labels, \(Self.relaxation(result))"
    }
    let images = "\(result.images) \(part) images\(isMirrored ? ", each averaged with its mirror image" : "")"
    if !result.tellsClasses { return (["\(configuration.name): \(images)"] + likelihoods).joined(separator: "\n") }
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

  /// The mean log-likelihood by each ln Z; the last line is that by the first of them.
  private var likelihoods: [String] {
    guard let first = result.partition.first else { return [] }
    let lines = result.partition.map { estimate in
      String(
        format: "ln Z by \(estimate.method.rawValue) %.3f ± %.3f, \(part) log-likelihood %.3f nats", estimate.logZ.value,
        estimate.logZ.error, -result.loss + first.logZ.value - estimate.logZ.value)
    }
    return lines + ["\(part) \(RunRecorder.figure(result))"]
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
    try container.encode(checkpoint, forKey: .checkpoint)
    try container.encode(configuration.name, forKey: .name)
    try container.encode(result.images, forKey: .images)
    try container.encode(part, forKey: .part)
    try container.encode(isMirrored, forKey: .mirror)
    try container.encodeIfPresent(settled.map { Figures($0, isLabelled: isLabelled) }, forKey: .equilibrium)
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

    init(_ result: Evaluation, isLabelled: Bool) {
      accuracy = isLabelled && result.tellsClasses ? result.accuracy : nil
      loss = isLabelled || !result.tellsClasses ? result.loss : nil
      logZ =
        result.partition.isEmpty
        ? nil : result.partition.map { LogZ(method: $0.method.rawValue, value: $0.logZ.value, error: $0.logZ.error) }
      sweeps = result.sweeps
      (residual, residual90) = (result.residual?.mean, result.residual?.percentile90)
    }
  }
}

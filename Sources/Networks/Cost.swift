import Foundation

/// A nudge of the output towards its label.
public struct Nudge: Sendable {
  /// The right class of each sample, or its row in the cost's `targets`.
  public var labels: [Int]
  /// β of each sample; 0 leaves it free.
  public var strengths: [Float]

  /// - Parameter strengths: β of each sample, as many as there are labels.
  public init(labels: [Int], strengths: [Float]) {
    self.labels = labels
    self.strengths = strengths
  }
}

/// The cost C that nudges the output, `F = E + βC`, and how the output layer relaxes under it.
public struct Cost: Equatable, Sendable {
  /// The formula, of the output o and the target y.
  public enum Kind: String, CaseIterable, Sendable {
    /// `½‖o − y‖²`, the output inside the system; y are classes, or numbers (`targets`).
    case squaredError
    /// The same with targets of spins, 1 for the right class and −1 for the others (Gower 2025).
    case signedSquaredError
    /// `−Σ y log softmax(o)`, the output inside the system.
    case crossEntropy
    /// Cross-entropy of a read-out `softmax(Wᵀs_N + b)` that is not part of the energy (Laborieux 2021).
    case crossEntropyReadout
  }

  /// The formula.
  public var kind: Kind
  /// ε: targets `y` are mixed with those of all classes alike, `(1 − ε) y + ε/classes` (Szegedy et al. 2016).
  public var smoothing: Float
  /// Numbers in the place of classes, with `squaredError`: labels are rows of the table then.
  public var targets: TargetTable?

  /// - Parameter smoothing: ε, from 0 to less than 1.
  public init(_ kind: Kind, smoothing: Float = 0, targets: TargetTable? = nil) {
    precondition(targets == nil || (kind == .squaredError && smoothing == 0), "numbers are learned with the squared error")
    self.kind = kind
    self.smoothing = smoothing
    self.targets = targets
  }

  /// `½‖o − y‖²` without smoothing.
  public static let squaredError = Cost(.squaredError)
  /// `½‖o − y‖²` with targets ±1, without smoothing.
  public static let signedSquaredError = Cost(.signedSquaredError)
  /// Cross-entropy of an output inside the system, without smoothing.
  public static let crossEntropy = Cost(.crossEntropy)
  /// Cross-entropy of a read-out outside the energy, without smoothing.
  public static let crossEntropyReadout = Cost(.crossEntropyReadout)

  /// Moves the output of one sample in its field `z`; `label` is the index of the right class.
  ///
  /// - squaredError, signedSquaredError: `o ← (z + βy)/(1 + β)`, the exact minimiser of `F` over the output.
  /// - crossEntropy: `o ← z + β(y − softmax(o))`, a gradient step of length 1, a descent for `|β| ≤ 2`.
  /// - crossEntropyReadout: `o ← β(y − softmax(z))`: what the read-out sends down, nothing while free. With it in the place of
  ///   the output
  ///   spins, top-down field and weight gradient of the read-out have the form of every other edge.
  func relax(_ output: inout [Float], field: [Float], label: Int, nudge: Float) {
    guard nudge != 0 else {
      for unit in output.indices { output[unit] = isReadout ? 0 : field[unit] }
      return
    }
    let classes = output.count
    switch kind {
    case .squaredError, .signedSquaredError:
      for unit in output.indices { output[unit] = (field[unit] + nudge * target(unit, label, of: classes)) / (1 + nudge) }
    case .crossEntropy:
      let probabilities = softmax(output)
      for unit in output.indices { output[unit] = field[unit] + nudge * (target(unit, label, of: classes) - probabilities[unit]) }
    case .crossEntropyReadout:
      let probabilities = softmax(field)
      for unit in output.indices { output[unit] = nudge * (target(unit, label, of: classes) - probabilities[unit]) }
    }
  }

  /// `field += −β ∂C/∂o` at `output`: what a cost inside the system adds to the field on the output spins.
  func addForce(of output: [Float], to field: inout [Float], label: Int, nudge: Float) {
    guard nudge != 0 else { return }
    precondition(!isReadout, "a read-out is no part of the system")
    let predicted = isSquared ? output : softmax(output)
    for unit in field.indices { field[unit] += nudge * (target(unit, label, of: output.count) - predicted[unit]) }
  }

  /// C of one sample. `prediction` is the output, or the read-out's field.
  public func value(prediction: [Float], label: Int) -> Double {
    switch kind {
    case .squaredError, .signedSquaredError:
      return prediction.indices.reduce(0.0) { sum, unit in
        let error = Double(prediction[unit]) - Double(target(unit, label, of: prediction.count))
        return sum + error * error / 2
      }
    case .crossEntropy, .crossEntropyReadout:
      let greatest = Double(prediction.max() ?? 0)
      let total = prediction.reduce(0.0) { $0 + exponential(Double($1) - greatest) }
      guard smoothing > 0 else { return logarithm(total) - (Double(prediction[label]) - greatest) }
      return prediction.indices.reduce(logarithm(total)) { sum, unit in
        sum - Double(target(unit, label, of: prediction.count)) * (Double(prediction[unit]) - greatest)
      }
    }
  }

  /// `∂C/∂prediction` of one sample.
  public func slope(prediction: [Float], label: Int) -> [Float] {
    let predicted = isSquared ? prediction : softmax(prediction)
    return predicted.indices.map { predicted[$0] - target($0, label, of: predicted.count) }
  }

  /// Whether it is a squared distance from targets.
  public var isSquared: Bool { kind == .squaredError || kind == .signedSquaredError }

  /// Whether the prediction is a read-out beside the system.
  public var isReadout: Bool { kind == .crossEntropyReadout }

  /// The loss of an output that is the same for every image, where all classes are as frequent: what a network that has learned nothing
  /// need not exceed.
  public func valueOfConstantOutput(classes: Int) -> Double {
    if let targets { return targets.costOfConstantOutput }
    let mean = kind == .signedSquaredError ? 2 / Float(classes) - 1 : 1 / Float(classes)
    return value(prediction: Array(repeating: mean, count: classes), label: 0)
  }

  /// What the output of `unit` is to be where `label` is the right one of `classes`.
  public func target(_ unit: Int, _ label: Int, of classes: Int) -> Float {
    if let targets { return targets[label, unit] }
    let isSigned = kind == .signedSquaredError
    let target: Float = unit == label ? 1 : isSigned ? -1 : 0
    guard smoothing > 0 else { return target }
    let mean = isSigned ? 2 / Float(classes) - 1 : 1 / Float(classes)
    return (1 - smoothing) * target + smoothing * mean
  }

  private func softmax(_ values: [Float]) -> [Float] {
    let greatest = values.max() ?? 0
    let weights = values.map { exponential($0 - greatest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}

extension Cost: CustomStringConvertible {
  public var description: String {
    kind.rawValue + (targets == nil ? "" : " of numbers") + (smoothing > 0 ? " with labels smoothed by \(smoothing)" : "")
  }
}

// Named in full, so that a reader need not know whose `exp` is meant.
func exponential(_ x: Float) -> Float { exp(x) }
func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }

import Foundation
import Kernels

/// The activation σ of a layer: the state that minimises the layer's energy in the field `z`.
public enum Activation: String, CaseIterable, Sendable {
  /// `min(max(z, 0), 1)` (Scellier 2023).
  case clamp
  /// `min(max(z/2, 0), 1)` (Laborieux 2021).
  case halfClamp
  /// `1 / (1 + exp(−z))`.
  case sigmoid
  /// `min(max(z, 0), 6)`.
  case relu6
  /// `tanh z`.
  case tanh
  /// `z`: the output layer.
  case linear

  /// The values that σ takes.
  var range: ClosedRange<Float> {
    switch self {
    case .clamp, .halfClamp, .sigmoid: 0...1
    case .relu6: 0...6
    case .tanh: -1...1
    case .linear: -.infinity ... .infinity
    }
  }

  /// Whether a spin can be below zero.
  var isSigned: Bool { self == .tanh || self == .linear }

  var rule: LocalRule {
    switch self {
    case .clamp: .clamp
    case .halfClamp: .halfClamp
    case .sigmoid: .sigmoid
    case .relu6: .relu6
    case .tanh: .tanh
    case .linear: .linear
    }
  }

  /// A spin's own energy: `∫σ⁻¹`, so that `σ(z)` minimises `selfEnergy(s) − z·s`.
  func selfEnergy(_ s: Double) -> Double {
    switch self {
    case .clamp, .relu6, .linear: s * s / 2
    case .halfClamp: s * s
    case .sigmoid: (s > 0 ? s * log(s) : 0) + (s < 1 ? (1 - s) * log(1 - s) : 0)
    case .tanh: abs(s) < 1 ? s * atanh(s) + log(1 - s * s) / 2 : log(2.0)
    }
  }
}

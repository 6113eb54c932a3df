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
  case tanh
  /// `z`: the output layer.
  case linear
}

import Foundation

extension ScheduleSettings {
  /// What multiplies the learning rates at `epoch` (a fraction within an epoch included) of `epochs`.
  ///
  /// - constant: 1; step: `factor^⌊t/every⌋`; exponential: `factor^t`; cosine: `floor + (1 − floor)(1 + cos πt/T)/2`, where t
  ///   counts from the
  ///   end of the warm-up, over which the factor rises linearly from 0 to 1.
  public func factor(at epoch: Double, of epochs: Int) -> Float {
    let warmUp = Double(self.warmUp)
    if epoch < warmUp { return Float(epoch / warmUp) }
    let time = epoch - warmUp
    switch kind {
    case .constant: return 1
    case .step: return Float(pow(Double(factor), (time / Double(every)).rounded(.down)))
    case .exponential: return Float(pow(Double(factor), time))
    case .cosine:
      let share = min(time / max(Double(epochs) - warmUp, .leastNonzeroMagnitude), 1)
      return floor + (1 - floor) * Float((1 + cos(.pi * share)) / 2)
    }
  }
}

import Configuration
import Datasets
import Networks

extension SampledTargets {
  /// As costs take them, with variances over the training part.
  package var table: TargetTable {
    TargetTable(values, mean: scale.mean, deviation: scale.deviation, reference: 0..<trainingRows)
  }
}

extension Configuration {
  /// The values that an output can take in training, where the machine or its hardware bounds them.
  var outputRange: ClosedRange<Float>? {
    guard relaxation.machine.kind != .oscillator else { return -1...1 }
    guard relaxation.machine.kind != .hopfield, hardware.training.stateBits != nil else { return nil }
    let range = hardware.training.stateRange
    return -range...range
  }
}

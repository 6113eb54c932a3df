import Configuration
import Datasets
import Foundation
import Learning
import Networks

/// A loss as people read it.
package enum LossFigure {
  /// Four digits behind the point, and of great numbers the first six.
  package static func text(_ loss: Double) -> String { String(format: abs(loss) < 1e5 ? "%.4f" : "%g", loss) }

  /// How many times the loss of a constant output a loss has to be before somebody should know.
  private static let tooMuch = 10.0

  /// What a loss says of a network that has not learned but run away; `nil` if it says nothing of the kind.
  package static func warning(of loss: Double, in configuration: Configuration) -> String? {
    let constant = configuration.learning.cost.valueOfConstantOutput(classes: configuration.data.classes)
    guard !(loss <= tooMuch * constant) else { return nil }
    return
      "the loss, \(text(loss)), is far above \(text(constant)), that of a constant output: the training has diverged, or not begun; "
      + "`train --initial` takes the weights of a checkpoint into a new run with lower learning rates or gains"
  }
}

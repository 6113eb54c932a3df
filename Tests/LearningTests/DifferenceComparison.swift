import Kernels
import Networks

/// A gradient beside central finite differences of its loss, over some elements of one block of parameters.
struct DifferenceComparison {
  private(set) var chosen = 0
  /// Of the chosen elements those in which the loss is smooth enough to have a derivative.
  private(set) var smooth = 0
  private var dot = 0.0
  private var ours = 0.0
  private var theirs = 0.0

  /// - Parameters:
  ///   - elements: about how many are compared, at equal distances.
  ///   - step: by which each is moved up and down.
  ///   - centre: the loss where the gradient was taken.
  ///   - loss: that of the present parameters.
  init(
    _ block: ParameterBlock, of parameters: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>, elements: Int, step: Float,
    centre: Double, loss: () throws -> Double
  ) rethrows {
    let count = block.shape.reduce(1, *)
    for element in stride(from: 0, to: count, by: max(1, count / elements)) {
      chosen += 1
      let position = block.position(element)
      let saved = parameters[position]
      parameters[position] = saved + step
      let above = try loss()
      parameters[position] = saved - step
      let below = try loss()
      parameters[position] = saved
      // Where an arg-max flips or a spin meets its wall within the step the loss has a kink or a jump, and no derivative.
      guard abs(above - 2 * centre + below) < 0.05 * abs(above - below) + 1e-6 else { continue }
      smooth += 1
      let difference = (above - below) / (2 * Double(step))
      let estimate = Double(gradient[position])
      dot += difference * estimate
      ours += estimate * estimate
      theirs += difference * difference
    }
  }

  /// Whether nothing depends on the block.
  var isZero: Bool { ours == 0 && theirs == 0 }
  var cosine: Double { dot / (ours * theirs).squareRoot() }
  /// The gradient's norm in units of the differences'.
  var normRatio: Double { (ours / theirs).squareRoot() }
}

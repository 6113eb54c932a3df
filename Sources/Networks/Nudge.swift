/// A nudge of the output towards its label.
public struct Nudge: Sendable {
  /// The right class of each sample.
  public var labels: [Int]
  /// β of each sample; 0 leaves it free.
  public var strengths: [Float]

  public init(labels: [Int], strengths: [Float]) {
    self.labels = labels
    self.strengths = strengths
  }
}

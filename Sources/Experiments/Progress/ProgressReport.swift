/// What a training has come to, for the line that a user sees.
public struct ProgressReport: Equatable, Sendable {
  /// 1 for the first epoch.
  public var epoch: Int
  public var epochs: Int
  /// Of the whole training, from 0 to 1.
  public var fraction: Double
  public var samplesPerSecond: Double
  public var freeSweeps: Double
  public var nudgedSweeps: Double
  public var residual: Double
  public var loss: Double
  /// From 0 to 1.
  public var accuracy: Double
  /// Seconds; `nil` while nothing is known.
  public var timeLeft: Double?

  public init(
    epoch: Int, epochs: Int, fraction: Double, samplesPerSecond: Double, freeSweeps: Double, nudgedSweeps: Double,
    residual: Double,
    loss: Double, accuracy: Double, timeLeft: Double?
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.fraction = fraction
    self.samplesPerSecond = samplesPerSecond
    self.freeSweeps = freeSweeps
    self.nudgedSweeps = nudgedSweeps
    self.residual = residual
    self.loss = loss
    self.accuracy = accuracy
    self.timeLeft = timeLeft
  }
}

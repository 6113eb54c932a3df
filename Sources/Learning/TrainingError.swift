/// Settings that cannot be trained with, or a training that left the numbers.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  case setting(key: String, reason: String)
  case nonFinite(what: String, epoch: Int, step: Int)

  public var description: String {
    switch self {
    case .setting(let key, let reason): "\(key): \(reason)"
    case .nonFinite(let what, let epoch, let step):
      "\(what) is not finite in epoch \(epoch), step \(step): the training diverged; lower the learning rates or the gains, or set "
        + "learning.optimiser.clip. The last checkpoint, if there is one, is intact."
    }
  }
}

/// `(pixel/255 − mean) / deviation`, channel by channel.
public struct Normalisation: Equatable, Sendable {
  /// One a channel, in units of the full range (0 to 1).
  public var mean: [Float]
  /// One a channel, greater than zero.
  public var deviation: [Float]

  /// One mean and one deviation for each channel, of pixels scaled to 0 … 1.
  public init(mean: [Float], deviation: [Float]) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Pixels in [0, 1].
  public static func unit(channels: Int) -> Normalisation {
    Normalisation(mean: Array(repeating: 0, count: channels), deviation: Array(repeating: 1, count: channels))
  }

  /// CIFAR-10 as papers of this field have it: three times the usual per-image deviation (.2023 .1994 .2010), so that inputs stay
  /// within the range of bounded activations (Laborieux et al. 2021; Scellier et al. 2023).
  public static let cifar10 = Normalisation(mean: [0.4914, 0.4822, 0.4465], deviation: [0.6069, 0.5982, 0.603])

  /// CIFAR-100, with three times its deviation for the same reason.
  public static let cifar100 = Normalisation(mean: [0.5071, 0.4867, 0.4408], deviation: [0.8025, 0.7695, 0.8283])

  /// MNIST to mean 0, deviation 1. (The default is `unit`.)
  public static let mnistStandard = Normalisation(mean: [0.1307], deviation: [0.3081])

  /// Fashion-MNIST to mean 0, deviation 1. (The default is `unit`.)
  public static let fashionMNISTStandard = Normalisation(mean: [0.2860], deviation: [0.3530])

  /// - Throws: `DatasetError.setting` unless there is one finite mean and one finite positive deviation a channel.
  public func validate(channels: Int) throws {
    guard mean.count == channels, mean.allSatisfy(\.isFinite) else {
      throw DatasetError.setting(
        key: "normalisation.mean", reason: "expected \(channels) finite numbers, one a channel, found \(mean)")
    }
    guard deviation.count == channels, deviation.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw DatasetError.setting(
        key: "normalisation.deviation", reason: "expected \(channels) numbers above 0, one a channel, found \(deviation)")
    }
  }

  /// The normalised value of every byte: element `channel × 256 + byte`.
  func table() -> [Float] {
    zip(mean, deviation).flatMap { mean, deviation in
      (0..<256).map { (Float($0) / 255 - mean) / deviation }
    }
  }
}

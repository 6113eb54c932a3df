import Kernels

/// How the strips of one network reach each other. Every strip makes the same calls in the same order.
public protocol StripExchange: AnyObject {
  /// Sends this strip's rows of a channel to the neighbours that hold copies of them, and expects theirs.
  func start(_ channel: Int, samples: Int) throws
  /// Waits until the neighbours' rows of a started channel lie where the products read them.
  func finish(_ channel: Int) throws
  /// Lets messages under way proceed.
  func poll() throws
  /// Adds up each number over all strips, on all of them.
  func sum(_ values: AlignedBuffer<Double>) throws
}

/// When neighbours' rows are refreshed during a relaxation.
public struct ExchangeSettings: Equatable, Sendable {
  /// Sweeps from one exchange to the next. Between two, neighbours' rows stay as they were; the fixed points are the same, and
  /// the last sweeps of a phase exchange every time.
  public var every: Int
  /// Compute the interior while rows travel, or wait for them first.
  public var overlap: Bool

  public init(every: Int = 1, overlap: Bool = true) {
    self.every = every
    self.overlap = overlap
  }
}

/// How the ranks are arranged, and how long they wait for each other.
public struct GridSettings: Equatable, Sendable {
  /// Networks that relax at the same time; `nil`: whatever the other extent leaves, or what is predicted to be fastest.
  public var data: Int?
  /// Strips that each is cut into.
  public var spin: Int?

  public init(data: Int? = nil, spin: Int? = nil) {
    self.data = data
    self.spin = spin
  }
}

/// How long a rank waits for another before it ends the job.
public struct TimeoutSettings: Equatable, Sendable {
  /// Seconds, for a neighbour's rows and for the gradients of others.
  public var exchange: Double = 300
  public init() {}
}

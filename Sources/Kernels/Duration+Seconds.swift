extension Duration {
  /// As a number.
  package var seconds: Double { self / .seconds(1) }

  /// A limit of some seconds; more than can be told from for ever are as many as can.
  package init(limit seconds: Double) { self = .seconds(min(seconds, 1e15)) }
}

import Files
import Networks

/// One edge as it is written; what is absent follows from its kind and place.
struct EdgeForm: ConfigurationSection, Equatable {
  var from: String?
  var kind: EdgeDescription.Kind?
  var kernel: Int?
  var stride: Int?
  var padding: Int?
  var pool: EdgeDescription.Pooling?
  var window: Int?
  var gain: Float?
  var learningRate: Float?

  init() {}

  /// The edge with every key that its kind has.
  init(_ edge: EdgeDescription) {
    from = edge.from
    kind = edge.kind
    gain = edge.gain
    learningRate = edge.learningRate
    guard edge.drivesImages else { return }
    kernel = edge.kernel
    stride = edge.stride
    padding = edge.padding
    pool = edge.pooling
    window = edge.pooling == EdgeDescription.Pooling.none ? nil : edge.window
  }

  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "from", \.from, standard: "the layer before", "The layer that the edge comes from, or `\(NetworkDescription.inputName)`."
      ).omittingNull,
      ConfigurationKey("kind", \.kind, standard: "by `channels` or `units`", "All-to-all, or a convolution.").omittingNull,
      ConfigurationKey("kernel", \.kernel, .from(1, to: 255), standard: "`3`", "Side of the square kernel.").omittingNull,
      ConfigurationKey("stride", \.stride, .from(1, to: 255), standard: "`1`", "Step of the convolution.").omittingNull,
      ConfigurationKey("padding", \.padding, .from(0, to: 254), standard: "`0`", "Zeros on each side of its input.").omittingNull,
      ConfigurationKey("pool", \.pool, standard: "`none`", "Pooling of what the convolution gives.").omittingNull,
      ConfigurationKey("window", \.window, .from(2, to: 255), standard: "`2`", "Side and step of the pooling window.")
        .omittingNull,
      ConfigurationKey("gain", \.gain, .from(0, to: 1000), standard: "`0.5`", "Weights start uniform in ±gain/√fan-in.")
        .omittingNull,
      ConfigurationKey(
        "learningRate", \.learningRate, .atLeast(0), standard: "the optimiser's",
        "Learning rate of this edge's weights; the layer's bias takes that of its first edge."),
    ]
  }

  /// The edge that this stands for.
  ///
  /// - Parameters:
  ///   - earlier: the names from which it may come; the last one is the default.
  ///   - standard: its kind where it names none.
  ///   - reader: of this edge, or of the layer whose keys it shares.
  func resolve(
    after earlier: [String], kind standard: EdgeDescription.Kind, _ reader: ConfigurationReader
  ) throws -> EdgeDescription {
    let source = from ?? earlier[earlier.count - 1]
    guard earlier.contains(source) else {
      let guess = nearest(to: source, among: earlier).map { "; did you mean `\($0)`?" } ?? ""
      throw reader["from"].failure("found `\(source)`, expected one of \(earlier.joined(separator: ", "))\(guess)")
    }
    let kind = kind ?? standard
    let convolutional: [(key: String, isPresent: Bool)] = [
      ("kernel", kernel != nil), ("stride", stride != nil), ("padding", padding != nil), ("pool", pool != nil),
      ("window", window != nil),
    ]
    switch kind {
    case .convolution: break
    case .dense:
      if let extra = convolutional.first(where: \.isPresent) {
        throw reader[extra.key].failure("a dense edge has no \(extra.key)")
      }
    }
    if window != nil, pool == nil || pool == EdgeDescription.Pooling.none {
      throw reader["window"].failure("there is no pooling to have a window; set `pool` to `max` or `average`")
    }
    let base = EdgeDescription(from: source, kind: kind)
    return EdgeDescription(
      from: source, kind: kind, kernel: kernel ?? base.kernel, stride: stride ?? base.stride, padding: padding ?? base.padding,
      pooling: pool ?? base.pooling, window: window ?? base.window, gain: gain ?? base.gain, learningRate: learningRate)
  }
}

import Parallel

/// What the ranks of a run divide between them.
public enum SamplingSpread: Equatable, Sendable, CustomStringConvertible {
  /// Whichever should take least time.
  case automatic
  /// The chains: nothing travels but at the end of rounds.
  case replicas
  /// The spins of every chain: border spins travel after each colour of a sweep.
  case spins
  /// Blocks of chains, and the spins of each among so many ranks.
  case grid(chains: Int, spins: Int)

  /// `auto`, `replicas`, `spins` or `RxS`.
  public init?(_ text: String) {
    switch text {
    case "auto": self = .automatic
    case "replicas": self = .replicas
    case "spins": self = .spins
    default:
      let extents = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard extents.count == 2, let chains = extents[0], let spins = extents[1], chains > 0, spins > 0 else { return nil }
      self = .grid(chains: chains, spins: spins)
    }
  }

  public var description: String {
    switch self {
    case .automatic: "auto"
    case .replicas: "replicas"
    case .spins: "spins"
    case .grid(let chains, let spins): "\(chains)x\(spins)"
    }
  }

  /// The grid of some ranks. A pure function of its arguments, so that all ranks have the same.
  ///
  /// - Parameters:
  ///   - chainsOfBlock: chains that cannot be divided, as overlaps are of two.
  ///   - spins: of which a rank needs one at least; `nil` if they cannot be divided.
  ///   - sweepTime: of the chains of a block and the ranks that share their spins.
  /// - Throws: `SamplerError` if there are too many ranks.
  func shape(
    ranks: Int, chains: Int, chainsOfBlock: Int, spins: Int?, sweepTime: (_ chains: Int, _ ranks: Int) -> Double
  ) throws -> GridShape {
    let blocks = (chains + chainsOfBlock - 1) / chainsOfBlock
    switch self {
    case .automatic:
      let shapes = GridShape.possible(ranks: ranks, networks: blocks, strips: spins ?? 1)
      func time(_ shape: GridShape) -> Double {
        sweepTime(min((blocks + shape.data - 1) / shape.data * chainsOfBlock, chains), shape.spin)
      }
      guard let best = shapes.min(by: { time($0) < time($1) }) else {
        throw SamplerError(
          "\(ranks) ranks share \(chains) chains, at least \(chainsOfBlock) each\(spins.map { ", and \($0) spins" } ?? ""); "
            + "give --chains \(chainsOfBlock * ranks) or fewer ranks")
      }
      return best
    case .replicas:
      try check(chains: ranks, of: chains, chainsOfBlock)
      return GridShape(data: ranks, spin: 1)
    case .spins:
      try check(spins: ranks, of: spins)
      return GridShape(data: 1, spin: ranks)
    case .grid(let parts, let shared):
      let (needed, overflow) = parts.multipliedReportingOverflow(by: shared)
      guard !overflow, needed == ranks else {
        throw SamplerError(
          "a spread of \(self) needs \(overflow ? "more ranks than there can be" : "\(needed) ranks"); there "
            + "\(ranks == 1 ? "is 1" : "are \(ranks)")")
      }
      try check(chains: parts, of: chains, chainsOfBlock)
      try check(spins: shared, of: spins)
      return GridShape(data: parts, spin: shared)
    }
  }

  /// The chains or populations of a rank: whole blocks of those that cannot be divided.
  static func share(of chains: Int, inBlocksOf block: Int, over grid: ProcessGrid?) -> Range<Int> {
    let (place, parts, blocks) = (grid?.data.rank ?? 0, grid?.data.size ?? 1, (chains + block - 1) / block)
    return place * blocks / parts * block..<min((place + 1) * blocks / parts * block, chains)
  }

  /// One rank divides nothing.
  ///
  /// - Throws: `SamplerError` if more ranks are asked for.
  func checkOneRank() throws {
    guard case .grid = self else { return }
    _ = try shape(ranks: 1, chains: .max / 4, chainsOfBlock: 1, spins: .max) { _, _ in 0 }
  }

  private func check(chains parts: Int, of chains: Int, _ block: Int) throws {
    guard parts * block < chains + block else {
      throw SamplerError(
        "\(parts) ranks share \(chains) chains, at least \(block) each; give --chains \(block * parts), fewer ranks or --spread spins"
      )
    }
  }

  private func check(spins parts: Int, of spins: Int?) throws {
    guard parts > 1 else { return }
    guard let spins else {
      throw SamplerError(
        "moves of clusters and correlations of pairs that are not coupled need all spins of a chain on one rank; give --spread replicas, "
          + "--moves gibbs and --correlations edges")
    }
    guard parts <= spins else {
      throw SamplerError("\(parts) ranks share \(spins) spins, at least one each; give fewer ranks or --spread replicas")
    }
  }
}

extension SyntheticProblem {
  /// What `named` understands, without the seed.
  public var name: String {
    switch self {
    case .sherringtonKirkpatrick(let spins): "sk:\(spins)"
    case .dense(let spins): "dense:\(spins)"
    case .torus(let rows, let columns): "torus:\(rows)x\(columns)"
    }
  }

  /// A drawn problem by its name: `sk:1000`, `dense:20000` or `torus:100x200`, and after another colon its seed, 0 if there is
  /// none.
  ///
  /// - Returns: `nil` if the text names none.
  /// - Throws: `ProblemError` if it names one and its numbers are wrong.
  public static func named(_ text: String) throws -> (problem: SyntheticProblem, seed: UInt64)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let kind = parts.first, ["sk", "dense", "torus"].contains(kind), parts.count > 1 else { return nil }
    func failure() -> ProblemError {
      let form = kind == "torus" ? "torus:ROWSxCOLUMNS" : "\(kind):SPINS"
      return ProblemError("`\(text)` is no drawn problem, expected \(form) or \(form):SEED")
    }
    guard parts.count <= 3, let seed = parts.count == 3 ? UInt64(parts[2]) : 0 else { throw failure() }
    let sizes = parts[1].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    if kind == "torus" {
      guard sizes.count == 2, let rows = sizes[0], let columns = sizes[1], rows > 0, columns > 0 else { throw failure() }
      return (.torus(rows: rows, columns: columns), seed)
    }
    guard sizes.count == 1, let spins = sizes[0], spins > 0 else { throw failure() }
    return (kind == "sk" ? .sherringtonKirkpatrick(spins: spins) : .dense(spins: spins), seed)
  }
}

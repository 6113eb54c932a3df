/// Which layers move together, and in what order, in one sweep.
struct UpdateSchedule {
  /// Layer indices 1 … N.
  let groups: [[Int]]

  init(groups: [[Int]]) { self.groups = groups }

  init(_ order: RelaxationSettings.Order, layout: NetworkLayout, nudged: Bool) {
    let layers = Array(1...layout.layers.count)
    switch order {
    case .synchronous: groups = [layers]
    case .sequential: groups = (nudged ? layers.reversed() : layers).map { [$0] }
    case .checkerboard: groups = Self.colours(layers, of: layout)
    }
  }

  /// The smallest colour that no earlier neighbour has, layer by layer: odd and even on a chain.
  private static func colours(_ layers: [Int], of layout: NetworkLayout) -> [[Int]] {
    var colour: [Int: Int] = [:]
    for layer in layers {
      let taken = Set(layout.edges.filter { $0.post == layer }.compactMap { colour[$0.pre] })
      colour[layer] = (0...).first { !taken.contains($0) }!
    }
    return (0...(colour.values.max() ?? 0)).map { wanted in layers.filter { colour[$0] == wanted } }
  }
}

/// A greedy colouring of a graph of couplings: every spin, those with most neighbours first, takes the first colour that none of
/// its neighbours has (Welsh & Powell 1967). A pure function of the graph, so that all ranks have the same.
public struct Colouring: Sendable {
  /// All spins, those of the first colour first, each colour in ascending order.
  public let order: [Int]
  /// Where each colour begins in `order`, and at the end where the last one does.
  public let starts: [Int]
  /// The colour of each spin.
  public let colours: [Int]

  public init(_ couplings: SparseCouplings) {
    let count = couplings.rowCount
    let byDegree = (0..<count).sorted { (couplings.row($0).count, $1) > (couplings.row($1).count, $0) }
    var colour = [Int](repeating: -1, count: count)
    // takenBy[c] is the spin for which colour c was last found taken.
    var takenBy: [Int] = []
    for spin in byDegree {
      for entry in couplings.row(spin) {
        let other = colour[Int(couplings.neighbours[entry].spin)]
        if other >= 0 { takenBy[other] = spin }
      }
      let free = takenBy.firstIndex { $0 != spin } ?? takenBy.count
      if free == takenBy.count { takenBy.append(-1) }
      colour[spin] = free
    }
    var sizes = [Int](repeating: 0, count: takenBy.count)
    for spin in 0..<count { sizes[colour[spin]] += 1 }
    starts = sizes.reduce(into: [0]) { $0.append($0.last! + $1) }
    var next = starts
    var order = [Int](repeating: 0, count: count)
    for spin in 0..<count {
      order[next[colour[spin]]] = spin
      next[colour[spin]] += 1
    }
    self.order = order
    colours = colour
  }
}

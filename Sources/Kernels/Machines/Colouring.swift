/// A greedy colouring of a graph of couplings: every spin, those with most neighbours first, takes the first colour that none of
/// its neighbours has (Welsh & Powell 1967). A pure function of the graph, so that all ranks have the same.
package struct Colouring: Sendable {
  /// All spins, those of the first colour first; within a colour those with most neighbours first, and equal ones in ascending
  /// order: the loops over one spin's neighbours and over the next one's have the same length, which a processor foresees.
  package let order: [Int]
  /// Where each colour begins in `order`, and at the end where the last one does.
  package let starts: [Int]
  /// The colour of each spin.
  package let colours: [Int]

  /// Colours the spins of all rows; needs the whole graph.
  package init(_ couplings: SparseCouplings) {
    let count = couplings.rowCount
    let greatest = (0..<count).reduce(0) { max($0, couplings.row($1).count) }
    let byDegree = Buckets(Array(0..<count)) { greatest - couplings.row($0).count }.items
    var colour = [Int](repeating: -1, count: count)
    // takenBy[c] is the spin for which colour c was last found taken.
    var takenBy: [Int] = []
    for spin in byDegree {
      for entry in couplings.row(spin) {
        let other = colour[Int(couplings.neighbours.base[entry].spin)]
        if other >= 0 { takenBy[other] = spin }
      }
      let free = takenBy.firstIndex { $0 != spin } ?? takenBy.count
      if free == takenBy.count { takenBy.append(-1) }
      colour[spin] = free
    }
    let byColour = Buckets(byDegree) { colour[$0] }
    order = byColour.items
    starts = byColour.starts
    colours = colour
  }
}

/// Items sorted by small numbers, in the order that they came among equal ones: a counting sort.
package struct Buckets: Sendable {
  /// Indices of the items, those of the least number first.
  package let items: [Int]
  /// Where each number's items begin, and at the end where the last one's do.
  package let starts: [Int]

  /// - Parameter number: 0 or more; memory is taken for as many buckets as the greatest.
  package init(_ source: [Int], by number: (Int) -> Int) {
    let numbers = source.map(number)
    var starts = [Int](repeating: 0, count: (numbers.max() ?? -1) + 2)
    for number in numbers { starts[number + 1] += 1 }
    for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
    var next = starts
    var items = [Int](repeating: 0, count: source.count)
    for (item, number) in zip(source, numbers) {
      items[next[number]] = item
      next[number] += 1
    }
    self.items = items
    self.starts = starts
  }
}

/// An order in which the spins of a problem can be eliminated one after the other, and with it a tree decomposition: a spin's bag is the spin
/// and those of its neighbours, old or new, that come after it, which are joined with one another as it goes.
///
/// The order is greedy: the spin that joins the fewest pairs comes first (min-fill), or the one with the fewest neighbours (min-degree). The
/// width is an upper bound on the tree width. Source: Bodlaender & Koster, "Treewidth computations I. Upper bounds", Inf. Comput. 208, 259
/// (2010).
struct EliminationOrder {
  /// The spins in their order.
  private(set) var spins: [Int32] = []
  /// The neighbours of each of them, in the order of `spins`, that come after it: latest first.
  private(set) var later: [[Int32]] = []
  /// The most later neighbours that a spin has.
  private(set) var width = 0

  /// Why there is no order.
  enum Failure: Error {
    /// The next spin has so many neighbours.
    case isTooWide(Int)
    case wasStopped
  }

  private enum Rule { case fill, degree }

  /// Beyond this the first rule takes long.
  private static let greatestForFill = 20_000

  /// The better order of both rules.
  ///
  /// - Parameter limit: of the width.
  /// - Throws: `Failure`.
  static func best(of problem: IsingProblem, limit: Int, shouldStop: () -> Bool) throws -> EliminationOrder {
    // A graph of n vertices and tree width w has no more than w n edges.
    let couplings = problem.couplings.count { $0 != 0 } / 2
    let least = (couplings + problem.spinCount - 1) / max(problem.spinCount, 1)
    guard least <= limit else { throw Failure.isTooWide(least) }
    var orders = [EliminationOrder]()
    var widest: Failure?
    for rule in problem.spinCount <= greatestForFill ? [Rule.fill, .degree] : [.degree] {
      do {
        orders.append(try EliminationOrder(problem, rule, limit: limit, shouldStop: shouldStop))
      } catch Failure.wasStopped {
        throw Failure.wasStopped
      } catch let failure as Failure { widest = widest ?? failure }
    }
    if let order = orders.min(by: { $0.cost < $1.cost }) { return order }
    throw widest ?? .isTooWide(limit + 1)
  }

  /// Entries of all tables.
  var cost: Double { later.reduce(0) { $0 + Double(sign: .plus, exponent: $1.count + 1, significand: 1) } }

  private init(_ problem: IsingProblem, _ rule: Rule, limit: Int, shouldStop: () -> Bool) throws {
    let count = problem.spinCount
    var neighbours = (0..<count).map { spin in
      Set(problem.row(spin).filter { problem.couplings[$0] != 0 }.map { problem.neighbours[$0] })
    }
    var priorities = (0..<count).map { Self.priority($0, neighbours, rule, limit: limit) }
    var queue = SpinQueue(priorities)
    var isGone = [Bool](repeating: false, count: count)
    var bags = [[Int32]]()
    while let spin = queue.next(valid: { !isGone[$0] && priorities[$0] == $1 }) {
      if bags.count % 64 == 0, shouldStop() { throw Failure.wasStopped }
      let around = neighbours[spin].sorted()
      guard around.count <= limit else {
        throw Failure.isTooWide((0..<count).filter { !isGone[$0] }.map { neighbours[$0].count }.min() ?? around.count)
      }
      isGone[spin] = true
      spins.append(Int32(spin))
      bags.append(around)
      width = max(width, around.count)
      var touched = Set<Int32>(around)
      for vertex in around {
        neighbours[Int(vertex)].formUnion(around)
        neighbours[Int(vertex)].remove(vertex)
        neighbours[Int(vertex)].remove(Int32(spin))
      }
      neighbours[spin] = []
      // New pairs change what the neighbours of both would join.
      if rule == .fill {
        for vertex in around where neighbours[Int(vertex)].count <= 4 * limit { touched.formUnion(neighbours[Int(vertex)]) }
      }
      for vertex in touched.sorted() {
        let priority = Self.priority(Int(vertex), neighbours, rule, limit: limit)
        guard priority != priorities[Int(vertex)] else { continue }
        priorities[Int(vertex)] = priority
        queue.insert(Int(vertex), priority)
      }
    }
    var places = [Int32](repeating: 0, count: count)
    for (place, spin) in spins.enumerated() { places[Int(spin)] = Int32(place) }
    later = bags.map { bag in bag.sorted { places[Int($0)] > places[Int($1)] } }
  }

  /// The smaller, the earlier a spin goes; one that is too wide as yet goes last.
  private static func priority(_ spin: Int, _ neighbours: [Set<Int32>], _ rule: Rule, limit: Int) -> Int {
    let own = neighbours[spin]
    guard own.count <= limit else { return 1 << 40 + own.count }
    guard rule == .fill else { return own.count }
    let around = Array(own)
    var missing = 0
    for (place, vertex) in around.enumerated() {
      for other in around[(place + 1)...] where !neighbours[Int(vertex)].contains(other) { missing += 1 }
    }
    // Of equal ones the one with fewer neighbours.
    return missing << 8 + own.count
  }
}

/// Spins by priority: a binary heap in which old entries stay until they come up.
private struct SpinQueue {
  private var entries: [(priority: Int, spin: Int)] = []

  init(_ priorities: [Int]) {
    for (spin, priority) in priorities.enumerated() { insert(spin, priority) }
  }

  mutating func insert(_ spin: Int, _ priority: Int) {
    entries.append((priority, spin))
    var place = entries.count - 1
    while place > 0, entries[place] < entries[(place - 1) / 2] {
      entries.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// The least of those that are valid still; `nil` if there is none.
  mutating func next(valid: (_ spin: Int, _ priority: Int) -> Bool) -> Int? {
    while let first = entries.first {
      let last = entries.removeLast()
      if !entries.isEmpty {
        entries[0] = last
        var place = 0
        while true {
          var least = place
          for child in [2 * place + 1, 2 * place + 2] where child < entries.count && entries[child] < entries[least] {
            least = child
          }
          if least == place { break }
          entries.swapAt(place, least)
          place = least
        }
      }
      if valid(first.spin, first.priority) { return first.spin }
    }
    return nil
  }
}

/// A division that is being improved, with what has been tried in vain since its communities last changed.
struct Division {
  private var numbers: [Int]
  private var parts: [[Int]]
  /// Which communities no bisection has improved.
  private var isUnsplittable: [Bool]
  /// How often each community has changed; a pair that gained nothing need not be tried until one of the two has.
  private var versions: [Int]
  private var settled: [SIMD2<Int>: SIMD2<Int>] = [:]

  init(_ start: Communities) {
    numbers = start.numbers
    parts = start.members
    isUnsplittable = [Bool](repeating: false, count: parts.count)
    versions = [Int](repeating: 0, count: parts.count)
  }

  var communities: Communities { Communities(numbers) }

  /// Communities that have members.
  var count: Int { parts.count { !$0.isEmpty } }

  var nextUnsplit: Int? { parts.indices.first { !isUnsplittable[$0] && !parts[$0].isEmpty } }

  func members(_ community: Int) -> [Int] { parts[community] }

  mutating func markUnsplittable(_ community: Int) { isUnsplittable[community] = true }

  /// Gives the vertices of one or two communities to two: those with spin 1 to the first, the others to the second or a new one.
  mutating func replace(_ old: [Int], by vertices: [Int], _ spins: [Int8]) {
    let second = old.count > 1 ? old[1] : parts.firstIndex(where: \.isEmpty) ?? append()
    let places = [old[0], second]
    for place in places {
      parts[place] = []
      isUnsplittable[place] = false
      versions[place] += 1
    }
    for (vertex, spin) in zip(vertices, spins) {
      let place = spin > 0 ? places[0] : places[1]
      numbers[vertex] = place
      parts[place].append(vertex)
    }
  }

  private mutating func append() -> Int {
    parts.append([])
    isUnsplittable.append(false)
    versions.append(0)
    return parts.count - 1
  }

  /// Pairs of communities with an edge between them, in ascending order.
  func adjacentPairs(in graph: CommunityGraph) -> [[Int]] {
    var pairs = Set<SIMD2<Int>>()
    for vertex in numbers.indices {
      for entry in graph.rows.starts[vertex]..<graph.rows.starts[vertex + 1] {
        let (own, other) = (numbers[vertex], numbers[Int(graph.rows.neighbours[entry])])
        if own < other { pairs.insert(SIMD2(own, other)) }
      }
    }
    return pairs.map { [$0.x, $0.y] }.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
  }

  mutating func settle(_ pair: [Int]) { settled[SIMD2(pair[0], pair[1])] = state(pair) }

  func isSettled(_ pair: [Int]) -> Bool { settled[SIMD2(pair[0], pair[1])] == state(pair) }

  private func state(_ pair: [Int]) -> SIMD2<Int> { SIMD2(versions[pair[0]], versions[pair[1]]) }
}

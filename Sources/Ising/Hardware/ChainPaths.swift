/// Cheapest paths from a chain to all spins of a chip, where spins cost and couplers do not (Dijkstra 1959).
struct ChainPaths {
  /// The cost of the spins on the way from the chain's edge to each spin, that spin with them; of the chain's own spins their
  /// cost.
  private(set) var distances: [Double]
  /// The spin before each spin on its path; −1 for the chain's own.
  private(set) var previous: [Int32]
  private var heap = [(distance: Double, vertex: Int32)]()

  init(vertexCount: Int) {
    distances = [Double](repeating: .infinity, count: vertexCount)
    previous = [Int32](repeating: -1, count: vertexCount)
  }

  mutating func find(from chain: [Int32], _ rows: AdjacencyRows, _ costs: [Double]) {
    for vertex in distances.indices {
      distances[vertex] = .infinity
      previous[vertex] = -1
    }
    heap.removeAll(keepingCapacity: true)
    for vertex in chain {
      distances[Int(vertex)] = costs[Int(vertex)]
      push(0, vertex)
    }
    while let (distance, vertex) = pop() {
      // The chain's own spins cost nothing on the way, but their entry says what sharing them would.
      let isOwn = previous[Int(vertex)] < 0
      guard isOwn || distance <= distances[Int(vertex)] else { continue }
      for entry in rows.starts[Int(vertex)]..<rows.starts[Int(vertex) + 1] {
        let neighbour = rows.neighbours[entry]
        let through = distance + costs[Int(neighbour)]
        if through < distances[Int(neighbour)] {
          distances[Int(neighbour)] = through
          previous[Int(neighbour)] = vertex
          push(through, neighbour)
        }
      }
    }
  }

  /// The spins on the way to a spin, that one first, without those of the chain.
  static func path(to vertex: Int32, previous: [Int32]) -> [Int32] {
    var path = [Int32]()
    var vertex = vertex
    while previous[Int(vertex)] >= 0 {
      path.append(vertex)
      vertex = previous[Int(vertex)]
    }
    return path
  }

  private mutating func push(_ distance: Double, _ vertex: Int32) {
    heap.append((distance, vertex))
    var place = heap.count - 1
    while place > 0, heap[(place - 1) / 2].distance > heap[place].distance {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func pop() -> (Double, Int32)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child].distance < heap[least].distance {
        least = child
      }
      guard least != place else { return first }
      heap.swapAt(place, least)
      place = least
    }
  }
}

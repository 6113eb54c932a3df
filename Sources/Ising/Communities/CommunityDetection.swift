import Kernels

/// Communities of the greatest modularity, as a sequence of Ising problems.
///
/// Two communities are one problem: with `B_ij = A_ij − γ k_i k_j / 2m`, the modularity of a bisection is a constant plus `(1/2m)
/// Σ_{i<j} B_ij s_i s_j`. More are found by bisecting each part again until no bisection gains (Newman, PNAS 103, 8577, 2006),
/// and then by bisecting the unions of two communities anew: which moves any number of vertices from one to the other, or joins
/// the two. That is repeated until no pair and no part gains.
public struct CommunityDetection: Sendable {
  /// The graph that is divided.
  public let graph: CommunityGraph
  /// `γ` of the modularity; greater values favour smaller communities.
  public let resolution: Double
  /// No more communities than these; `nil` for as many as gain.
  public let limit: Int?

  /// Finds the state of a low energy.
  ///
  /// - Parameters:
  ///   - problem: a bisection.
  ///   - start: the bisection that stands; a worse answer is not taken.
  public typealias Solver = (_ problem: IsingProblem, _ start: [Int8]) throws -> [Int8]

  /// - Throws: `ProblemError` if the resolution is not a number of 0 or more, or the limit is not positive.
  public init(_ graph: CommunityGraph, resolution: Double = 1, limit: Int? = nil) throws {
    guard resolution.isFinite, resolution >= 0 else {
      throw ProblemError("a resolution of \(resolution), expected a number of 0 or more")
    }
    if let limit, limit < 1 { throw ProblemError("at most \(limit) communities, expected 1 or more") }
    self.graph = graph
    self.resolution = resolution
    self.limit = limit
  }

  /// The bisection of some vertices as an Ising problem, in units of `1/2m`: `J_ij = 2m A_ij − γ k_i k_j`, integers if the
  /// weights are and `γ = 1`.
  ///
  /// - Throws: `ProblemError` if all pairs of so many vertices do not fit into memory.
  public func bisection(of vertices: [Int]) throws -> IsingProblem {
    let degrees = graph.degrees
    return try IsingProblem.complete(spinCount: vertices.count) { i, j in
      let (vertex, other) = (vertices[i], vertices[j])
      let weight = graph.rows.weight(vertex, other) ?? 0
      return graph.totalDegree * weight - resolution * degrees[vertex] * degrees[other]
    }
  }

  /// What a fall of a bisection's energy adds to the modularity.
  public func gain(ofEnergyFall fall: Double) -> Double { fall / (graph.totalDegree * graph.totalDegree) }

  /// A division of the vertices into some communities at random: where another search begins, since from one community on all
  /// searches with a good solver end alike.
  ///
  /// - Parameter count: of communities, 1 or more; no more than the limit are made.
  public func randomDivision(count: Int, seed: UInt64) -> Communities {
    let groups = UInt64(max(min(count, limit ?? count), 1))
    var random = Philox(seed: seed, .communities).sequence()
    return Communities((0..<graph.vertexCount).map { _ in Int(random.next() % groups) })
  }

  /// The division with every community in connected parts, each a community of its own, as far as the limit allows: the modularity is as
  /// great as before or greater.
  ///
  /// - Parameter graph: whose edges connect; that of the question, where it is not the graph that is divided.
  public func connected(_ communities: Communities, in graph: CommunityGraph) -> Communities {
    var numbers = communities.numbers
    var count = communities.count
    for members in communities.members {
      var isFirst = true
      var isSeen = Set<Int>()
      for start in members where !isSeen.contains(start) {
        let own = numbers[start]
        var (part, front) = ([start], [start])
        isSeen.insert(start)
        while let vertex = front.popLast() {
          for entry in graph.rows.starts[vertex]..<graph.rows.starts[vertex + 1] where graph.rows.weights[entry] > 0 {
            let other = Int(graph.rows.neighbours[entry])
            guard numbers[other] == own, isSeen.insert(other).inserted else { continue }
            part.append(other)
            front.append(other)
          }
        }
        // The first part keeps the community.
        if !isFirst, count < limit ?? .max {
          for vertex in part { numbers[vertex] = count }
          count += 1
        }
        isFirst = false
      }
    }
    return Communities(numbers)
  }

  /// - Parameters:
  ///   - start: where the search begins; all vertices in one community if not given.
  ///   - solve: solves one bisection.
  ///   - shouldStop: asked between two problems; the division that stands then is returned.
  ///   - improved: is told each division that is better than the last.
  /// - Throws: what `solve` throws.
  public func run(
    from start: Communities? = nil, solve: Solver, shouldStop: () throws -> Bool = { false },
    improved: (Communities) -> Void = { _ in }
  ) throws -> Communities {
    if let start, start.numbers.count != graph.vertexCount {
      throw ProblemError("a division of \(start.numbers.count) vertices for \(graph.vertexCount)")
    }
    var division = Division(start ?? Communities(repeatElement(0, count: graph.vertexCount)))
    improved(division.communities)
    var hasImproved = true
    while hasImproved, try !shouldStop() {
      hasImproved = try exchange(&division, solve, shouldStop, improved)
      hasImproved = try split(&division, solve, shouldStop, improved) || hasImproved
    }
    return division.communities
  }

  /// Bisects every community, and the parts again, until none gains.
  private func split(
    _ division: inout Division, _ solve: Solver, _ shouldStop: () throws -> Bool, _ improved: (Communities) -> Void
  ) throws -> Bool {
    var hasImproved = false
    while let community = division.nextUnsplit, try !shouldStop() {
      if let limit, division.count >= limit { break }
      let members = division.members(community)
      let start = [Int8](repeating: 1, count: members.count)
      if members.count > 1, let spins = try better(than: start, of: members, solve) {
        division.replace([community], by: members, spins)
        improved(division.communities)
        hasImproved = true
      } else {
        division.markUnsplittable(community)
      }
    }
    return hasImproved
  }

  /// Bisects the union of every two communities between which there is an edge.
  private func exchange(
    _ division: inout Division, _ solve: Solver, _ shouldStop: () throws -> Bool, _ improved: (Communities) -> Void
  ) throws -> Bool {
    var hasImproved = false
    for pair in division.adjacentPairs(in: graph) where !division.isSettled(pair) {
      if try shouldStop() { return hasImproved }
      let (first, second) = (division.members(pair[0]), division.members(pair[1]))
      guard !first.isEmpty, !second.isEmpty else { continue }
      let start = [Int8](repeating: 1, count: first.count) + [Int8](repeating: -1, count: second.count)
      if let spins = try better(than: start, of: first + second, solve) {
        division.replace(pair, by: first + second, spins)
        improved(division.communities)
        hasImproved = true
      } else {
        division.settle(pair)
      }
    }
    return hasImproved
  }

  /// The solver's bisection, if its energy is lower.
  private func better(than start: [Int8], of vertices: [Int], _ solve: Solver) throws -> [Int8]? {
    let problem = try bisection(of: vertices)
    let spins = try solve(problem, start)
    let (old, new) = (try problem.energy(of: start), try problem.energy(of: spins))
    // What rounding alone could make of a sum of real numbers is no gain.
    let tolerance = problem.isInteger ? 0 : 1e-12 * graph.totalDegree * graph.totalDegree
    return new < old - tolerance ? spins : nil
  }
}

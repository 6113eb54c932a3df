import Ising
import Kernels
import MPI

/// A search for communities: divisions from several seeds, shared out over the ranks, of which the best is the answer.
///
/// Every division is a sequence of bisections, each an Ising problem that one rank solves.
public struct CommunitySearch {
  /// The graph, and what is asked of it.
  public let question: CommunityQuestion
  private let settings: SolverSettings
  private let couplings: DeviceCouplings
  private let targetModularity: Double?

  /// Divisions that are tried unless the settings say how many, and sweeps of each bisection.
  private static let standardReads = 16
  private static let standardSteps = 400
  /// Divisions but the first begin at random, with 2 communities, 3 …, of so many numbers one after the other.
  private static let beginnings = 8
  /// Runs of a machine for one bisection, of which the best counts.
  private static let readsPerBisection = 4

  /// - Parameters:
  ///   - settings: `reads` is the number of divisions, `steps` those of a bisection, `time` wall-clock seconds of the whole search.
  ///     An initial state, a spread and trials of machines are one Ising problem's.
  ///   - couplings: what a device makes of a bisection's.
  ///   - targetModularity: the search ends with a division of this modularity or a greater one.
  public init(
    _ question: CommunityQuestion, _ settings: SolverSettings, couplings: DeviceCouplings = DeviceCouplings(),
    targetModularity: Double? = nil
  ) {
    self.question = question
    self.settings = settings
    self.couplings = couplings
    self.targetModularity = targetModularity
  }

  /// A division that was found.
  private struct Finding {
    var communities: Communities
    var modularity: Double
  }

  /// Searches. Collective.
  ///
  /// - Parameters:
  ///   - world: ranks that search together; `nil`: this one alone.
  ///   - shouldStop: asked some thousand times a second; once it says yes on any rank, all end soon, with what they have.
  ///   - progress: called with every division of this rank that is better than all its divisions before.
  /// - Returns: the answer of all ranks, with this rank's own trace.
  /// - Throws: `SolverError` if settings make no sense, or the failure of an exchange between ranks; nothing on one rank.
  public func run(
    over world: Communicator? = nil, shouldStop: @escaping () -> Bool = { false },
    progress: @escaping (SearchTrace.Point) -> Void = { _ in }
  ) throws -> CommunityAnswer {
    let start = SearchClock.now(.wall)
    let (rank, ranks) = (world?.rank ?? 0, world?.size ?? 1)
    var trace = SearchTrace(measureName: "modularity")
    var best = Finding(communities: Communities(repeatElement(0, count: question.graph.vertexCount)), modularity: -.infinity)
    let reads = settings.reads ?? Self.standardReads
    let agreement = StopAgreement(over: world)
    func isOver() throws -> Bool {
      let isAsked = shouldStop() || hasReachedTarget(best.modularity)
      let isLate = settings.time.map { SearchClock.now(.wall) - start >= $0.seconds } ?? false
      return try agreement.decide(isAsked ? .stop : isLate ? .beDone : .goOn) > .goOn
    }
    for read in stride(from: rank, to: max(reads, rank + 1), by: ranks) {
      if try read >= reads || read > rank && isOver() { break }
      var problems: UInt64 = 0
      let beginning = read == 0 ? nil : question.detection.randomDivision(count: 2 + read % Self.beginnings, seed: seed(read, 0))
      let found = try question.detection.run(
        from: beginning,
        solve: { problem, start in
          problems += 1
          return try bisect(problem, from: start, read: read, number: problems, shouldStop: isOver)
        }, shouldStop: isOver,
        improved: { communities in
          let modularity = value(of: communities)
          guard modularity > best.modularity else { return }
          best = Finding(communities: communities, modularity: modularity)
          let point = SearchTrace.Point(seconds: SearchClock.now(.wall) - start, measure: modularity)
          trace.append(seconds: point.seconds, measure: point.measure)
          progress(point)
        })
      let modularity = value(of: found)
      if modularity > best.modularity { best = Finding(communities: found, modularity: modularity) }
    }
    try agreement.finish(stopsOthers: hasReachedTarget(best.modularity) || shouldStop())
    let wasStopped = try world?.allreduce(shouldStop() ? 1 : 0, .max) ?? (shouldStop() ? 1 : 0) != 0
    let found = try world.map { try shared(best.communities, best.modularity, over: $0) } ?? best.communities
    let winner = question.detection.connected(found, in: question.graph)
    return CommunityAnswer(
      // Of the graph itself at resolution 1, which is what others report.
      question: question, modularity: question.graph.modularity(of: winner), communities: winner,
      nmi: try question.groundTruth.map { try winner.normalizedMutualInformation(with: $0) },
      machine: (settings.machine ?? .anneal).rawValue, seed: settings.seed, seconds: SearchClock.now(.wall) - start, ranks: ranks,
      wasStopped: wasStopped, trace: trace)
  }

  /// The solver's answer to one bisection.
  private func bisect(
    _ problem: IsingProblem, from start: [Int8], read: Int, number: UInt64, shouldStop: @escaping () throws -> Bool
  ) throws -> [Int8] {
    var settings = settings
    settings.machine = settings.machine ?? .anneal
    settings.reads = Self.readsPerBisection
    settings.steps = settings.steps ?? Self.standardSteps
    settings.time = nil
    settings.seed = seed(read, number)
    let solver = try Solver(try couplings.applied(to: problem), settings)
    return try RankSearch(problem: solver.problem, settings: settings).run(shouldStop: shouldStop).samples.best?.spins ?? start
  }

  /// Every bisection of every division has random numbers of its own; bisection 0 is where the division begins.
  private func seed(_ read: Int, _ number: UInt64) -> UInt64 {
    settings.seed &+ (UInt64(read) &* 0x1_0000_0000 &+ number) &* 0x9E37_79B9_7F4A_7C15
  }

  private func value(of communities: Communities) -> Double {
    question.graph.modularity(of: communities, resolution: question.detection.resolution)
  }

  private func hasReachedTarget(_ modularity: Double) -> Bool { targetModularity.map { modularity >= $0 } ?? false }

  /// The best division of all ranks; of equal ones that of the lowest rank.
  private func shared(_ own: Communities, _ modularity: Double, over world: Communicator) throws -> Communities {
    let all = try world.allgather(modularity)
    let best = all.indices.max { all[$0] < all[$1] || all[$0] == all[$1] && $0 > $1 } ?? 0
    return Communities(try world.broadcastVarying(own.numbers, root: best))
  }
}

import Foundation
import Host
import Ising
import MPI
import Reports
import Solving

/// A search for communities: divisions from several seeds, shared out over the ranks, of which the best is reported.
struct SolveCommunitiesRun {
  private let question: CommunityQuestion
  private let options: SolveCommand
  private let world: Communicator

  /// Divisions that are tried unless the user says how many, and sweeps of each bisection.
  private static let standardReads = 16
  private static let standardSteps = 400
  /// Divisions but the first begin at random, with 2 communities, 3 …, of so many numbers one after the other.
  private static let beginnings = 8
  /// Runs of a machine for one bisection, of which the best counts.
  private static let readsPerBisection = 4

  init(_ question: CommunityQuestion, options: SolveCommand, over world: Communicator) throws {
    self.question = question
    self.options = options
    self.world = world
    for (isGiven, name) in [
      (options.search.initial != nil, "--initial"), (options.device.hardware != nil, "--hardware"),
      (options.search.auto, "--auto"), (options.search.spread == .spins, "--spread spins"),
      (options.search.exchangeEvery > 1, "--exchange-every"),
    ] where isGiven {
      throw ProblemError("\(name) is for one Ising problem; communities are a sequence of them")
    }
  }

  /// A division and when it was found.
  private struct Finding {
    var partition: Partition
    var modularity: Double
  }

  /// - Returns: whether a signal ended the search.
  func run() throws -> Bool {
    let start = ContinuousClock.now
    var trace = SearchTrace(measureName: "modularity")
    let progress = SolveProgress(limit: options.search.timeLimit)
    var best = Finding(partition: Partition(repeatElement(0, count: question.graph.vertexCount)), modularity: -.infinity)
    let reads = options.search.reads ?? Self.standardReads
    let agreement = StopAgreement(over: world)
    func shouldStop() -> Bool {
      if world.rank == 0 { progress.tick() }
      let wantsToStop = StopSignal.isRequested || hasReachedTarget(best.modularity)
      return agreement.poll(wantsToStop: wantsToStop) || isOver(since: start)
    }
    for read in stride(from: world.rank, to: max(reads, world.rank + 1), by: world.size) {
      if read >= reads || read > world.rank && shouldStop() { break }
      var problems: UInt64 = 0
      let beginning = read == 0 ? nil : question.detection.randomDivision(count: 2 + read % Self.beginnings, seed: seed(read, 0))
      let partition = try question.detection.run(
        from: beginning,
        solve: { problem, start in
          problems += 1
          return try bisect(problem, from: start, read: read, number: problems, shouldStop: shouldStop)
        }, shouldStop: shouldStop,
        improved: { partition in
          let modularity = question.graph.modularity(of: partition, resolution: question.resolution)
          guard modularity > best.modularity else { return }
          best = Finding(partition: partition, modularity: modularity)
          trace.append(seconds: seconds(since: start), measure: modularity)
          progress.found("modularity \(String(format: "%.6f", modularity))")
        })
      let modularity = question.graph.modularity(of: partition, resolution: question.resolution)
      if modularity > best.modularity { best = Finding(partition: partition, modularity: modularity) }
    }
    progress.finish()
    try agreement.finish(stopsOthers: hasReachedTarget(best.modularity) || StopSignal.isRequested)
    let wasStopped = try world.allreduce(StopSignal.isRequested ? 1 : 0, .max) != 0
    let winner = try shared(best)
    guard world.rank == 0 else { return wasStopped }
    try report(winner, trace, seconds: seconds(since: start), wasStopped: wasStopped)
    return wasStopped
  }

  /// The solver's answer to one bisection.
  private func bisect(
    _ problem: IsingProblem, from start: [Int8], read: Int, number: UInt64, shouldStop: @escaping () -> Bool
  ) throws -> [Int8] {
    var settings = options.search.settings(targetEnergy: nil, initial: nil)
    settings.machine = settings.machine ?? .anneal
    settings.reads = Self.readsPerBisection
    settings.steps = options.search.steps ?? Self.standardSteps
    settings.time = nil
    settings.seed = seed(read, number)
    settings.stateBits = options.device.stateBits
    settings.stateNoise = options.device.stateNoise
    let realised = try options.device.couplings.applied(to: problem)
    return try Solver(realised, settings).run(shouldStop: shouldStop).samples.best?.spins ?? start
  }

  /// Every bisection of every division has random numbers of its own; bisection 0 is where the division begins.
  private func seed(_ read: Int, _ number: UInt64) -> UInt64 {
    options.search.seed &+ (UInt64(read) &* 0x1_0000_0000 &+ number) &* 0x9E37_79B9_7F4A_7C15
  }

  private func hasReachedTarget(_ modularity: Double) -> Bool { options.search.target.map { modularity >= $0 } ?? false }

  private func isOver(since start: ContinuousClock.Instant) -> Bool {
    options.search.timeLimit.map { seconds(since: start) >= $0 } ?? false
  }

  private func seconds(since start: ContinuousClock.Instant) -> Double {
    let passed = ContinuousClock.now - start
    return Double(passed.components.seconds) + 1e-18 * Double(passed.components.attoseconds)
  }

  /// The best division of all ranks; of equal ones that of the lowest rank.
  private func shared(_ own: Finding) throws -> Finding {
    let all = try world.allgather(own.modularity)
    let best = all.indices.max { all[$0] < all[$1] || all[$0] == all[$1] && $0 > $1 } ?? 0
    let partition = Partition(try world.broadcastVarying(own.partition.communities, root: best))
    return Finding(partition: partition, modularity: all[best])
  }

  private func report(_ found: Finding, _ trace: SearchTrace, seconds: Double, wasStopped: Bool) throws {
    let report = CommunityReport(
      file: question.file, vertexCount: question.graph.vertexCount,
      // Of the graph itself at resolution 1, which is what others report.
      modularity: question.graph.modularity(of: found.partition), communityCount: found.partition.communityCount,
      communities: found.partition.communities,
      nmi: try question.groundTruth.map { try found.partition.normalizedMutualInformation(with: $0) },
      machine: (options.search.machine ?? .anneal).rawValue, seed: options.search.seed, seconds: seconds, ranks: world.size,
      interrupted: wasStopped)
    let title = "\(URL(fileURLWithPath: question.file).lastPathComponent): communities"
    let output = options.output
    try output.write(
      state: found.partition.communities, plot: TracePlot(trace: trace, seconds: seconds, title: title), facts: report.facts)
    print(output.json ? try report.json() : report.text)
  }
}

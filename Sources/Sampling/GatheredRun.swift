import MPI
import Parallel

/// A finished run with the ladders of all ranks, on rank 0.
struct GatheredRun {
  let schedule: SamplingSchedule
  let ladder: TemperatureLadder
  let record: ChainRecord
  let bennett: BennettFunctions
  let samples: KeptSamples
  let history: [SamplingRun.RoundReport]
  /// Of all ladders, in their order.
  let roundTrips: [Int]
  /// Mean over ladders.
  let rejections: [Double]
  /// Blocks of ladders × ranks that shared the spins of each.
  let grid: GridShape
  let marginals: Marginals?

  /// Collective.
  ///
  /// - Returns: `nil` on other ranks than 0.
  init?(_ run: SamplingRun) throws {
    schedule = run.schedule
    ladder = run.ladder
    history = run.history
    bennett =
      run.bennett
      ?? BennettFunctions(
        inverseTemperatures: run.ladder.inverseTemperatures, energies: run.ladder.inverseTemperatures.map { _ in 0 })
    grid = run.grid?.shape ?? GridShape(data: 1, spin: 1)
    let ownRejections = (0..<run.chains.count).flatMap { run.tempering.meanRejections(chain: $0) }
    marginals = try Self.marginals(run)
    guard let samples = try run.samples.gathered(over: run.grid) else {
      // Those that send their part of all else have it asked for below.
      guard let group = run.grid, group.spin.rank == 0 else { return nil }
      _ = try Self.gather(run, ownRejections, over: group.data)
      return nil
    }
    self.samples = samples
    let all = try run.grid.map { try Self.gather(run, ownRejections, over: $0.data) }
    record =
      all.map {
        ChainRecord(
          run.schedule, temperatures: run.ladder.count, chains: samples.chainCount, chainsOfBlock: run.record.chainsOfBlock,
          sums: $0.sums)
      } ?? run.record
    roundTrips = all?.trips ?? run.tempering.roundTrips
    rejections = Self.means(all?.rejections ?? ownRejections, pairs: run.ladder.count - 1)
  }

  /// Those of all ladders and spins, on rank 0. Collective.
  private static func marginals(_ run: SamplingRun) throws -> Marginals? {
    guard let record = run.marginals, let problem = run.problem.whole else { return nil }
    var (totals, squares) = record.state
    if let world = run.grid?.world {
      (totals, squares) = (try world.reduce(totals, .sum, root: 0), try world.reduce(squares, .sum, root: 0))
      guard world.rank == 0 else { return nil }
    }
    return record.marginals(problem, run.settings, totals: totals, squares: squares, chains: run.chainCount)
  }

  /// Of all ladders, on the first rank. Collective.
  private static func gather(_ run: SamplingRun, _ rejections: [Double], over group: Communicator) throws
    -> (sums: [[Double]], trips: [Int], rejections: [Double])
  {
    func all<Element: MPIDatatype>(_ own: [Element]) throws -> [Element] {
      try group.gatherVarying(own, root: 0).flatMap { $0 }
    }
    return (try run.record.sums.map { try all($0) }, try all(run.tempering.roundTrips), try all(rejections))
  }

  private static func means(_ rejections: [Double], pairs: Int) -> [Double] {
    guard pairs > 0 else { return [] }
    let chains = rejections.count / pairs
    return (0..<pairs).map { pair in (0..<chains).reduce(0) { $0 + rejections[$1 * pairs + pair] } / Double(chains) }
  }
}

extension ProcessGrid {
  /// The bits of all spins on the first of the ranks that share them, from those that each has set. Collective over these ranks.
  func joined(_ bits: [UInt8]) throws -> [UInt8] {
    spin.size > 1 && !bits.isEmpty ? try spin.reduce(bits, .bitwiseOr, root: 0) : bits
  }
}

import MPI

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

  /// Collective.
  ///
  /// - Returns: `nil` on other ranks than 0.
  init?(_ run: SamplingRun, over group: Communicator?) throws {
    schedule = run.schedule
    ladder = run.ladder
    history = run.history
    bennett = run.bennett ?? BennettFunctions(rates: run.ladder.rates, energies: run.ladder.rates.map { _ in 0 })
    let ownRejections = (0..<run.chains.count).flatMap { run.tempering.meanRejections(chain: $0) }
    var (trips, rejections) = (run.tempering.roundTrips, ownRejections)
    guard let group else {
      (record, samples) = (run.record, run.samples)
      (roundTrips, self.rejections) = (trips, Self.means(rejections, pairs: run.ladder.count - 1))
      return
    }
    var sums: [[Double]] = []
    for quantity in ChainRecord.Quantity.allCases {
      sums.append(try group.gatherVarying(run.record.sums[quantity.rawValue], root: 0).flatMap { $0 })
    }
    trips = try group.gatherVarying(trips, root: 0).flatMap { $0 }
    rejections = try group.gatherVarying(rejections, root: 0).flatMap { $0 }
    let chains = try group.gatherVarying([run.chains.count], root: 0).flatMap { $0 }
    let states = try group.gatherVarying(run.samples.states, root: 0).flatMap { $0 }
    let energies = try group.gatherVarying(run.samples.energies, root: 0).flatMap { $0 }
    guard group.rank == 0 else { return nil }
    let count = chains.reduce(0, +)
    record = ChainRecord(schedule, temperatures: run.ladder.count, chains: count, sums: sums)
    samples = KeptSamples(run.samples, chains: count, states: states, energies: energies)
    roundTrips = trips
    self.rejections = Self.means(rejections, pairs: run.ladder.count - 1)
  }

  private static func means(_ rejections: [Double], pairs: Int) -> [Double] {
    guard pairs > 0 else { return [] }
    let chains = rejections.count / pairs
    return (0..<pairs).map { pair in (0..<chains).reduce(0) { $0 + rejections[$1 * pairs + pair] } / Double(chains) }
  }
}

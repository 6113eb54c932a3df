import Files
import Foundation
import MPI
import Parallel

/// Everything that a run continues from, of all its ladders or of some.
///
/// Random numbers need no state: they are functions of seed, replica, spin and sweep. States are by the spins' numbers and ladders by theirs,
/// so that any number of ranks can take them up.
struct SamplingCheckpoint: Equatable {
  var sweep: Int
  /// Swaps tried in this round.
  var attempts: Int
  var inverseTemperatures: [Double]
  var bennettGuesses: [Double]
  var history: [SamplingRun.RoundReport]
  /// [chain][replica][byte], a bit a spin: 1 where it is up.
  var spins: [UInt8]
  /// [chain][replica].
  var temperatures: [Int64]
  var directions: [Int64]
  var roundTrips: [Int64]
  var rejections: [Double]
  var roundEnergies: [Double]
  /// Of each quantity [chain or pair][temperature][bin].
  var sums: [[Double]]
  var drawn: Int
  /// [chain][temperature][draw][byte] and without the byte: unlike in a result, so that ladders are one behind another.
  var sampledStates: [UInt8]
  var sampledEnergies: [Double]
  /// [temperature][spin or pair] of all ladders; of a rank's part, what that rank has added up.
  var marginalTotals: [Int64]
  var marginalSquares: [Int64]
  /// [ladder, or two that exchange spins][temperature][spin or pair] of the block that is not finished, and its measurements.
  var marginals: [Int64]
  var marginalsAdded: Int
}

// MARK: - Ranks

extension SamplingCheckpoint {
  /// That of all ladders from those of the ranks, on rank 0. Collective.
  func gathered(over grid: ProcessGrid?) throws -> SamplingCheckpoint? {
    guard let grid else { return self }
    let (ownSpins, ownStates) = (try grid.joined(spins), try grid.joined(sampledStates))
    let ownMarginals = grid.spin.size > 1 && !marginals.isEmpty ? try grid.spin.reduce(marginals, .sum, root: 0) : marginals
    func total(_ own: [Int64]) throws -> [Int64] { own.isEmpty ? own : try grid.world.reduce(own, .sum, root: 0) }
    let (totals, squares) = (try total(marginalTotals), try total(marginalSquares))
    guard grid.spin.rank == 0 else { return nil }
    let group = grid.data
    func all<Element: MPIDatatype>(_ own: [Element]) throws -> [Element] {
      try group.gatherVarying(own, root: 0).flatMap { $0 }
    }
    var whole = self
    whole.spins = try all(ownSpins)
    whole.temperatures = try all(temperatures)
    whole.directions = try all(directions)
    whole.roundTrips = try all(roundTrips)
    whole.rejections = try all(rejections)
    whole.roundEnergies = try all(roundEnergies)
    for index in sums.indices { whole.sums[index] = try all(sums[index]) }
    whole.sampledStates = try all(ownStates)
    whole.sampledEnergies = try all(sampledEnergies)
    (whole.marginalTotals, whole.marginalSquares, whole.marginals) = (totals, squares, try all(ownMarginals))
    return group.rank == 0 ? whole : nil
  }

  /// That of some ladders of all.
  ///
  /// - Parameter chainsOfBlock: 4 if two ladders each exchange spins.
  func part(_ chains: Range<Int>, of count: Int, chainsOfBlock: Int = 2) -> SamplingCheckpoint {
    let rows = chainsOfBlock == 4 ? chains.lowerBound / 2..<(chains.upperBound + 1) / 2 : chains
    let pairs = chains.lowerBound / 2..<chains.lowerBound / 2 + chains.count / 2
    func slice<Element>(_ all: [Element], _ range: Range<Int>, of total: Int) -> [Element] {
      let each = total == 0 ? 0 : all.count / total
      return Array(all[range.lowerBound * each..<range.upperBound * each])
    }
    var part = self
    part.spins = slice(spins, chains, of: count)
    part.temperatures = slice(temperatures, chains, of: count)
    part.directions = slice(directions, chains, of: count)
    part.roundTrips = slice(roundTrips, chains, of: count)
    part.rejections = slice(rejections, chains, of: count)
    part.roundEnergies = slice(roundEnergies, chains, of: count)
    for quantity in ChainRecord.Quantity.allCases {
      let (range, total) = quantity.isOfPairs ? (pairs, count / 2) : (chains, count)
      part.sums[quantity.rawValue] = slice(sums[quantity.rawValue], range, of: total)
    }
    part.sampledStates = slice(sampledStates, chains, of: count)
    part.sampledEnergies = slice(sampledEnergies, chains, of: count)
    part.marginals = slice(marginals, rows, of: chainsOfBlock == 4 ? (count + 1) / 2 : count)
    return part
  }
}

// MARK: - File

extension SamplingCheckpoint {
  func file() -> TensorFile {
    var file = TensorFile()
    file.metadata = [
      "sweep": "\(sweep)", "attempts": "\(attempts)", "drawn": "\(drawn)", "rounds": "\(history.count)",
      "marginals.added": "\(marginalsAdded)",
    ]
    file.tensors = [
      "rates": Tensor(inverseTemperatures), "bennett": Tensor(bennettGuesses), "spins": Tensor(spins),
      "temperatures": Tensor(temperatures),
      "directions": Tensor(directions), "roundTrips": Tensor(roundTrips), "rejections": Tensor(rejections),
      "roundEnergies": Tensor(roundEnergies), "samples.states": Tensor(sampledStates),
      "samples.energies": Tensor(sampledEnergies), "history.sweeps": Tensor(history.map { Int64($0.sweeps) }),
      "history.temperatures": Tensor(history.flatMap(\.temperatures)),
      "history.rejections": Tensor(history.flatMap(\.rejections)), "marginals": Tensor(marginals),
      "marginals.totals": Tensor(marginalTotals), "marginals.squares": Tensor(marginalSquares),
    ]
    for quantity in ChainRecord.Quantity.allCases { file.tensors["record.\(quantity)"] = Tensor(sums[quantity.rawValue]) }
    return file
  }

  /// - Parameters:
  ///   - shape: a checkpoint of the run that is to go on, as it is at its beginning: what sizes must be.
  ///   - greatestAdded: measurements of a block of marginals.
  ///   - source: what a message calls the file.
  /// - Throws: `TensorError` if something is missing or has another size.
  init(
    _ file: TensorFile, like shape: SamplingCheckpoint, schedule: SamplingSchedule, greatestAdded: Int = 0, source: String
  ) throws {
    let fields = CheckpointFields(file, in: source)
    let count = shape.inverseTemperatures.count
    self = shape
    sweep = try fields.number("sweep", upTo: schedule.total)
    attempts = try fields.number("attempts", upTo: schedule.total)
    inverseTemperatures = try fields.doubles("rates", count)
    bennettGuesses = try fields.doubles("bennett", file.tensors["bennett"]?.count == 0 ? 0 : count - 1)
    spins = try fields.bytes("spins", shape.spins.count)
    temperatures = try fields.integers("temperatures", shape.temperatures.count, 0...Int64(count - 1))
    for ladder in stride(from: 0, to: temperatures.count, by: count) {
      guard Set(temperatures[ladder..<ladder + count]).count == count else {
        throw TensorError("\(source): two replicas of ladder \(ladder / count) have one temperature")
      }
    }
    directions = try fields.integers("directions", shape.directions.count, -1...1)
    roundTrips = try fields.integers("roundTrips", shape.roundTrips.count, 0...Int64(schedule.total))
    rejections = try fields.doubles("rejections", shape.rejections.count)
    roundEnergies = try fields.doubles("roundEnergies", shape.roundEnergies.count)
    for quantity in ChainRecord.Quantity.allCases {
      sums[quantity.rawValue] = try fields.doubles("record.\(quantity)", shape.sums[quantity.rawValue].count)
    }
    drawn = try fields.number("drawn", upTo: schedule.measured)
    sampledStates = try fields.bytes("samples.states", shape.sampledStates.count)
    sampledEnergies = try fields.doubles("samples.energies", shape.sampledEnergies.count)
    let all = Int64.min...Int64.max
    marginalTotals = try fields.integers("marginals.totals", shape.marginalTotals.count, all)
    marginalSquares = try fields.integers("marginals.squares", shape.marginalSquares.count, all)
    marginals = try fields.integers("marginals", shape.marginals.count, all)
    marginalsAdded = try fields.number("marginals.added", upTo: greatestAdded)
    let rounds = try fields.number("rounds", upTo: schedule.adapting.count)
    let sweeps = try fields.integers("history.sweeps", rounds, 0...Int64(schedule.total))
    let pasts = try fields.doubles("history.temperatures", rounds * count)
    let refusals = try fields.doubles("history.rejections", rounds * (count - 1))
    history = (0..<rounds).map { round in
      SamplingRun.RoundReport(
        sweeps: Int(sweeps[round]), temperatures: Array(pasts[round * count..<(round + 1) * count]),
        rejections: Array(refusals[round * (count - 1)..<(round + 1) * (count - 1)]))
    }
  }
}

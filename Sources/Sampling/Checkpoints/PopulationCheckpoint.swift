import Files
import Foundation
import MPI
import Parallel

/// Everything that populations go on from, of all or of some. Random numbers need no state, and energies are those of the states.
struct PopulationCheckpoint: Equatable {
  var sweeps: Int
  var places: [PopulationRun.Place]
  /// [population][member].
  var families: [Int64]
  /// [population][member][byte], as `ReplicaStates` writes a state.
  var spins: [UInt8]
  /// Of each quantity [population or couple][temperature].
  var values: [[Double]]
  /// [population][temperature][draw][byte] and without the byte.
  var sampledStates: [UInt8]
  var sampledEnergies: [Double]

  /// That of all populations from those of the ranks, on rank 0. Collective.
  func gathered(over grid: ProcessGrid?) throws -> PopulationCheckpoint? {
    guard let grid else { return self }
    let (ownSpins, ownStates) = (try grid.joined(spins), try grid.joined(sampledStates))
    guard grid.spin.rank == 0 else { return nil }
    func all<Element: MPIDatatype>(_ own: [Element]) throws -> [Element] {
      try grid.data.gatherVarying(own, root: 0).flatMap { $0 }
    }
    var whole = self
    let (inverseTemperatures, logs) = (try all(places.map(\.inverseTemperature)), try all(places.map(\.logZ)))
    let (targets, steps) = (try all(places.map { Int64($0.target) }), try all(places.map { Int64($0.steps) }))
    whole.places = inverseTemperatures.indices.map {
      PopulationRun.Place(
        inverseTemperature: inverseTemperatures[$0], target: Int(targets[$0]), logZ: logs[$0], steps: Int(steps[$0]))
    }
    whole.families = try all(families)
    whole.spins = try all(ownSpins)
    whole.values = try values.map { try all($0) }
    whole.sampledStates = try all(ownStates)
    whole.sampledEnergies = try all(sampledEnergies)
    return grid.data.rank == 0 ? whole : nil
  }

  /// That of some populations of all.
  func part(_ populations: Range<Int>, of count: Int) -> PopulationCheckpoint {
    let couples = populations.lowerBound / 2..<populations.lowerBound / 2 + populations.count / 2
    func slice<Element>(_ all: [Element], _ range: Range<Int>, of total: Int) -> [Element] {
      let each = total == 0 ? 0 : all.count / total
      return Array(all[range.lowerBound * each..<range.upperBound * each])
    }
    var part = self
    part.places = Array(places[populations])
    part.families = slice(families, populations, of: count)
    part.spins = slice(spins, populations, of: count)
    part.values = PopulationRecord.Quantity.allCases.map { quantity in
      slice(
        values[quantity.rawValue], quantity.isOfPairs ? couples : populations, of: quantity.isOfPairs ? count / 2 : count)
    }
    part.sampledStates = slice(sampledStates, populations, of: count)
    part.sampledEnergies = slice(sampledEnergies, populations, of: count)
    return part
  }
}

// MARK: - File

extension PopulationCheckpoint {
  func file() -> TensorFile {
    var file = TensorFile(metadata: ["sweeps": "\(sweeps)"])
    file.tensors = [
      "places.rate": Tensor(places.map(\.inverseTemperature)), "places.logZ": Tensor(places.map(\.logZ)),
      "places.target": Tensor(places.map { Int64($0.target) }), "places.steps": Tensor(places.map { Int64($0.steps) }),
      "families": Tensor(families), "spins": Tensor(spins), "samples.states": Tensor(sampledStates),
      "samples.energies": Tensor(sampledEnergies),
    ]
    for quantity in PopulationRecord.Quantity.allCases {
      file.tensors["record.\(quantity)"] = Tensor(values[quantity.rawValue])
    }
    return file
  }

  /// - Parameters:
  ///   - shape: a checkpoint of as many populations: what sizes must be.
  ///   - inverseTemperatures: 1/T of the list.
  ///   - source: what a message calls the file.
  /// - Throws: `TensorError` if something is missing, has another size or cannot be.
  init(_ file: TensorFile, like shape: PopulationCheckpoint, inverseTemperatures list: [Double], size: Int, source: String) throws
  {
    let fields = CheckpointFields(file, in: source)
    self = shape
    sweeps = try fields.number("sweeps", upTo: Int(UInt32.max))
    let count = shape.places.count
    let (inverseTemperatures, logs) = (try fields.doubles("places.rate", count), try fields.doubles("places.logZ", count))
    guard inverseTemperatures.allSatisfy({ $0 >= 0 && $0 <= list[list.count - 1] }) else {
      throw TensorError("\(source): tensor `places.rate` has numbers outside 0 to \(list[list.count - 1])")
    }
    let targets = try fields.integers("places.target", count, 0...Int64(list.count))
    let steps = try fields.integers("places.steps", count, 0...Int64(UInt32.max))
    places = inverseTemperatures.indices.map {
      PopulationRun.Place(
        inverseTemperature: inverseTemperatures[$0], target: Int(targets[$0]), logZ: logs[$0], steps: Int(steps[$0]))
    }
    families = try fields.integers("families", shape.families.count, 0...Int64(size - 1))
    spins = try fields.bytes("spins", shape.spins.count)
    for quantity in PopulationRecord.Quantity.allCases {
      values[quantity.rawValue] = try fields.doubles("record.\(quantity)", shape.values[quantity.rawValue].count)
    }
    sampledStates = try fields.bytes("samples.states", shape.sampledStates.count)
    sampledEnergies = try fields.doubles("samples.energies", shape.sampledEnergies.count)
  }
}

// MARK: - Runs

extension PopulationRun {
  /// What this rank's populations go on from.
  var checkpoint: PopulationCheckpoint {
    var spins = [UInt8](repeating: 0, count: families.count * samples.stateBytes)
    for index in families.indices {
      kernel.states.write(lane: firstLane + index, to: &spins, at: index * samples.stateBytes)
    }
    return PopulationCheckpoint(
      sweeps: sweeps, places: places, families: families.map { Int64($0) }, spins: spins, values: record.values,
      sampledStates: samples.states, sampledEnergies: samples.energies)
  }

  /// One of so many populations, for its sizes.
  func emptyCheckpoint(populations: Int) -> PopulationCheckpoint {
    let (bytes, states) = (samples.stateBytes, populations * inverseTemperatures.count * samples.draws)
    return PopulationCheckpoint(
      sweeps: 0, places: [Place](repeating: Place(logZ: 0), count: populations),
      families: [Int64](repeating: 0, count: populations * settings.population),
      spins: [UInt8](repeating: 0, count: populations * settings.population * bytes),
      values: PopulationRecord(temperatures: inverseTemperatures.count, populations: populations).values,
      sampledStates: [UInt8](repeating: 0, count: states * bytes), sampledEnergies: [Double](repeating: 0, count: states))
  }

  /// Writes the state of all ranks, whole or not at all. Collective.
  func save(to store: SamplingStore, populations: Int, seconds: Double) throws {
    guard let whole = try checkpoint.gathered(over: grid) else { return store.noteSaved() }
    try store.write(whole.file(), identity: try RunIdentity(problem, settings, chains: populations), seconds: seconds)
  }

  /// Goes on from the store's checkpoint, if there is one. Collective.
  ///
  /// - Returns: seconds that the run has taken so far.
  func restore(from store: SamplingStore, populations count: Int) throws -> Double {
    guard let file = try store.open(over: grid?.world) else { return 0 }
    try RunIdentity(problem, settings, chains: count).check(file.metadata["identity"] ?? "", path: store.path)
    let whole: PopulationCheckpoint
    do {
      whole = try PopulationCheckpoint(
        file, like: emptyCheckpoint(populations: count), inverseTemperatures: inverseTemperatures, size: settings.population,
        source: store.path)
    } catch { throw SamplerError("\(error)") }
    try restore(whole.part(populations, of: count))
    return store.seconds(of: file)
  }
}

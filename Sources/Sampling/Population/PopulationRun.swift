import Foundation
import Ising
import Kernels
import MPI
import Parallel

/// Populations of one rank that cool down from an infinite temperature: in each step replicas are copied in proportion to `exp(−Δ(1/T) E)`, and
/// then make some sweeps.
///
/// Each population finds steps of its own. Two that are compared wait for each other at the temperatures of the list.
/// Sources: Hukushima & Iba, AIP Conf. Proc. 690, 200 (2003); Machta, Phys. Rev. E 82, 026704 (2010); Wang, Machta & Katzgraber, Phys. Rev.
/// E 92, 063307 (2015).
final class PopulationRun {
  let problem: any SampledProblem
  /// 1/T of the list, ascending.
  let inverseTemperatures: [Double]
  /// Of this rank, by their numbers among all.
  let populations: Range<Int>
  let grid: ProcessGrid?
  private(set) var record: PopulationRecord
  private(set) var samples: KeptSamples
  /// Sweeps so far, the same for all populations.
  private(set) var sweeps = 0

  let settings: SamplerSettings
  let kernel: any ReplicaKernel
  let firstLane: Int
  private(set) var places: [Place]
  /// [population][member].
  private(set) var families: [Int]
  /// Of [population][member].
  private let readings: ReplicaReadings
  private let philox: Philox
  private var laneTemperatures: [UInt16]
  private var size: Int { settings.population }

  /// How far a population is.
  struct Place: Equatable {
    var inverseTemperature = 0.0
    /// The temperature of the list that it goes to; behind the last one at the end.
    var target = 0
    var logZ: Double
    var steps = 0
  }

  /// - Parameter kernel: holds the replicas of these populations, the first of them in lane `firstLane`.
  init(
    _ problem: any SampledProblem, _ settings: SamplerSettings, kernel: any ReplicaKernel, firstLane: Int,
    inverseTemperatures: [Double],
    populations: Range<Int>, draws: Int = 0, over grid: ProcessGrid? = nil
  ) throws {
    self.problem = problem
    self.inverseTemperatures = inverseTemperatures
    self.populations = populations
    self.grid = grid
    self.kernel = kernel
    self.firstLane = firstLane
    self.settings = settings
    record = PopulationRecord(temperatures: inverseTemperatures.count, populations: populations.count)
    samples = KeptSamples(
      draws: draws, stateBytes: kernel.states.stateBytes(of: problem.spinCount), measured: settings.population,
      temperatures: inverseTemperatures.count, chains: populations.count)
    philox = Philox(seed: settings.seed, .resampling)
    let free = problem.spinCount - settings.fixed.count
    places = populations.map { _ in Place(logZ: Double(free) * log(2)) }
    readings = ReplicaReadings(
      problem, kernel: kernel, firstLane: firstLane, count: populations.count * settings.population)
    families = populations.flatMap { _ in 0..<settings.population }
    laneTemperatures = [UInt16](repeating: 0, count: kernel.states.laneCount)
    for index in readings.energies.indices { laneTemperatures[firstLane + index] = UInt16(index / settings.population) }
    kernel.states.randomise(seed: settings.seed)
    kernel.states.fix(settings.fixed)
    kernel.restart()
    try readings.readEnergies()
    try measureArrivals()
  }

  /// Goes on from a checkpoint of this rank's populations.
  func restore(_ checkpoint: PopulationCheckpoint) throws {
    (sweeps, places, families) = (checkpoint.sweeps, checkpoint.places, checkpoint.families.map { Int($0) })
    record.restore(checkpoint.values)
    samples.restore(states: checkpoint.sampledStates, energies: checkpoint.sampledEnergies, drawn: 0)
    for index in families.indices {
      kernel.states.read(lane: firstLane + index, from: checkpoint.spins, at: index * samples.stateBytes)
    }
    kernel.restart()
    try readings.readEnergies()
  }

  /// Whether this rank's populations are at the coldest temperature.
  var isFinished: Bool { places.allSatisfy { $0.target == inverseTemperatures.count } }

  /// The temperatures of the list that all of them have passed.
  var passed: Int { places.map(\.target).min() ?? inverseTemperatures.count }

  /// A step of all populations. Collective over the ranks that share their spins.
  func advance() throws {
    for index in places.indices { cool(index) }
    kernel.take(inverseTemperatures: places.map(\.inverseTemperature))
    kernel.assign(laneTemperatures)
    for _ in 0..<settings.sweepsOfStep {
      try kernel.sweep(number: UInt32(truncatingIfNeeded: sweeps))
      sweeps += 1
    }
    try readings.readEnergies()
    try measureArrivals()
  }

  private func hasArrived(_ index: Int) -> Bool {
    places[index].target < inverseTemperatures.count
      && places[index].inverseTemperature == inverseTemperatures[places[index].target]
  }

  private func cool(_ index: Int) {
    let place = places[index]
    guard place.target < inverseTemperatures.count, !hasArrived(index) else { return }
    let goal = inverseTemperatures[place.target]
    let own = readings.energies[index * size..<(index + 1) * size]
    let whole = goal - place.inverseTemperature
    let step = Resampling.step(own, upTo: whole)
    places[index].logZ += Resampling.logMeanWeight(own, step: step)
    places[index].inverseTemperature = step == whole ? goal : place.inverseTemperature + step
    places[index].steps += 1
    let number = UInt32(truncatingIfNeeded: populations.lowerBound + index)
    let drawn = philox.block(SIMD4(number, UInt32(truncatingIfNeeded: place.steps), 0, 0))
    let sources = Resampling.sources(own, step: step, uniform: (Double(drawn.x) + 0.5) * 0x1p-32)
    let first = firstLane + index * size
    kernel.copy(sources.enumerated().filter { $0.offset != $0.element }.map { (from: first + $0.element, to: first + $0.offset) })
    let before = families[index * size..<(index + 1) * size]
    for (member, source) in sources.enumerated() { families[index * size + member] = before[index * size + source] }
  }

  // MARK: - Measuring

  /// Of couples that are both at the temperature that they went to, and of a last one that has no other.
  private func measureArrivals() throws {
    for couple in 0..<(places.count + 1) / 2 {
      let members = 2 * couple..<min(2 * couple + 2, places.count)
      guard members.allSatisfy(hasArrived) else { continue }
      let temperature = places[members.lowerBound].target
      try measure(members, temperature: temperature)
      for index in members { places[index].target += 1 }
    }
  }

  private func measure(_ members: Range<Int>, temperature: Int) throws {
    let (first, size) = (members.lowerBound * size, size)
    try readings.readStates(
      first..<members.upperBound * size, couples: members.count == 2 ? size : 0, { (first + $0, first + size + $0) })
    func mean(_ values: some Collection<Double>, _ value: (Double) -> Double) -> Double {
      values.reduce(0) { $0 + value($1) } / Double(size)
    }
    for (part, index) in members.enumerated() {
      let own = readings.magnetisations[part * size..<(part + 1) * size]
      record(.absMagnetisation, index, temperature, mean(own) { abs($0) })
      record(.magnetisationSquare, index, temperature, mean(own) { pow($0, 2) })
      record(.magnetisationFourth, index, temperature, mean(own) { pow($0, 4) })
      measureEnergies(index, temperature)
      keepStates(index, temperature)
    }
    guard members.count == 2 else { return }
    let couple = members.lowerBound / 2
    record(.overlapSquare, couple, temperature, mean(readings.overlaps) { pow($0, 2) })
    record(.overlapFourth, couple, temperature, mean(readings.overlaps) { pow($0, 4) })
    record(.linkOverlap, couple, temperature, mean(readings.links) { $0 })
  }

  private func measureEnergies(_ index: Int, _ temperature: Int) {
    let own = readings.energies[index * size..<(index + 1) * size].map { $0 - problem.offset }
    record(.energy, index, temperature, own.reduce(0, +) / Double(size))
    record(.energySquare, index, temperature, own.reduce(0) { $0 + $1 * $1 } / Double(size))
    record(.logZ, index, temperature, places[index].logZ)
    record(.steps, index, temperature, Double(places[index].steps))
    var members = [Int](repeating: 0, count: size)
    for family in families[index * size..<(index + 1) * size] { members[family] += 1 }
    let shares = members.filter { $0 > 0 }.map { Double($0) / Double(size) }
    record(.familySize, index, temperature, Double(size) * shares.reduce(0) { $0 + $1 * $1 })
    record(.familyEntropy, index, temperature, -shares.reduce(0) { $0 + $1 * log($1) })
  }

  private func keepStates(_ index: Int, _ temperature: Int) {
    for draw in 0..<samples.draws {
      let member = draw * size / samples.draws
      samples.take(
        temperature: temperature, chain: index, draw: draw, lane: firstLane + index * size + member, of: kernel.states,
        energy: readings.energies[index * size + member])
    }
  }

  private func record(_ quantity: PopulationRecord.Quantity, _ column: Int, _ temperature: Int, _ value: Double) {
    record.set(quantity, column: column, temperature: temperature, to: value)
  }
}

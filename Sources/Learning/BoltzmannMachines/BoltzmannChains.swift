import Kernels
import Sampling

/// Chains of a Boltzmann machine, a lane each, with the parameters that `ProgrammedReplicas` was given last.
final class BoltzmannChains {
  let machine: ProgrammedReplicas
  let states: ReplicaStates
  /// Chains; with temperatures, each is a ladder of as many lanes.
  let count: Int
  private let inverseTemperatures: AlignedBuffer<Float>
  private let energies: AlignedBuffer<Int64>
  /// The lanes that are averaged: those at temperature 1.
  private let mask: AlignedBuffer<UInt64>
  private let ladder: [Double]
  private var tempering: Tempering?
  private var fields = AlignedBuffer<Int32>(count: 0)

  /// - Parameters:
  ///   - first: the number of the first chain among all, by which noise is counted.
  ///   - firstReplica: of its lanes, where not whole runs of `count` chains come before it.
  ///   - temperatures: of each chain; 1: all are at temperature 1.
  init(_ machine: ProgrammedReplicas, first: Int, count: Int, temperatures: Int = 1, seed: UInt64, firstReplica: Int? = nil) {
    self.machine = machine
    self.count = count
    // Each micro-shard begins a vector of lanes of its own.
    let padded = (count * temperatures + 15) / 16 * 16
    states = machine.states(firstReplica: firstReplica ?? first / max(count, 1) * padded, laneCount: count * temperatures)
    inverseTemperatures = AlignedBuffer(count: states.bitCount)
    energies = AlignedBuffer(count: states.bitCount)
    mask = AlignedBuffer(count: states.stride)
    ladder = (0..<temperatures).map { temperatures == 1 ? 1 : Double($0) / Double(temperatures - 1) }
    if temperatures > 1 { tempering = Tempering(chains: first..<first + count, temperatureCount: temperatures, seed: seed) }
    assign()
  }

  private var temperatures: Int { ladder.count }

  private func assign() {
    for lane in 0..<inverseTemperatures.count {
      inverseTemperatures[lane] = lane < states.laneCount ? Float(ladder[tempering?.temperatures[lane] ?? 0]) : 1
    }
    mask.clear()
    for lane in 0..<states.laneCount where inverseTemperatures[lane] == 1 { mask[lane / 64] |= 1 << UInt64(lane % 64) }
  }

  /// Random states.
  func randomise(seed: UInt64) { states.randomise(seed: seed) }

  /// Sweeps, and counts in how many of the states that are averaged the spins of each pair differ, or a spin is down.
  ///
  /// - Parameter step: how often this was called before, by which noise is counted.
  func run(_ sweeps: BoltzmannSettings.Sweeps, step: Int, into counts: AlignedBuffer<Int32>) {
    run(sweeps, step: step) { machine.countUnequal($0, mask: mask, into: counts) }
  }

  /// Sweeps, and shows the states that are averaged.
  func run(_ sweeps: BoltzmannSettings.Sweeps, step: Int, observe: (ReplicaStates) -> Void) {
    if tempering != nil { countEnergies() }
    for sweep in 0..<sweeps.total {
      let number = UInt32(truncatingIfNeeded: step &* sweeps.total &+ sweep)
      machine.sweep(states, inverseTemperatures: inverseTemperatures, energies: energies, number: number)
      swap(number)
      if sweeps.counts(sweep) { observe(states) }
    }
  }

  private func swap(_ number: UInt32) {
    guard tempering != nil else { return }
    let values = (0..<states.laneCount).map { Double(energies[$0]) * machine.unit }
    // Even pairs of the ladder after even sweeps, odd ones after odd ones, also if each step makes one sweep.
    tempering?.resume(attempts: Int(number % 2))
    if tempering?.swap(energies: values, inverseTemperatures: ladder, sweep: number) == true { assign() }
  }

  /// Energies under new parameters, which sweeps then keep.
  private func countEnergies() {
    let places = machine.layout.free.count
    let lanes = states.paddedLaneCount
    if fields.count == 0 { fields = AlignedBuffer(count: places * lanes) }
    machine.readFields(of: states, at: 0..<places, into: fields)
    var sums = [Int](repeating: 0, count: states.laneCount)
    for place in 0..<places {
      let own = machine.ownField(at: place)
      for lane in 0..<states.laneCount {
        let field = Int(fields[place * lanes + lane]) + own
        sums[lane] += states.isDown(place: place, lane: lane) ? field : -field
      }
    }
    for lane in 0..<states.laneCount { energies[lane] = Int64(sums[lane] / 2) }
  }

  // MARK: - Checkpoints

  /// Spins of all lanes, −1 or 1: [lane][spin].
  var spins: [Int8] {
    let order = machine.layout.own
    var spins = [Int8](repeating: 1, count: states.laneCount * machine.spinCount)
    for lane in 0..<states.laneCount {
      for (place, spin) in order.enumerated() where states.isDown(place: place, lane: lane) {
        spins[lane * machine.spinCount + spin] = -1
      }
    }
    return spins
  }

  /// The place of each lane in its ladder.
  var places: [Int] { tempering?.temperatures ?? [Int](repeating: 0, count: states.laneCount) }

  /// Takes what `spins` and `places` gave.
  func restore(spins: ArraySlice<Int8>, places: ArraySlice<Int>) {
    for lane in 0..<states.laneCount {
      let start = spins.startIndex + lane * machine.spinCount
      states.set(lane: lane, to: Array(spins[start..<start + machine.spinCount]))
    }
    tempering?.resume(temperatures: Array(places), attempts: 0)
    assign()
  }
}

extension ReplicaStates {
  /// Clamps the first spins of one lane; `places` are those of spins.
  func clamp(_ spins: [Int8], lane: Int, places: [Int32]) {
    for (spin, value) in spins.enumerated() { set(place: Int(places[spin]), lane: lane, isDown: value < 0) }
  }
}

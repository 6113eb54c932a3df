import Kernels
import Machines

/// Free phases of any number of samples in the slots of a network: a sample that has settled leaves its slot to the next one.
///
/// A sample ends by its own change and its own number of sweeps. Its states, and what is said of them, are therefore those that it
/// would reach alone, whoever shares the network with it, and a sample that has settled costs nothing while slower ones relax.
public final class SlotRelaxation {
  /// What became of one sample.
  public struct Settled {
    /// Its number among those that were asked for, from 0.
    public var sample: Int
    /// Sweeps until it ended.
    public var sweeps: Int
    /// Of its last sweep.
    public var change: Double
    /// What the output says, one number a class.
    public var prediction: [Float]
    /// 0 if it was not measured.
    public var residual: Double
  }

  private struct Slot {
    var sample: Int
    var sweeps = 0
    var inertia: Inertia?
  }

  private let network: HopfieldNetwork
  private let settings: RelaxationSettings
  private let schedule: UpdateSchedule
  private let capacity: Int
  private let changes: SampleSums
  /// The clamped inputs of samples that wait for a slot.
  private let waiting: SampleStore
  private var waitingSamples = 0..<0
  /// Samples that have settled, until there are so many that their residuals are worth measuring.
  private let settled: SampleStore
  private var results: [Settled] = []
  private var measures = true
  private var slots: [Slot] = []
  private var factors: [Float]

  /// - Parameter capacity: slots, at most as many as samples fit into the network.
  /// - Precondition: `settings.settlesBySample(in: network)`.
  public init(_ settings: RelaxationSettings, of network: HopfieldNetwork, capacity: Int) {
    precondition(settings.settlesBySample(in: network) && 1...network.capacity ~= capacity)
    self.network = network
    self.settings = settings
    self.capacity = capacity
    schedule = UpdateSchedule(settings.order, layout: network.layout, nudged: false)
    changes = SampleSums(network, capacity: capacity)
    waiting = SampleStore(of: network, capacity: capacity, holdsStates: false)
    settled = SampleStore(of: network, capacity: capacity)
    factors = Array(repeating: 1, count: capacity)
  }

  /// Relaxes samples 0 … `count` − 1, which begin at zero. Collective over the strips.
  ///
  /// - Parameters:
  ///   - measures: whether residuals are wanted.
  ///   - load: the images of some samples, one after the other.
  ///   - keep: called of every sample that has settled, with its number and its slot, in which the network has its states.
  ///   - done: called of every sample once, in no order.
  /// - Throws: what `load` throws, or the failure of an exchange between strips.
  public func run(
    count: Int, measures: Bool = true, load: (Range<Int>) throws -> [Float], keep: (Int, Int) throws -> Void = { _, _ in },
    done: (Settled) throws -> Void
  ) throws {
    self.measures = measures
    network.reset()
    (slots, results, waitingSamples) = ([], [], 0..<0)
    var next = 0
    while true {
      while slots.count < capacity, next < count {
        slots.append(Slot(sample: next))
        try fill(slots.count - 1, with: next, of: count, load)
        next += 1
      }
      guard !slots.isEmpty else { break }
      for (index, slot) in slots.enumerated() { factors[index] = slot.inertia?.factor ?? settings.overRelaxation }
      try network.sweepEach(schedule, samples: slots.count, factors: factors, changes: changes)
      for index in slots.indices.reversed() where hasSettled(index) {
        try leave(index, keep, done)
        if next < count {
          slots[index] = Slot(sample: next)
          try fill(index, with: next, of: count, load)
          next += 1
        } else {
          let last = slots.removeLast()
          if index < slots.count {
            slots[index] = last
            try network.finishExchanges()
            network.move(sample: slots.count, to: index)
          }
        }
      }
    }
    try report(done)
    try network.finishExchanges()
  }

  /// Notes the sweep that a sample has made; whether it was its last.
  private func hasSettled(_ index: Int) -> Bool {
    let change = change(of: index)
    slots[index].sweeps += 1
    slots[index].inertia?.note(change)
    return change < Double(settings.free.tolerance) || slots[index].sweeps >= settings.free.sweeps
  }

  private func change(of index: Int) -> Double { changes.relative(sample: index, layers: network.layout.layers.indices) }

  private func fill(_ index: Int, with sample: Int, of count: Int, _ load: (Range<Int>) throws -> [Float]) throws {
    try network.finishExchanges()
    if !waitingSamples.contains(sample) {
      waitingSamples = sample..<min(sample + capacity, count)
      network.clamp(try load(waitingSamples), samples: waitingSamples.count, into: waiting.base)
    }
    network.begin(sample: index, with: waiting.base, at: sample - waitingSamples.lowerBound)
    if settings.takesTurns { slots[index].inertia = settings.freshInertia }
  }

  private func leave(
    _ index: Int, _ keep: (Int, Int) throws -> Void, _ done: (Settled) throws -> Void
  ) throws {
    try network.finishExchanges()
    try keep(slots[index].sample, index)
    if measures { settled.keep(sample: index, as: results.count) }
    results.append(
      Settled(
        sample: slots[index].sample, sweeps: slots[index].sweeps, change: change(of: index),
        prediction: network.prediction(sample: index), residual: 0))
    if results.count == capacity { try report(done) }
  }

  /// Measures the residuals of those that have settled, whose states take the places of the others meanwhile.
  private func report(_ done: (Settled) throws -> Void) throws {
    guard !results.isEmpty else { return }
    if measures {
      try network.finishExchanges()
      settled.swap(count: results.count)
      let residuals = try network.residuals(groups: schedule.groups, samples: results.count)
      settled.swap(count: results.count)
      for (index, residual) in residuals.enumerated() { results[index].residual = residual }
    }
    for result in results { try done(result) }
    results = []
  }
}

extension RelaxationSettings {
  /// Whether free phases end sample by sample: where a tolerance ends them, layers move by the network's own rule or take turns, and
  /// strips exchange their rows every sweep.
  public func settlesBySample(in network: HopfieldNetwork) -> Bool {
    free.tolerance > 0 && (machine.kind == .hopfield || takesTurns) && network.boundary?.settings.every ?? 1 == 1
  }

  /// The inertia with which a free phase begins whose layers take turns.
  var freshInertia: Inertia { Inertia(factor: machine.conjugate.inertia, stepsPerResidual: 2) }
}

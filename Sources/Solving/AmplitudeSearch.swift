import Ising
import Kernels
import Machines

/// The search of a machine that moves all amplitudes at once: batches of replicas, so that fields are matrix products.
struct AmplitudeSearch {
  let problem: any SearchedProblem
  let home: any SpinHome
  let settings: SolverSettings
  let kind: MachineKind
  let record: SearchRecord
  let share: ReadShare

  /// Replicas of a batch when the number of reads is not given: one vector of them, twice that where rows of couplings come from
  /// memory.
  private var standardBatch: Int { problem.density < 0.25 ? 16 : 32 }
  /// Batches that a time limit is divided into, if they get more than the standard number of steps: slower runs end lower, and a few
  /// are needed since any of them may fail.
  private static let batchesPerSearch = 6
  /// Steps between two looks at the energies. A look costs one more field.
  private static let stepsPerLook = 10

  func run() throws {
    if let reads = settings.readRange {
      try run(reads: share.run(of: reads), isAlone: settings.reads == 1)
    } else if settings.time == nil {
      try run(reads: share.run(of: 0..<standardBatch * share.count), isAlone: false)
    } else {
      try runUntilTimeIsOver()
    }
  }

  /// Reads of given numbers, in batches. Batches have room for two at least, unless there is one read in all: the field of a
  /// single replica is added up in another order.
  private func run(reads: Range<Int>, isAlone: Bool) throws {
    guard !reads.isEmpty else { return }
    let batch = isAlone ? 1 : max(2, min(reads.count, 64))
    let system = try system(replicas: batch)
    let tracker = ReplicaTracker(system)
    for first in stride(from: reads.lowerBound, to: reads.upperBound, by: batch) {
      if first > reads.lowerBound, try record.clock.isOver() { break }
      var steps: Int? = kind.standardSteps
      try runBatch(system, tracker, from: first, keeping: min(batch, reads.upperBound - first), wanted: &steps)
    }
  }

  private func runUntilTimeIsOver() throws {
    let batch = standardBatch
    let system = try system(replicas: batch)
    let tracker = ReplicaTracker(system)
    var number = share.place
    var steps: Int?
    repeat {
      try runBatch(system, tracker, from: number * batch, keeping: batch, wanted: &steps)
      number += share.count
    } while try !record.clock.isOver()
  }

  private func system(replicas: Int) throws -> SpinSystem {
    try home.system(replicas: replicas, seed: settings.seed, remembersStates: settings.exchangeEvery > 1)
  }

  /// One batch from its start, as many steps as are given or as fit.
  ///
  /// - Parameter wanted: steps where none are given; chosen by the first batch if `nil`.
  private func runBatch(
    _ system: SpinSystem, _ tracker: ReplicaTracker, from read: Int, keeping count: Int, wanted: inout Int?
  ) throws {
    system.moveReplicas(to: read)
    system.forgetStates()
    guard let machine = kind.amplitudeMachine(system, settings: settings.tuning) else {
      throw SolverError("\(kind.rawValue) visits one spin after the other and has no amplitudes")
    }
    start(machine, from: read)
    tracker.reset()
    let steps = try plannedSteps(machine, from: read, wanted: &wanted)
    for step in 0..<steps {
      if step % Self.stepsPerLook == 0, step > 0, try record.clock.isOver() { break }
      try move(machine, MachineTime(step, of: steps))
      record.spinUpdates += Double(system.shape.spins) * Double(system.shape.replicas)
      if step % Self.stepsPerLook == Self.stepsPerLook - 1 { try look(tracker, machine, counting: count) }
    }
    try look(tracker, machine, counting: count)
    for replica in 0..<count { try record.add(try home.collect(tracker.spins(of: replica), of: system)) }
  }

  private func move(_ machine: any AmplitudeMachine, _ time: MachineTime) throws {
    machine.system.exchanges = time.step % UInt32(settings.exchangeEvery) == 0
    try machine.step(time)
  }

  private func start(_ machine: any AmplitudeMachine, from read: Int) {
    guard !settings.initialStates.isEmpty else { return machine.start() }
    let states = (0..<min(machine.system.shape.replicas, settings.initialStates.count)).map {
      settings.start(of: read + $0) ?? []
    }
    machine.start(from: states.map { state in machine.system.identifiers.map { state[Int($0)] } }, scale: 0.5)
  }

  private func look(_ tracker: ReplicaTracker, _ machine: any AmplitudeMachine, counting count: Int) throws {
    guard let replica = try tracker.look(at: machine.states, counting: count) else { return }
    try record.pass(try home.collect(tracker.spins(of: replica), of: machine.system))
  }

  /// The number of steps that is given or wanted, or fewer if one batch of them would not fit into what time is left.
  private func plannedSteps(_ machine: any AmplitudeMachine, from read: Int, wanted: inout Int?) throws -> Int {
    if let steps = settings.steps { return steps }
    guard record.clock.isLimited else { return wanted ?? kind.standardSteps }
    let trial = 4
    // The first step takes its memory.
    try move(machine, MachineTime(0, of: kind.standardSteps))
    let before = try record.clock.left()
    for step in 0..<trial { try move(machine, MachineTime(step, of: kind.standardSteps)) }
    let each = max(before - (try record.clock.left()), 1e-7) / Double(trial)
    start(machine, from: read)
    let fitting = Int(min(0.9 * (try record.clock.left()) / each, 1e9))
    let steps = wanted ?? max(kind.standardSteps, fitting / Self.batchesPerSearch)
    wanted = steps
    return max(10, min(steps, fitting))
  }
}

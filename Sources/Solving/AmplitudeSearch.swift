import Ising
import Kernels
import Machines

/// The search of a machine that moves all amplitudes at once: batches of replicas, so that fields are matrix products.
struct AmplitudeSearch {
  let problem: IsingProblem
  let couplings: SpinCouplings
  let settings: SolverSettings
  let kind: MachineKind
  let record: SearchRecord
  let share: ReadShare

  /// Replicas of a batch when the number of reads is not given: one vector of them, twice that where rows of couplings come from memory.
  private var standardBatch: Int { problem.density < 0.25 ? 16 : 32 }
  /// Steps between two looks at the energies. A look costs one more field.
  private static let stepsPerLook = 10

  func run() throws {
    let reads = settings.reads.map { share.readCount(of: $0) }
    let batch = min(reads ?? standardBatch, 64)
    guard batch > 0 else { return }
    let system = SpinSystem(
      couplings.field(replicas: batch), fieldScale: couplings.fieldScale, seed: settings.seed, firstReplica: share.place * batch)
    let tracker = ReplicaTracker(system)
    let whole = reads ?? (settings.time == nil ? batch : Int.max)
    var done = 0
    while done < whole, done == 0 || !record.clock.isOver {
      try runBatch(system, tracker, batchNumber: done / batch, keeping: min(batch, whole - done))
      done = done > Int.max - batch ? whole : done + batch
    }
  }

  /// One batch from its start, as many steps as are given or as fit.
  private func runBatch(_ system: SpinSystem, _ tracker: ReplicaTracker, batchNumber: Int, keeping count: Int) throws {
    system.moveReplicas(to: (batchNumber * share.count + share.place) * system.shape.replicas)
    let machine = try kind.amplitudeMachine(system, settings: settings)
    if let initial = settings.initial { machine.start(from: initial, scale: 0.5) } else { machine.start() }
    tracker.reset()
    let steps = try plannedSteps(machine)
    for step in 0..<steps {
      if step > 0, record.clock.isOver { break }
      try machine.step(MachineTime(step, of: steps))
      record.spinUpdates += Double(system.shape.spins * system.shape.replicas)
      if step % Self.stepsPerLook == Self.stepsPerLook - 1 { try look(tracker, machine) }
    }
    try look(tracker, machine)
    for replica in 0..<count { try record.add(tracker.spins(of: replica)) }
  }

  private func look(_ tracker: ReplicaTracker, _ machine: any AmplitudeMachine) throws {
    if let replica = try tracker.look(at: machine.states) { try record.pass(tracker.spins(of: replica)) }
  }

  /// The standard number of steps, or fewer if one batch of them would not fit into what time is left.
  private func plannedSteps(_ machine: any AmplitudeMachine) throws -> Int {
    if let steps = settings.steps { return steps }
    guard record.clock.left.isFinite else { return kind.standardSteps }
    let trial = 4
    let before = record.clock.seconds
    for step in 0..<trial { try machine.step(MachineTime(step, of: kind.standardSteps)) }
    let each = max(record.clock.seconds - before, 1e-7) / Double(trial)
    if let initial = settings.initial { machine.start(from: initial, scale: 0.5) } else { machine.start() }
    return max(10, min(kind.standardSteps, Int(min(0.9 * record.clock.left / each, 1e9))))
  }
}

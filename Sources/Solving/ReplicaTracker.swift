import Kernels
import Machines

/// The best spins of each replica of a batch.
final class ReplicaTracker {
  private let meter: EnergyMeter
  private let best: AlignedBuffer<Double>
  private let states: AlignedBuffer<Int8>
  private let shape: ReplicaShape
  private var lowest = Double.infinity

  init(_ system: SpinSystem) {
    shape = system.shape
    meter = EnergyMeter(system)
    best = AlignedBuffer(count: shape.replicas)
    states = AlignedBuffer(count: shape.replicas * shape.spins)
    reset()
  }

  /// For a new batch. What is the lowest of all batches is remembered.
  func reset() {
    for replica in 0..<shape.replicas { best[replica] = .infinity }
  }

  /// Works out the energies and keeps what is better than before.
  ///
  /// - Parameter count: the replicas that count, from the first on; others only fill the batch, and are other ranks' reads.
  /// - Returns: the replica that now has the lowest energy of all batches; `nil` if none is lower than before. Energies are those
  ///   of all ranks' spins, so all have one answer.
  func look(at amplitudes: AlignedBuffer<Float>, counting count: Int) throws -> Int? {
    try meter.look(at: amplitudes)
    var leader: Int?
    for replica in 0..<count where meter.energies[replica] < best[replica] {
      best[replica] = meter.energies[replica]
      let offset = replica * shape.spins
      for spin in 0..<shape.spins { states[offset + spin] = meter.spins[spin * shape.stride + replica] < 0 ? -1 : 1 }
      if best[replica] < lowest {
        lowest = best[replica]
        leader = replica
      }
    }
    return leader
  }

  func spins(of replica: Int) -> [Int8] {
    (0..<shape.spins).map { states[replica * shape.spins + $0] }
  }
}

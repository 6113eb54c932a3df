import Host
import Kernels
import MPI

/// How fast this job's ranks compute and talk, measured in a moment: what predictions are made from.
package struct MachineSpeed: Sendable {
  /// Floating-point operations a second of one rank.
  package var operations: Double
  /// Seconds that a short message takes.
  package var latency: Double
  /// Bytes a second of a long message.
  package var bandwidth: Double

  /// Given speeds, in operations a second, seconds a message, and bytes a second.
  package init(operations: Double, latency: Double, bandwidth: Double) {
    self.operations = operations
    self.latency = latency
    self.bandwidth = bandwidth
  }

  /// Measures it: every rank computes, and passes messages around a ring. Collective; the slowest rank counts.
  package static func measured(over world: Communicator) throws -> MachineSpeed {
    let peak = try world.allreduce(InstructionSet.current.measuredPeak(slices: 3), .min)
    let short = try ringTime(bytes: 8, rounds: 10, blocks: 5, over: world)
    let length = 1 << 20
    let long = try ringTime(bytes: length, rounds: 3, blocks: 3, over: world)
    // Where ranks share a busy core a short message can take as long as a long one; at least half of the long one's time is its bytes'.
    return MachineSpeed(operations: peak, latency: short, bandwidth: Double(length) / max(long - short, long / 2))
  }

  /// Seconds for passing a message to the next rank while one comes in: the mean of some rounds, since in a single one the message
  /// of a rank that is ahead is there already; the best of several blocks of them.
  private static func ringTime(bytes: Int, rounds: Int, blocks: Int, over world: Communicator) throws -> Double {
    let outgoing = AlignedBuffer<UInt8>(count: bytes)
    let incoming = AlignedBuffer<UInt8>(count: bytes)
    var best = Double.infinity
    try world.barrier()
    for _ in 0..<blocks {
      let start = Profile.now
      for _ in 0..<rounds {
        try withExtendedLifetime((outgoing, incoming)) {
          _ = try world.sendReceive(
            UnsafeBufferPointer(outgoing.unsafeElements), to: (world.rank + 1) % world.size, into: incoming.unsafeElements,
            from: (world.rank + world.size - 1) % world.size)
        }
      }
      best = min(best, (Profile.now - start) / Double(rounds))
    }
    return try world.allreduce(best, .max)
  }
}

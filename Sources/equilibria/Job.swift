import Kernels
import MPI

/// What a command does on every rank.
enum Job {
  /// Runs `body` under MPI; what it throws ends the whole job with one message.
  ///
  /// - Parameter body: takes the communicator of all ranks, and returns the exit code.
  static func run(_ body: (Communicator) throws -> Int32) -> Never {
    Environment.run { world in
      try InstructionSet.checkEnvironment()
      return try body(world)
    }
  }
}

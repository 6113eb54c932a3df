import Testing

@testable import MPI

/// All suites that use MPI. They run one after another in the same order on all ranks, since most operations are collective, and
/// hold on any number of ranks, one included.
@Suite(.serialized) struct AcrossRanks {
  /// MPI starts with the first test that asks for it, and ends with the process.
  static let environment = Result { try Environment.initialize(finalizesAtExit: true) }

  static var world: Communicator {
    get throws { try environment.get().world }
  }
}

/// Values that tell their maker: `rank`, `rank + 100`, `rank + 200`, ….
func marked<T: BinaryInteger>(_ rank: Int, _ count: Int) -> [T] {
  (0..<count).map { T(rank + 100 * $0) }
}

/// The error that an operation throws, which must be one of the library's.
func mpiError(_ body: () throws -> Void) throws -> MPIError {
  try #require(throws: MPIError.self) { try body() }
}

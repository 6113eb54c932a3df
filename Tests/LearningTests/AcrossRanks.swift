import Foundation
import MPI
import Testing

/// Suites that train. They run one after another in the same order on all ranks, since steps are collective, and only under
/// `mpirun`: MPI takes calls from one thread at a time, and without it other modules' tests run beside these.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["PMI_RANK"] != nil, "needs mpirun")) struct AcrossRanks {
  /// MPI starts with the first test that asks for it, and ends with the process.
  static let environment = Result { try Environment.initialize(finalizesAtExit: true) }
}

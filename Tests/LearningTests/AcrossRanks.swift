import Foundation
import MPI
import Testing

/// Suites that train. They run one after another in the same order on all ranks, since steps are collective, and only under
/// `mpirun`: MPI takes calls from one thread at a time, and without it other modules' tests run beside these.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["PMI_RANK"] != nil, "needs mpirun")) struct AcrossRanks {
  /// MPI starts with the first test that asks for it, and ends with the process.
  static let environment = Result { try Environment.initialize(finalizesAtExit: true) }

  /// The cases that a suite takes: all of them, but every fourth on more than four ranks, which share a core with others on most
  /// machines that test. `scripts/test --all` takes all of them there as well.
  static func taken<Case>(_ cases: [Case]) -> [Case] {
    let variables = ProcessInfo.processInfo.environment
    guard let ranks = variables["PMI_SIZE"].flatMap({ Int($0) }), ranks > 4, variables["EQUILIBRIA_ALL_CASES"] == nil else {
      return cases
    }
    return stride(from: 0, to: cases.count, by: 4).map { cases[$0] }
  }
}

import Foundation

/// The cases that a suite over ranks takes: all of them, but every fourth on more than `limit` ranks, which share a core with others on
/// most machines that test. `scripts/test --all` takes all of them there as well.
public func casesTaken<Case>(_ cases: [Case], upTo limit: Int = 4) -> [Case] {
  let variables = ProcessInfo.processInfo.environment
  guard let ranks = variables["PMI_SIZE"].flatMap({ Int($0) }), ranks > limit, variables["EQUILIBRIA_ALL_CASES"] == nil else {
    return cases
  }
  return stride(from: 0, to: cases.count, by: 4).map { cases[$0] }
}

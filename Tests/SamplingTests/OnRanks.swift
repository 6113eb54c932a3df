import TestTools
import Testing

/// The suites of ``AcrossRanks`` under MPICH's launcher, a job for each number of ranks.
@Suite(.disabled(if: TestJob.isRunning, "runs outside jobs")) struct OnRanks {
  @Test(arguments: TestJob.rankCounts) func allSuitesPass(ranks: Int) async throws {
    try await TestJob.expectPass(#"^SamplingTests\.AcrossRanks/"#, ranks: ranks)
  }
}

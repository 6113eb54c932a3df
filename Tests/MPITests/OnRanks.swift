import TestTools
import Testing

/// All suites under MPICH's launcher, a job for each number of ranks. Scenarios are skipped: each is a job of `Tests/system/test_mpi.py`.
@Suite(.disabled(if: TestJob.isRunning, "runs outside jobs")) struct OnRanks {
  @Test(arguments: TestJob.rankCounts) func allSuitesPass(ranks: Int) async throws {
    try await TestJob.expectPass(#"^MPITests\."#, ranks: ranks, allowsSkips: true)
  }
}

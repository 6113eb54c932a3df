import TestTools
import Testing

/// Jobs under MPICH's launcher fail where they must.
@Suite(.disabled(if: TestJob.isRunning, "runs outside jobs")) struct TestJobTests {
  private func message(_ suites: String, ranks: Int, seconds: Int = 100) async throws -> String {
    let error = await #expect(throws: TestJob.Failure.self) {
      try await TestJob.expectPass(suites, ranks: ranks, environment: ["MPI_TESTS_SCENARIO": "failing-test"], seconds: seconds)
    }
    return error?.description ?? ""
  }

  @Test func aJobThatFindsNoTestFails() async throws {
    #expect(try await message("^MPITests.NoSuchSuite", ranks: 2).contains("tests passed in 0 of 2 processes"))
  }

  /// One rank of two fails its test.
  @Test func aTestThatFailsOnOneRankFailsTheJob() async throws {
    #expect(try await message(#"^MPITests\.AcrossRanks/ScenarioTests/failingTest"#, ranks: 2).contains("recorded an issue"))
  }

  /// Trainings on two ranks, which take far more than a second.
  @Test func aJobThatTakesTooLongIsEnded() async throws {
    let message = try await message(#"^LearningTests\.AcrossRanks/"#, ranks: 2, seconds: 1)
    #expect(message.contains("not finished within 1 seconds"))
  }
}

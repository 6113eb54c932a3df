import Testing

@testable import MPI

extension AcrossRanks {
  @Suite struct EnvironmentTests {
    let environment: Environment

    init() throws {
      environment = try AcrossRanks.environment.get()
    }

    @Test func initializingAgainChangesNothing() throws {
      #expect(try Environment.initialize().world == environment.world)
      #expect(Environment.current?.world == Communicator.world)
      #expect(!Environment.isFinalized)
    }

    @Test func threadsMayTakeTurns() {
      #expect(environment.threadLevel >= .serialized)
      #expect(ThreadLevel.allCases == ThreadLevel.allCases.sorted())
    }

    @Test func theLibraryNamesItself() {
      #expect(Environment.libraryVersion.contains("MPICH"))
      #expect(Environment.shortLibraryVersion.hasPrefix("MPICH 4"))
      #expect(Environment.standardVersion.major >= 4)
      #expect(!Environment.processorName.isEmpty)
    }

    @Test func theClockRuns() {
      let start = Environment.wallTime
      #expect(Environment.wallTime >= start)
      #expect(Environment.wallTimeResolution > 0)
    }

    @Test func theNodesHoldAllRanks() throws {
      let world = environment.world
      #expect(1...world.size ~= environment.node.size)
      #expect(environment.processorsOnNode >= 1)
      let nodeLeaders = try world.allreduce(environment.node.rank == 0 ? 1 : 0, .sum)
      #expect(nodeLeaders == environment.nodes)
      #expect(environment.isOversubscribed == (environment.node.size > environment.processorsOnNode))
    }

    @Test func selfIsAlone() {
      #expect(Communicator.selfOnly.rank == 0)
      #expect(Communicator.selfOnly.size == 1)
    }

    @Test func oneRankSpeaksForTheNode() throws {
      let claim = try FirstError(node: environment.node)
      let speakers = try environment.node.allreduce(claim.claim() ? 1 : 0, .sum)
      #expect(speakers == 1)
      try claim.free()
    }
  }
}

/// What the launcher says is plain text, so it needs no ranks.
@Suite struct LauncherTests {
  private func mismatch(_ variables: [String: String], worldSize: Int) -> String? {
    Launcher { variables[$0] }.mismatch(worldSize: worldSize, library: "MPICH 4")
  }

  @Test func agreementIsNoMismatch() {
    #expect(mismatch([:], worldSize: 1) == nil)
    #expect(mismatch(["PMI_SIZE": "4"], worldSize: 4) == nil)
    #expect(mismatch(["SLURM_STEP_NUM_TASKS": "2", "PMI_SIZE": "8"], worldSize: 8) == nil)
    #expect(mismatch(["SLURM_STEP_NUM_TASKS": "1"], worldSize: 1) == nil)
  }

  @Test func anotherLauncherIsNamed() throws {
    let text = try #require(mismatch(["OMPI_COMM_WORLD_SIZE": "4"], worldSize: 1))
    #expect(text.contains("Open MPI's mpirun started 4 processes"))
    #expect(text.contains("MPICH 4 finds 1"))
    #expect(mismatch(["PMI_SIZE": "2"], worldSize: 1) != nil)
    #expect(mismatch(["SLURM_STEP_NUM_TASKS": "2"], worldSize: 1)?.contains("--mpi=pmi2") == true)
  }

  @Test func theLauncherKnowsTheRank() {
    #expect(Launcher { ["PMI_RANK": "3"][$0] }.rank == 3)
    #expect(Launcher { _ in nil }.rank == nil)
  }
}

import Foundation
import Testing

@testable import MPI

/// What ends a job cannot be tested inside one, so each scenario here is a run of its own: `Tests/system/test_mpi.py` names it in
/// `MPI_TESTS_SCENARIO`, and looks at the exit code and the output of `mpirun`.
private func isScenario(_ name: String) -> Bool {
  ProcessInfo.processInfo.environment["MPI_TESTS_SCENARIO"] == name
}

private struct Trouble: Error, CustomStringConvertible {
  let description = "the scenario's own trouble"
}

extension AcrossRanks {
  @Suite struct ScenarioTests {
    /// A failing test on one rank makes the run fail.
    @Test(.enabled(if: isScenario("failing-test"))) func failingTest() throws {
      let world = try AcrossRanks.world
      #expect(world.rank != world.size - 1, "fails on purpose")
      try world.barrier()
    }

    /// One rank throws while the others wait for it.
    @Test(.enabled(if: isScenario("one-error"))) func oneError() {
      Environment.run { world in
        if world.rank == world.size - 1 { throw Trouble() }
        try world.barrier()
        return 0
      }
    }

    /// All ranks throw at once.
    @Test(.enabled(if: isScenario("all-errors"))) func allErrors() {
      let code = { (_: any Error) -> Int32 in 7 }
      Environment.run(exitCodeForError: code) { _ in throw Trouble() }
    }

    /// One rank asks for an exit code.
    @Test(.enabled(if: isScenario("exit-code"))) func exitCode() {
      Environment.run { world in world.rank == world.size - 1 ? 3 : 0 }
    }

    /// All is well, and what was printed last is not lost.
    @Test(.enabled(if: isScenario("success"))) func success() {
      Environment.run { world in
        print("rank \(world.rank) on one of \(Environment.required.nodes) nodes")
        return 0
      }
    }

    /// The program in the documentation.
    @Test(.enabled(if: isScenario("example"))) func example() {
      program()
    }

    /// One rank never comes to the barrier.
    @Test(.enabled(if: isScenario("deadline"))) func deadline() {
      Environment.run { world in
        var world = world
        world.deadline = .milliseconds(200)
        if world.rank == world.size - 1 {
          while true { Platform.sleep(milliseconds: 1000) }
        }
        do {
          try world.barrier()
        } catch {
          // The barrier is still known to MPI, so nothing may follow it.
          guard Failures.hasAbandonedOperation, (try? world.allgather(1)) == nil else { return 99 }
          throw error
        }
        return 0
      }
    }

    /// One rank never comes to a gathering of arrays, on a communicator that was split off; the others call the roll by themselves, and
    /// then can only end with an error.
    @Test(.enabled(if: isScenario("roll-call"))) func rollCall() {
      Environment.run { world in
        var world = world
        world.deadline = .seconds(30)
        world.rollCall = try RollCall(world)
        var part = try world.split(color: 0, key: world.rank)
        guard part.rollCall === world.rollCall, part.deadline == world.deadline else { return 97 }
        if world.rank == 1 {
          while true { Platform.sleep(milliseconds: 1000) }
        }
        part.deadline = .milliseconds(200)
        do {
          _ = try part.allgatherVarying([world.rank])
          return 98
        } catch let error as MPIError {
          guard error.absent == [RollCall.Absence(rank: 1, host: Environment.processorName)] else { return 99 }
          guard Failures.hasAbandonedOperation, (try? world.allgather(1)) == nil else { return 96 }
          throw error
        }
      }
    }

    /// All are there.
    @Test(.enabled(if: isScenario("full-roll-call"))) func fullRollCall() {
      Environment.run { world in
        let roll = try RollCall(world)
        return roll.absent(within: .seconds(60)).isEmpty ? 5 : 99
      }
    }

    /// One operation of a group is never over.
    @Test(.enabled(if: isScenario("group-deadline"))) func groupDeadline() {
      Environment.run { world in
        var impatient = world
        impatient.deadline = .milliseconds(50)
        let memory = UnsafeMutableBufferPointer<Int>.allocate(capacity: 1)
        var requests = RequestGroup()
        requests.add(try impatient.ireceive(into: memory, from: world.rank, tag: 5))
        requests.add(try impatient.isend([1], to: world.rank, tag: 6))
        _ = try world.receive(Int.self, from: world.rank, tag: 6)
        try requests.waitAll()
        return 0
      }
    }

    /// Another MPI's launcher, played by its variables, has started the program, so the body must not run.
    @Test(.enabled(if: isScenario("wrong-launcher"))) func wrongLauncher() {
      Environment.run { _ in 0 }
    }

    /// A request is forgotten.
    @Test(.enabled(if: isScenario("dropped-request"))) func droppedRequest() {
      Environment.run { world in
        _ = try world.ireceive(Int.self, count: 1, from: world.rank, tag: 5)
        return 0
      }
    }

    /// A request is dropped by an error of the library on its way out: the error is what the user sees.
    @Test(.enabled(if: isScenario("dropped-by-error"))) func droppedByError() {
      Environment.run { world in
        let receiving = try world.ireceive(Int.self, count: 1, from: world.rank, tag: 5)
        try world.send([1], to: world.size + 7)
        _ = try receiving.wait()
        return 0
      }
    }
  }
}

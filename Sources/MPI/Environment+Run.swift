internal import CMPI

extension Environment {
  /// The exit code of a job in which an error was thrown, unless the program chooses another: `EX_SOFTWARE` of sysexits.h.
  public static let errorExitCode: Int32 = 70

  /// Runs a program under MPI from start to end, and leaves the process.
  ///
  /// - If every rank's body returns, the ranks agree on the largest exit code, write out what they have printed, wait for each
  ///   other and leave together, so that the launcher sees one code.
  /// - If a body throws, the error is printed once, with the rank that has it, and the whole job ends at once
  ///   (`MPI_Abort`), since the other ranks may be waiting for this one.
  ///
  /// - Parameters:
  ///   - exitCodeForError: the exit code of the job for an error, 1 … 255.
  ///   - body: the program. It returns this rank's exit code, 0 … 255.
  public static func run(
    exitCodeForError: (any Error) -> Int32 = { _ in errorExitCode }, _ body: (Communicator) throws -> Int32
  ) -> Never {
    run(deadline: nil, exitCodeForError: exitCodeForError, body)
  }

  /// The same, with an end to waiting.
  ///
  /// - Parameters:
  ///   - deadline: how long any wait of the body's communicator may take, and the common end; after a longer one the error says which
  ///     ranks do not answer. `nil` for ever.
  ///   - exitCodeForError: the exit code of the job for an error, 1 … 255.
  ///   - body: the program. It returns this rank's exit code, 0 … 255.
  package static func run(
    deadline: Duration?, exitCodeForError: (any Error) -> Int32, _ body: (Communicator) throws -> Int32
  ) -> Never {
    do {
      let environment = try initialize()
      var world = environment.world
      if deadline != nil {
        world.deadline = deadline
        world.rollCall = try RollCall(world)
      }
      let code = try body(world)
      try environment.leave(code, with: world)
    } catch {
      abort(error, code: exitCodeForError(error))
    }
  }

  /// Prints an error once and ends the job with an exit code (`MPI_Abort`; MPI 4.0, section 9.5).
  ///
  /// Several ranks may fail at once. One rank a node speaks; the other nodes give the first a moment to end the job.
  public static func abort(_ error: any Error, code: Int32) -> Never {
    let code = validExitCode(code, isError: true)
    Platform.flushStreams()
    guard let environment = current else { abortBeforeStart(error, code: code) }
    if environment.firstError.claim() {
      if !environment.isOnFirstNode { Platform.sleep(milliseconds: 300) }
      Platform.printError(report(error, on: environment.world))
      // An abort makes the launcher drop what it has not forwarded yet, so the message gets a head start.
      Platform.sleep(milliseconds: 100)
    } else {
      // The rank that has spoken ends this process. Should it not, this one ends by itself.
      Platform.sleep(milliseconds: 10_000)
    }
    if environment.world.size == 1 { endAlone(code) }
    abortSilently(code)
  }

  /// Ends a job of one rank, which has nobody to wait for.
  ///
  /// For such a job `MPI_Abort` is no more than `exit`. MPICH's launcher (4.0) takes a process that leaves without `MPI_Finalize` for
  /// a crash, and replaces its exit code by 1 if it happens to ask for the code before it sees the connection close.
  private static func endAlone(_ code: Int32) -> Never {
    Platform.exit(code, saying: nil, afterSeconds: 5)
    MPI_Finalize()
    Platform.cancelTimedExit()
    Platform.exit(code)
  }

  /// Without a working MPI each process answers for itself; the launcher's numbers, if any, choose the one that speaks.
  private static func abortBeforeStart(_ error: any Error, code: Int32) -> Never {
    if Launcher().rank ?? 0 == 0 {
      Platform.printError("Error: \(error)")
    } else {
      Platform.sleep(milliseconds: 300)
    }
    var isInitialized: Int32 = 0
    MPI_Initialized(&isInitialized)
    if isInitialized != 0, !isFinalized { abortSilently(code) }
    Platform.exitNow(code)
  }

  /// Ends the job without a word more: MPICH prints a line for every abort, if only `Abort(70) on node 0 (rank 0 in comm 0): ` where its
  /// message is suppressed.
  private static func abortSilently(_ code: Int32) -> Never {
    Platform.silenceErrors()
    MPI_Abort(MPI_COMM_WORLD, code)
    Platform.exitNow(code)
  }

  private static func report(_ error: any Error, on world: Communicator) -> String {
    world.size == 1 ? "Error: \(error)" : "Error on \(world) (\(processorName)): \(error)"
  }

  /// Ends a job in which every rank has finished.
  private func leave(_ code: Int32, with world: Communicator) throws -> Never {
    let agreed = try world.allreduce(Self.validExitCode(code, isError: false), .max)
    Platform.flushStreams()
    try world.barrier()
    if nodes > 1 {
      // `MPI_Finalize` hangs at times over UCX and TCP. A failure is reported by an abort then, which does not wait for anyone.
      // A success has to try, since the launcher may take a process that leaves without it for a crash. When it hangs, one rank
      // waits for a connection to be flushed by a peer that already waits for the launcher; without connections both go on.
      if agreed != 0 { Self.abortSilently(agreed) }
      Connections.cut(afterSeconds: 2)
    }
    try Self.finalize()
    Platform.cancelTimedExit()
    Platform.exit(agreed)
  }

  /// What the operating system would cut to eight bits, perhaps to 0, becomes 255; and an error is never 0.
  private static func validExitCode(_ code: Int32, isError: Bool) -> Int32 {
    if code == 0, isError { return errorExitCode }
    return 0...255 ~= code ? code : 255
  }
}

internal import CMPI
import Synchronization

/// MPI in this process: its start and end, and what it says about itself (MPI 4.0, chapters 9 and 11).
///
/// A program under MPI is one call:
///
/// ```swift
/// Environment.run { world in
///   let total = try world.allreduce(world.rank, .sum)
///   if world.rank == 0 { print("the ranks add up to \(total)") }
///   return 0
/// }
/// ```
public struct Environment: Sendable {
  /// All processes of the job.
  public let world: Communicator
  /// The calling process alone.
  public let selfOnly: Communicator
  /// The ranks on the caller's node, in the order of the world.
  public let node: Communicator
  /// The number of nodes in the job.
  public let nodes: Int
  /// The processors of the caller's node that its ranks may run on, together.
  public let processorsOnNode: Int
  /// What MPI provides, at least ``ThreadLevel/serialized``.
  public let threadLevel: ThreadLevel
  let isOnFirstNode: Bool
  let firstError: FirstError

  /// Whether the node has more ranks than processors. Waits yield from the first moment then.
  public var isOversubscribed: Bool { node.size > processorsOnNode }

  private static let state = Mutex<Environment?>(nil)

  /// The environment, once MPI is initialised.
  public static var current: Environment? { state.withLock { $0 } }

  static var required: Environment {
    guard let current else {
      fatalError("MPI is not initialised: use Communicator.world inside Environment.run, or call Environment.initialize first")
    }
    return current
  }

  /// Initialises MPI (`MPI_Init_thread`; section 11.2) unless it is already. Collective over the job.
  ///
  /// Programs use ``run(exitCodeForError:_:)`` instead. This is for those whose start and end are not their own, such as tests.
  ///
  /// - Parameter finalizesAtExit: whether `exit` finalises MPI, without which the launcher may take a failure for success.
  /// - Throws: ``MPIError`` if threads may not take turns in calling MPI, or if the launcher belongs to another MPI.
  @discardableResult
  public static func initialize(finalizesAtExit: Bool = false) throws -> Environment {
    try state.withLock { state in
      if let state { return state }
      Connections.rememberInherited()
      let environment = try Environment(threadLevel: try initializeLibrary())
      state = environment
      if finalizesAtExit {
        Platform.atExit { try? Environment.finalize() }
      }
      return environment
    }
  }

  /// Ends MPI (`MPI_Finalize`; section 11.2). Collective; nothing of this library may be used afterwards. Does nothing if
  /// MPI is not running.
  ///
  /// Over UCX and TCP `MPI_Finalize` is known to hang at times; ``run(exitCodeForError:_:)`` does not let it.
  public static func finalize() throws {
    guard let environment = current, !isFinalized else { return }
    if !Failures.hasAbandonedOperation { try environment.firstError.free() }
    try check(MPI_Finalize(), "finalize")
  }

  /// Whether MPI has ended in this process (`MPI_Finalized`).
  public static var isFinalized: Bool {
    var flag: Int32 = 0
    MPI_Finalized(&flag)
    return flag != 0
  }

  /// The environment variable that says how many seconds MPI may take to start.
  static let startVariable = "EQUILIBRIA_START_SECONDS"

  /// A launcher that is stopped or loses a node at the wrong moment leaves processes that wait for its answer for ever.
  private static func limitStart() {
    let launcher = Launcher()
    // A minute, and one more for every 600 ranks.
    let usual = 60 + UInt32(clamping: (launcher.size ?? 1) / 10)
    let seconds = Platform.environmentVariable(startVariable).flatMap { UInt32($0) } ?? usual
    let speaks = launcher.rank ?? 0 == 0
    let message = "MPI has not started within \(seconds) seconds (\(startVariable)); is the launcher still there, and every node?"
    Platform.exit(errorExitCode, saying: speaks ? message : nil, afterSeconds: seconds)
  }

  private static func initializeLibrary() throws -> ThreadLevel {
    // MPICH would repeat the call for an abort whose reason is already printed.
    Platform.setEnvironmentDefault("MPIR_CVAR_SUPPRESS_ABORT_MESSAGE", "1")
    var isInitialized: Int32 = 0
    MPI_Initialized(&isInitialized)
    var provided: Int32 = MPI_THREAD_SINGLE
    if isInitialized != 0 {
      try check(MPI_Query_thread(&provided), "initialize")
    } else {
      limitStart()
      try check(MPI_Init_thread(nil, nil, MPI_THREAD_SERIALIZED, &provided), "initialize")
      Platform.cancelTimedExit()
    }
    Platform.disableUCXSignalHandlers()
    let level = ThreadLevel(code: provided) ?? .single
    if level < .serialized {
      throw MPIError(
        operation: "initialize", errorClass: .other,
        message: "\(shortLibraryVersion) provides \(level), but \(ThreadLevel.serialized) is needed: "
          + "Swift may move work between threads")
    }
    return level
  }

  private init(threadLevel: ThreadLevel) throws {
    let world = try Communicator(handle: MPI_COMM_WORLD, operation: "initialize")
    if let mismatch = Launcher().mismatch(worldSize: world.size, library: Self.shortLibraryVersion) {
      throw MPIError(operation: "initialize", errorClass: .other, message: mismatch)
    }
    let node = try world.splitShared(key: world.rank)
    var mask = Platform.processorMask()
    try node.allreduce(&mask, .bitwiseOr)
    self.world = world
    self.selfOnly = try Communicator(handle: MPI_COMM_SELF, operation: "initialize")
    self.node = node
    self.threadLevel = threadLevel
    nodes = try world.allreduce(node.rank == 0 ? 1 : 0, .sum)
    isOnFirstNode = try node.broadcast(world.rank, root: 0) == 0
    processorsOnNode = Swift.max(mask.reduce(0) { $0 + $1.nonzeroBitCount }, 1)
    firstError = try FirstError(node: node)
    Waiting.adapt(toOversubscription: node.size > processorsOnNode)
  }
}

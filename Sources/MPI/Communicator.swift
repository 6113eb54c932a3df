internal import CMPI

/// A group of processes that talk among themselves (MPI 4.0, chapter 7).
///
/// A communicator is a small value: a handle, the caller's rank and the group's size. Copies name the same group. Messages on one
/// communicator never meet those on another.
///
/// Methods named as in MPI are *collective* where MPI's are: all ranks of the group call them, in the same order, or the job
/// waits forever (see ``deadline``). Everything throws ``MPIError``.
public struct Communicator: Sendable, Hashable {
  let handle: MPI_Comm
  /// The caller's place in the group, `0 ..< size` (`MPI_Comm_rank`).
  public let rank: Int
  /// The number of processes in the group (`MPI_Comm_size`).
  public let size: Int
  /// How long any wait on this communicator may take, and on those split off from it; `nil` for ever, as MPI has it.
  ///
  /// A wait that takes longer throws an error of class ``ErrorClass/timeout`` that names the operation and the peer: a deadlock
  /// shows where it is. A receive is withdrawn then, and may be tried again; after any other operation the process can only
  /// end, since MPI knows no way to call the operation off.
  public var deadline: Duration?
  /// Who is asked which ranks still answer when a wait runs past the deadline, here and on communicators split off from this one; the
  /// error then says who does not. The process can only end afterwards, also after a receive.
  public var rollCall: RollCall? {
    get { rollCallNumber.flatMap(RollCall.numbered) }
    set { rollCallNumber = newValue?.number }
  }
  /// A number, since requests can be discarded only if they hold no references.
  private var rollCallNumber: Int?

  /// Matches a message from any rank (`MPI_ANY_SOURCE`).
  public static let anySource = Int(MPI_ANY_SOURCE)
  /// Matches a message with any tag (`MPI_ANY_TAG`).
  public static let anyTag = Int(MPI_ANY_TAG)
  /// Nobody: sends to this rank and receives from it are over at once, and move nothing (`MPI_PROC_NULL`). It is the neighbour
  /// beyond the edge of a grid.
  public static let nullRank = Int(MPI_PROC_NULL)

  /// All processes of the job (`MPI_COMM_WORLD`).
  ///
  /// - Precondition: MPI is initialised, see ``Environment``.
  public static var world: Communicator { Environment.required.world }

  /// The calling process alone (`MPI_COMM_SELF`).
  ///
  /// - Precondition: MPI is initialised, see ``Environment``.
  public static var selfOnly: Communicator { Environment.required.selfOnly }

  /// - Parameter parent: whose deadline and roll call hold here too.
  init(handle: MPI_Comm, parent: Communicator? = nil, operation: StaticString) throws {
    var rank: Int32 = 0
    var size: Int32 = 0
    try check(MPI_Comm_set_errhandler(handle, MPI_ERRORS_RETURN), operation.description)
    try check(MPI_Comm_rank(handle, &rank), operation.description)
    try check(MPI_Comm_size(handle, &size), operation.description)
    self.handle = handle
    self.rank = Int(rank)
    self.size = Int(size)
    deadline = parent?.deadline
    rollCallNumber = parent?.rollCallNumber
  }

  /// Groups the ranks that give the same colour (`MPI_Comm_split`; MPI 4.0, section 7.4.2). Collective.
  ///
  /// - Parameters:
  ///   - color: which group the caller joins, not negative.
  ///   - key: the order in the new group; equal keys keep the order of this one.
  public func split(color: Int, key: Int) throws -> Communicator {
    try requireColours(color)
    return try create("split") { MPI_Comm_split(handle, color.mpi, key.mpi, $0) }
  }

  /// Groups the ranks that give the same colour, and leaves out those that give none (`MPI_UNDEFINED`). Collective.
  ///
  /// - Returns: `nil` for a rank that is left out.
  public func split(color: Int?, key: Int) throws -> Communicator? {
    try requireColours(color)
    return try createOptional("split") { MPI_Comm_split(handle, color?.mpi ?? MPI_UNDEFINED, key.mpi, $0) }
  }

  /// Refuses a wrong colour on all ranks, or the others would wait for the one that has it.
  private func requireColours(_ color: Int?) throws {
    let isValid = color.map { 0...Int(Int32.max) ~= $0 } ?? true
    let isValidEverywhere = try allreduce(isValid, .logicalAnd)
    try require(
      isValidEverywhere, "split", .argument,
      "a colour lies outside 0 ... \(Int32.max) (\(self) has \(color.map(String.init) ?? "none"))")
  }

  /// Groups the ranks that can share memory: those of one node (`MPI_Comm_split_type` with `MPI_COMM_TYPE_SHARED`). Collective.
  public func splitShared(key: Int = 0) throws -> Communicator {
    try create("splitShared") {
      MPI_Comm_split_type(handle, MPI_COMM_TYPE_SHARED, key.mpi, MPI_INFO_NULL, $0)
    }
  }

  /// The same group, with messages of its own (`MPI_Comm_idup`). Collective. Libraries talk on a duplicate.
  public func duplicate() throws -> Communicator {
    var copy = MPI_COMM_NULL
    // MPI writes the handle when the operation is over, so the variable has to stay where it is until then.
    try withUnsafeMutablePointer(to: &copy) { pointer in
      _ = try start("duplicate") { MPI_Comm_idup(handle, pointer, $0) }.wait()
    }
    return try Communicator(handle: copy, parent: self, operation: "duplicate")
  }

  /// Gives the communicator back (`MPI_Comm_free`). Collective; no copy of this value may be used afterwards.
  public func free() throws {
    var handle = handle
    try check(MPI_Comm_free(&handle), "free a communicator")
  }

  /// Makes a communicator by a collective call that has no non-blocking form.
  ///
  /// MPI spins inside such calls. The barrier lets everyone arrive in this library's yielding wait first.
  func create(_ operation: StaticString, _ call: (UnsafeMutablePointer<MPI_Comm>) -> Int32) throws -> Communicator {
    guard let communicator = try createOptional(operation, call) else {
      throw MPIError(
        operation: operation.description, errorClass: .communicator, message: "rank \(rank) is not in the new communicator")
    }
    return communicator
  }

  func createOptional(_ operation: StaticString, _ call: (UnsafeMutablePointer<MPI_Comm>) -> Int32) throws -> Communicator? {
    try barrier()
    var made = MPI_COMM_NULL
    try check(call(&made), operation.description)
    return made == MPI_COMM_NULL ? nil : try Communicator(handle: made, parent: self, operation: operation)
  }
}

extension Communicator: CustomStringConvertible {
  public var description: String { "rank \(rank) of \(size)" }
}

extension Int {
  /// A rank, root or tag as MPI takes it. What does not fit becomes a number that MPI refuses, rather than another valid one.
  var mpi: Int32 { Int32(clamping: self) }
}

internal import CMPI

/// Memory that the ranks of one node share, one segment a rank (MPI 4.0, section 12.2.3).
///
/// Every rank reads and writes all segments as plain memory. Who writes what when is the program's affair: ``fence()`` separates
/// writes from the reads of others.
///
/// ```swift
/// let node = try world.splitShared()
/// let table = try SharedWindow<Float>(node, count: node.rank == 0 ? 1000 : 0)
/// let shared = try table.segment(of: 0)
/// ```
///
/// - Important: call ``free()`` before the window is dropped. It is collective, so it cannot happen by itself; a window
///   that is not freed keeps its memory until MPI is finalised.
public struct SharedWindow<Element: MPIDatatype>: ~Copyable {
  /// The ranks of one node that share the window.
  public let communicator: Communicator
  /// The caller's own segment.
  public let local: UnsafeMutableBufferPointer<Element>
  private let handle: MPI_Win

  /// Allocates the segments, all zero bytes (`MPI_Win_allocate_shared`). Collective.
  ///
  /// - Parameters:
  ///   - communicator: ranks of one node; see ``Communicator/splitShared(key:)``.
  ///   - count: the elements of the caller's segment, which may differ from rank to rank and be 0. Each segment starts on a
  ///     page of its own, so that no cache line belongs to two ranks.
  public init(_ communicator: Communicator, count: Int) throws {
    let (handle, base) = try Self.allocate(communicator, count: count)
    self.communicator = communicator
    self.handle = handle
    local = UnsafeMutableBufferPointer(start: base?.bindMemory(to: Element.self, capacity: count), count: count)
  }

  private static func allocate(_ communicator: Communicator, count: Int) throws -> (MPI_Win, UnsafeMutableRawPointer?) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    let isValid = try communicator.allreduce(count >= 0 && !overflow, .logicalAnd)
    try require(isValid, "shared window", .count, "a rank asks for a segment of impossible length (here it is \(count))")
    var info = MPI_INFO_NULL
    try check(MPI_Info_create(&info), "shared window")
    defer { MPI_Info_free(&info) }
    try check(MPI_Info_set(info, "alloc_shared_noncontig", "true"), "shared window")
    var base: UnsafeMutableRawPointer?
    var handle = MPI_WIN_NULL
    // MPI takes the address of the pointer it sets, as an untyped pointer.
    let code = withUnsafeMutablePointer(to: &base) { base in
      MPI_Win_allocate_shared_c(bytes, MemoryLayout<Element>.stride, info, communicator.handle, base, &handle)
    }
    try check(code, "shared window of \(count) elements on \(communicator)")
    try check(MPI_Win_set_errhandler(handle, MPI_ERRORS_RETURN), "shared window")
    // One epoch for the window's whole life: `MPI_Win_sync` needs one, and loads and stores need nothing else.
    try check(MPI_Win_lock_all(MPI_MODE_NOCHECK, handle), "shared window")
    base?.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    try fence(handle, communicator)
    return (handle, base)
  }

  /// A rank's segment in the caller's address space (`MPI_Win_shared_query`). It is valid until ``free()``.
  public func segment(of rank: Int) throws -> UnsafeMutableBufferPointer<Element> {
    var bytes: MPI_Aint = 0
    var stride: MPI_Aint = 0
    var base: UnsafeMutableRawPointer?
    let code = withUnsafeMutablePointer(to: &base) {
      MPI_Win_shared_query_c(handle, rank.mpi, &bytes, &stride, $0)
    }
    try check(code, "segment of rank \(rank) in a shared window on \(communicator)", peer: rank)
    let count = bytes / MemoryLayout<Element>.stride
    return UnsafeMutableBufferPointer(start: base?.bindMemory(to: Element.self, capacity: count), count: count)
  }

  /// Makes the caller's writes visible and lets it see those of others (`MPI_Win_sync`; section 12.5.4). Local, a memory barrier.
  public func sync() throws {
    try check(MPI_Win_sync(handle), "sync of a shared window on \(communicator)")
  }

  /// Separates what all ranks wrote before from what all ranks read after. Collective.
  ///
  /// It is ``sync()``, a barrier and ``sync()`` rather than `MPI_Win_fence`, whose wait would spin.
  public func fence() throws {
    try Self.fence(handle, communicator)
  }

  private static func fence(_ handle: MPI_Win, _ communicator: Communicator) throws {
    try check(MPI_Win_sync(handle), "fence of a shared window on \(communicator)")
    try communicator.barrier()
    try check(MPI_Win_sync(handle), "fence of a shared window on \(communicator)")
  }

  /// Gives the memory back (`MPI_Win_free`). Collective; no segment may be used afterwards.
  public consuming func free() throws {
    try communicator.barrier()
    var handle = handle
    try check(MPI_Win_unlock_all(handle), "free a shared window")
    try check(MPI_Win_free(&handle), "free a shared window")
  }
}

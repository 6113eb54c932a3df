internal import CMPI
import Synchronization

/// What went wrong in this process so far. Two decisions hang on it: whether a dropped request is a mistake of the program or
/// the wake of a thrown error, and whether MPI may still be called at all.
enum Failures {
  private static let recorded = Atomic<Int>(0)
  private static let abandoned = Atomic<Bool>(false)

  /// How many errors this library has made.
  static var count: Int { recorded.load(ordering: .relaxed) }

  static func record() {
    recorded.add(1, ordering: .relaxed)
  }

  /// Whether an operation was left unfinished with its buffers in MPI's hands.
  static var hasAbandonedOperation: Bool { abandoned.load(ordering: .relaxed) }

  /// Notes that MPI may still write to a buffer that nobody keeps alive. MPI makes progress only inside its own calls, so the
  /// buffer is safe as long as no operation is started or waited for again, which ``requireNothingAbandoned(_:)`` sees to.
  static func abandonOperation() {
    abandoned.store(true, ordering: .relaxed)
  }

  static func requireNothingAbandoned(_ operation: @autoclosure () -> String) throws {
    if hasAbandonedOperation {
      throw MPIError(
        operation: operation(), errorClass: .other,
        message: "an earlier operation was left unfinished by an error, so this process can only end")
    }
  }
}

/// Lets one rank of a node speak when several fail at the same time, as they do when all read the same wrong file.
///
/// The flag lies in a shared window, so the claim works without help from the other ranks, whatever they are doing.
final class FirstError: @unchecked Sendable {
  // Sendable: the flag is only touched by an atomic exchange, the window only when made and freed.
  private var window: SharedWindow<Int32>?
  private let flag: UnsafeMutablePointer<Int32>?

  /// Collective over the ranks of one node.
  init(node: Communicator) throws {
    let window = try SharedWindow<Int32>(node, count: node.rank == 0 ? 1 : 0)
    flag = try window.segment(of: 0).baseAddress
    self.window = consume window
  }

  /// Whether the caller is the first on its node.
  func claim() -> Bool {
    guard let flag else { return true }
    return cmpi_exchange_shared_flag(flag, 1) == 0
  }

  /// Gives the window back. Collective, and no claim may follow.
  func free() throws {
    try window.take()?.free()
  }
}

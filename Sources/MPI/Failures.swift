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

import CAllocations

/// Counts what the calling thread takes from the heap: a relaxation must take nothing.
public enum Allocations {
  /// Whether they can be counted here, which takes glibc.
  public static var areCounted: Bool { allocations_are_counted() != 0 }

  /// The allocations of `body` on this thread, of C and of Swift alike.
  public static func count(in body: () throws -> Void) rethrows -> Int {
    allocations_start()
    do {
      try body()
    } catch {
      _ = allocations_stop()
      throw error
    }
    return allocations_stop()
  }
}

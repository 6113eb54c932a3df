internal import CMPI

/// How threads may share MPI (MPI 4.0, section 11.6).
public enum ThreadLevel: Int32, Sendable, Comparable, CaseIterable, CustomStringConvertible {
  /// The process has one thread.
  case single
  /// Only the thread that initialised MPI calls it.
  case funneled
  /// Any thread calls MPI, one at a time.
  case serialized
  /// Any thread calls MPI at any time.
  case multiple

  /// MPI's constants ascend in the same order, but the standard does not give their values.
  init?(code: Int32) {
    switch code {
    case MPI_THREAD_SINGLE: self = .single
    case MPI_THREAD_FUNNELED: self = .funneled
    case MPI_THREAD_SERIALIZED: self = .serialized
    case MPI_THREAD_MULTIPLE: self = .multiple
    default: return nil
    }
  }

  public static func < (first: ThreadLevel, second: ThreadLevel) -> Bool {
    first.rawValue < second.rawValue
  }

  public var description: String {
    switch self {
    case .single: "MPI_THREAD_SINGLE"
    case .funneled: "MPI_THREAD_FUNNELED"
    case .serialized: "MPI_THREAD_SERIALIZED"
    case .multiple: "MPI_THREAD_MULTIPLE"
    }
  }
}

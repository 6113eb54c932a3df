internal import CMPI

/// The kind of an error: MPI's error classes (MPI 4.0, section 9.4), and one of this library's, ``timeout``.
public struct ErrorClass: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// MPI's number of the class, or −1 for ``timeout``.
  public let rawValue: Int32

  /// The class with a number that MPI reported.
  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// `MPI_ERR_BUFFER`: a buffer that may not be used.
  public static let buffer = ErrorClass(rawValue: MPI_ERR_BUFFER)
  /// `MPI_ERR_COUNT`: a number of elements that may not be used.
  public static let count = ErrorClass(rawValue: MPI_ERR_COUNT)
  /// `MPI_ERR_TYPE`: a datatype that may not be used.
  public static let type = ErrorClass(rawValue: MPI_ERR_TYPE)
  /// `MPI_ERR_TAG`: a tag below 0 or above the library's greatest.
  public static let tag = ErrorClass(rawValue: MPI_ERR_TAG)
  /// `MPI_ERR_COMM`: a communicator that is null or was freed.
  public static let communicator = ErrorClass(rawValue: MPI_ERR_COMM)
  /// `MPI_ERR_RANK`: a rank that the communicator does not have.
  public static let rank = ErrorClass(rawValue: MPI_ERR_RANK)
  /// `MPI_ERR_ROOT`: a root that the communicator does not have.
  public static let root = ErrorClass(rawValue: MPI_ERR_ROOT)
  /// `MPI_ERR_OP`: an operation that the datatype does not allow.
  public static let operation = ErrorClass(rawValue: MPI_ERR_OP)
  /// `MPI_ERR_TOPOLOGY`: a communicator without the topology that the call needs.
  public static let topology = ErrorClass(rawValue: MPI_ERR_TOPOLOGY)
  /// `MPI_ERR_DIMS`: dimensions of a grid that do not fit the number of ranks.
  public static let dimensions = ErrorClass(rawValue: MPI_ERR_DIMS)
  /// `MPI_ERR_ARG`: an argument of another kind that may not be used.
  public static let argument = ErrorClass(rawValue: MPI_ERR_ARG)
  /// `MPI_ERR_TRUNCATE`: a message longer than the buffer that was to receive it.
  public static let truncate = ErrorClass(rawValue: MPI_ERR_TRUNCATE)
  /// `MPI_ERR_REQUEST`: a request that is null or of the wrong kind.
  public static let request = ErrorClass(rawValue: MPI_ERR_REQUEST)
  /// `MPI_ERR_NO_MEM`: memory that MPI could not get.
  public static let memory = ErrorClass(rawValue: MPI_ERR_NO_MEM)
  /// `MPI_ERR_WIN`: a window that is null or was freed.
  public static let window = ErrorClass(rawValue: MPI_ERR_WIN)
  /// `MPI_ERR_INTERN`: an error inside the library.
  public static let `internal` = ErrorClass(rawValue: MPI_ERR_INTERN)
  /// `MPI_ERR_OTHER`: an error that has no class of its own; the message says more.
  public static let other = ErrorClass(rawValue: MPI_ERR_OTHER)
  /// `MPI_ERR_UNKNOWN`: an error that the library could not classify.
  public static let unknown = ErrorClass(rawValue: MPI_ERR_UNKNOWN)
  /// A wait ran past its deadline. MPI has no such class: the value lies below all of MPI's.
  public static let timeout = ErrorClass(rawValue: -1)

  private static let names: [ErrorClass: String] = [
    .buffer: "buffer", .count: "count", .type: "type", .tag: "tag", .communicator: "communicator", .rank: "rank",
    .root: "root", .operation: "operation", .topology: "topology", .dimensions: "dimensions", .argument: "argument",
    .truncate: "truncate", .request: "request", .memory: "memory", .window: "window", .internal: "internal",
    .other: "other", .unknown: "unknown", .timeout: "timeout",
  ]

  public var description: String {
    Self.names[self] ?? "class \(rawValue)"
  }
}

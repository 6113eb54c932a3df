internal import CMPI

/// The kind of an error: MPI's error classes (MPI 4.0, section 9.4), and one of this library's, ``timeout``.
public struct ErrorClass: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  public let rawValue: Int32

  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  public static let buffer = ErrorClass(rawValue: MPI_ERR_BUFFER)
  public static let count = ErrorClass(rawValue: MPI_ERR_COUNT)
  public static let type = ErrorClass(rawValue: MPI_ERR_TYPE)
  public static let tag = ErrorClass(rawValue: MPI_ERR_TAG)
  public static let communicator = ErrorClass(rawValue: MPI_ERR_COMM)
  public static let rank = ErrorClass(rawValue: MPI_ERR_RANK)
  public static let root = ErrorClass(rawValue: MPI_ERR_ROOT)
  public static let operation = ErrorClass(rawValue: MPI_ERR_OP)
  public static let topology = ErrorClass(rawValue: MPI_ERR_TOPOLOGY)
  public static let dimensions = ErrorClass(rawValue: MPI_ERR_DIMS)
  public static let argument = ErrorClass(rawValue: MPI_ERR_ARG)
  public static let truncate = ErrorClass(rawValue: MPI_ERR_TRUNCATE)
  public static let request = ErrorClass(rawValue: MPI_ERR_REQUEST)
  public static let memory = ErrorClass(rawValue: MPI_ERR_NO_MEM)
  public static let window = ErrorClass(rawValue: MPI_ERR_WIN)
  public static let `internal` = ErrorClass(rawValue: MPI_ERR_INTERN)
  public static let other = ErrorClass(rawValue: MPI_ERR_OTHER)
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

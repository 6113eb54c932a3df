internal import CMPI

/// An operation that MPI refused or that could not finish.
///
/// Every communicator and window of this library carries `MPI_ERRORS_RETURN` (MPI 4.0, section 9.3), so an error of MPI's comes
/// back as one of these instead of ending the job. MPI does not promise that communication works after an error; the sound
/// answer is to let it leave the body of ``Environment/run(exitCodeForError:_:)``, which ends the job with one message.
public struct MPIError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What failed, with its peer where it has one: `receive from rank 3 with tag 7`.
  public let operation: String
  /// The kind of the error.
  public let errorClass: ErrorClass
  /// One sentence: MPI's own summary and its most specific cause, or this library's.
  public let message: String
  /// Everything that MPI says of the error, its internal stack included; the same as ``message`` for this library's errors.
  public let details: String
  /// The rank at the other end, where there is just one.
  public let peer: Int?
  /// Who gave no sign of life when the roll was called, see ``Communicator/rollCall``; `nil` if it was not.
  public let absent: [RollCall.Absence]?

  init(
    operation: String, errorClass: ErrorClass, message: String, details: String? = nil, peer: Int? = nil,
    absent: [RollCall.Absence]? = nil
  ) {
    self.operation = operation
    self.errorClass = errorClass
    self.message = message
    self.details = details ?? message
    self.peer = peer
    self.absent = absent
    Failures.record()
  }

  /// The error behind a return code of MPI's (`MPI_Error_string`, `MPI_Error_class`).
  init(code: Int32, operation: String, peer: Int? = nil) {
    let text = Self.text(of: code)
    var errorClass: Int32 = MPI_ERR_UNKNOWN
    MPI_Error_class(code, &errorClass)
    self.init(
      operation: operation, errorClass: ErrorClass(rawValue: errorClass), message: Self.summary(of: text), details: text,
      peer: peer)
  }

  public var description: String {
    "\(operation): \(message)" + (absent.map { "; \(RollCall.text($0))" } ?? "")
  }

  private static func text(of code: Int32) -> String {
    var length: Int32 = 0
    let capacity = Int(MPI_MAX_ERROR_STRING)
    let characters = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      buffer.initialize(repeating: 0)
      let known = buffer.withMemoryRebound(to: CChar.self) { MPI_Error_string(code, $0.baseAddress, &length) == MPI_SUCCESS }
      count = known ? Int(length) : 0
    }
    return characters.isEmpty ? "unknown error code \(code)" : String(decoding: characters, as: UTF8.self)
  }

  /// MPICH prints `summary, error stack:` and then one line for each function on the way, the cause last.
  private static func summary(of text: String) -> String {
    let lines = text.split(separator: "\n")
    guard let first = lines.first else { return text }
    guard lines.count > 1, let cause = lines.last, let head = first.split(separator: ",").first else { return String(first) }
    guard let colon = cause.firstRange(of: "): ") else { return "\(head): \(cause)" }
    return "\(head): \(cause[colon.upperBound...])"
  }
}

/// Throws unless MPI's return code says success.
func check(_ code: Int32, _ operation: @autoclosure () -> String, peer: Int? = nil) throws {
  if code != MPI_SUCCESS {
    throw MPIError(code: code, operation: operation(), peer: peer)
  }
}

/// Throws unless a condition on the caller's arguments holds; such errors are found before MPI is called.
func require(
  _ condition: Bool, _ operation: StaticString, _ errorClass: ErrorClass, _ message: @autoclosure () -> String
) throws {
  if !condition {
    throw MPIError(operation: operation.description, errorClass: errorClass, message: message())
  }
}

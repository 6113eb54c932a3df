internal import CMPI

/// A running operation, as errors name it: what it is, on which communicator, and who is at the other end.
///
/// Only trivial parts, so that a request which holds one can be discarded (`discard self`).
struct Activity: Sendable {
  let name: StaticString
  let communicator: Communicator
  var peer: Int?
  var tag: Int?
  /// A receive can be withdrawn (`MPI_Cancel`, MPI 4.0, section 3.8.4); nothing else can be on every implementation.
  var isReceive = false

  /// `receive from rank 3 with tag 7 on rank 0 of 4`
  var label: String {
    var text = name.description
    if let peer {
      text += isReceive ? " from " : " to "
      text += peer == Communicator.anySource ? "any rank" : "rank \(peer)"
    }
    if let tag {
      text += tag == Communicator.anyTag ? " with any tag" : " with tag \(tag)"
    }
    return text + " on rank \(communicator.rank) of \(communicator.size)"
  }

  /// Has MPI make the request.
  func begin(_ call: (UnsafeMutablePointer<MPI_Request>) -> Int32) throws -> MPI_Request {
    try Failures.requireNothingAbandoned(label)
    var handle = MPI_REQUEST_NULL
    try check(call(&handle))
    return handle
  }

  func check(_ code: Int32) throws {
    if code != MPI_SUCCESS {
      throw MPIError(code: code, operation: label, peer: peer)
    }
  }

  /// The error of a wait that ran past its deadline. The roll is called here, where all that the operation reads and writes is still in
  /// memory.
  ///
  /// - Parameter detail: of the wait, behind its message.
  func timeout(_ deadline: Duration, detail: String = "") -> MPIError {
    if communicator.rollCall != nil { Failures.abandonOperation() }
    return MPIError(
      operation: label, errorClass: .timeout, message: "not finished within \(deadline)" + detail, peer: peer,
      absent: communicator.rollCall.map { $0.absent(after: deadline) })
  }
}

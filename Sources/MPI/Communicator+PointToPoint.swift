internal import CMPI

// Messages between two ranks over unsafe buffers (MPI 4.0, sections 3.2, 3.7 and 3.10). A message is matched by communicator,
// source and tag, and messages that match the same receive arrive in the order sent. The tag is 0 unless given.
//
// The blocking calls are the non-blocking ones and this library's wait, see `Waiting`.
extension Communicator {
  /// Starts sending a buffer (`MPI_Isend`). The caller keeps it allocated and unchanged until the request is over.
  public func isend<T: MPIDatatype>(
    _ buffer: UnsafeBufferPointer<T>, to destination: Int, tag: Int = 0
  ) throws -> Request {
    try isend(buffer, to: destination, tag: tag, keeping: nil)
  }

  /// Starts a send that is over only once the receiver has begun to take it (`MPI_Issend`).
  public func isynchronousSend<T: MPIDatatype>(
    _ buffer: UnsafeBufferPointer<T>, to destination: Int, tag: Int = 0
  ) throws -> Request {
    try start("synchronousSend", peer: destination, tag: tag) {
      MPI_Issend_c(buffer.baseAddress, buffer.count, T.handle, destination.mpi, tag.mpi, handle, $0)
    }
  }

  /// Starts receiving into a buffer (`MPI_Irecv`). The caller keeps it allocated and untouched until the request is over.
  ///
  /// The message may be shorter than the buffer: ``Status/count(of:)`` says how long it was. A longer one is an error of class
  /// ``ErrorClass/truncate`` from the wait.
  public func ireceive<T: MPIDatatype>(
    into buffer: UnsafeMutableBufferPointer<T>, from source: Int, tag: Int = 0
  ) throws -> Request {
    try ireceive(into: buffer, from: source, tag: tag, keeping: nil)
  }

  /// Sends a buffer (`MPI_Send`). It may be changed as soon as the call returns.
  ///
  /// A long message waits for its receiver; do not rely on a short one not to.
  public func send<T: MPIDatatype>(_ buffer: UnsafeBufferPointer<T>, to destination: Int, tag: Int = 0) throws {
    try isend(buffer, to: destination, tag: tag).wait()
  }

  /// Sends a buffer and waits until the receiver has begun to take it (`MPI_Ssend`).
  public func synchronousSend<T: MPIDatatype>(_ buffer: UnsafeBufferPointer<T>, to destination: Int, tag: Int = 0) throws {
    try isynchronousSend(buffer, to: destination, tag: tag).wait()
  }

  /// Receives one message into a buffer (`MPI_Recv`), which may be longer than the message.
  @discardableResult
  public func receive<T: MPIDatatype>(
    into buffer: UnsafeMutableBufferPointer<T>, from source: Int, tag: Int = 0
  ) throws -> Status {
    try ireceive(into: buffer, from: source, tag: tag).wait()
  }

  /// Sends one buffer and receives another at the same time (`MPI_Sendrecv`; MPI 4.0, section 3.10). The two must not overlap.
  ///
  /// Rings and shifts done so cannot deadlock. Either end may be ``nullRank``.
  ///
  /// - Parameter receiveTag: the tag of the message received, if not that of the one sent.
  /// - Returns: the status of the message received.
  @discardableResult
  public func sendReceive<T: MPIDatatype>(
    _ outgoing: UnsafeBufferPointer<T>, to destination: Int,
    into incoming: UnsafeMutableBufferPointer<T>, from source: Int,
    tag: Int = 0, receiveTag: Int? = nil
  ) throws -> Status {
    let receiving = try ireceive(into: incoming, from: source, tag: receiveTag ?? tag)
    let sending = try isend(outgoing, to: destination, tag: tag)
    let status = try receiving.wait()
    try sending.wait()
    return status
  }

  func isend<T: MPIDatatype>(
    _ buffer: UnsafeBufferPointer<T>, to destination: Int, tag: Int, keeping owner: AnyObject?
  ) throws -> Request {
    try start("send", peer: destination, tag: tag, keeping: owner) {
      MPI_Isend_c(buffer.baseAddress, buffer.count, T.handle, destination.mpi, tag.mpi, handle, $0)
    }
  }

  func ireceive<T: MPIDatatype>(
    into buffer: UnsafeMutableBufferPointer<T>, from source: Int, tag: Int, keeping owner: AnyObject?
  ) throws -> Request {
    try start("receive", peer: source, tag: tag, isReceive: true, keeping: owner) {
      MPI_Irecv_c(buffer.baseAddress, buffer.count, T.handle, source.mpi, tag.mpi, handle, $0)
    }
  }
}

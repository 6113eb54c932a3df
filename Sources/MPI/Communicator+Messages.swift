internal import CMPI

// Messages between two ranks over Swift arrays. The receiver need not know the length: it asks for the message first
// (matched probe; MPI 4.0, section 3.8.2) and makes an array of its size.
extension Communicator {
  /// Sends an array (`MPI_Send`).
  public func send<T: MPIDatatype>(_ values: [T], to destination: Int, tag: Int = 0) throws {
    try values.withUnsafeBufferPointer { try send($0, to: destination, tag: tag) }
  }

  /// Receives one message of any length (`MPI_Mprobe` and `MPI_Mrecv`).
  ///
  /// ```swift
  /// let weights: [Float] = try world.receive(from: 0)
  /// ```
  public func receive<T: MPIDatatype>(
    _ type: T.Type = T.self, from source: Int, tag: Int = 0
  ) throws -> [T] {
    try receiveMessage(type, from: source, tag: tag).values
  }

  /// Receives one message of any length, by default from any rank and with any tag, and says where it came from.
  public func receiveMessage<T: MPIDatatype>(
    _ type: T.Type = T.self, from source: Int = anySource, tag: Int = anyTag
  ) throws -> (values: [T], status: Status) {
    var message = MPI_MESSAGE_NULL
    let envelope = try poll("receive", from: source, tag: tag) { flag, status in
      MPI_Improbe(source.mpi, tag.mpi, handle, flag, &message, status)
    }
    // A message that is no whole number of elements is received as bytes, so that it does not block those after it.
    guard let count = try envelope.count(of: T.self) else {
      try discard(&message, envelope)
      throw MPIError(
        operation: "receive from rank \(envelope.source) with tag \(envelope.tag) on \(self)", errorClass: .type,
        message: "the message is not a whole number of \(T.self) elements", peer: envelope.source)
    }
    var status = envelope
    let values = try [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      status = try receive(&message, into: buffer, count: count, envelope)
      initialized = count
    }
    return (values, status)
  }

  /// Sends one array and receives another, of any length, at the same time (`MPI_Sendrecv`).
  public func sendReceive<T: MPIDatatype>(
    _ values: [T], to destination: Int, from source: Int, tag: Int = 0, receiveTag: Int? = nil
  ) throws -> [T] {
    let sending = try isend(values, to: destination, tag: tag)
    let received: [T] = source == Self.nullRank ? [] : try receive(from: source, tag: receiveTag ?? tag)
    try sending.wait()
    return received
  }

  /// Starts sending an array; the request owns a copy of it (`MPI_Isend`).
  public func isend<T: MPIDatatype>(_ values: [T], to destination: Int, tag: Int = 0) throws -> Request {
    let storage = Storage(copying: values)
    return try isend(storage.readOnly, to: destination, tag: tag, keeping: storage)
  }

  /// Starts receiving a message of at most `count` elements; the request owns the memory (`MPI_Irecv`).
  ///
  /// The result is as long as the message. A longer one than `count` is an error of class ``ErrorClass/truncate``; for messages
  /// of unknown length use ``receive(_:from:tag:)``.
  public func ireceive<T: MPIDatatype>(
    _ type: T.Type = T.self, count: Int, from source: Int, tag: Int = 0
  ) throws -> PendingValues<T> {
    try require(count >= 0, "receive", .count, "\(count) elements")
    let storage = Storage<T>(count: count)
    return PendingValues(try ireceive(into: storage.buffer, from: source, tag: tag, keeping: storage), storage, isMessage: true)
  }

  /// Waits for a message without receiving it (`MPI_Probe`; MPI 4.0, section 3.8.1).
  public func probe(from source: Int = anySource, tag: Int = anyTag) throws -> Status {
    try poll("probe", from: source, tag: tag) { MPI_Iprobe(source.mpi, tag.mpi, handle, $0, $1) }
  }

  /// Looks for a message without waiting or receiving it (`MPI_Iprobe`).
  ///
  /// - Returns: `nil` if none is there yet.
  public func probeIfPresent(from source: Int = anySource, tag: Int = anyTag) throws -> Status? {
    let activity = Activity(name: "probe", communicator: self, peer: source, tag: tag, isReceive: true)
    try Failures.requireNothingAbandoned(activity.label)
    var status = MPI_Status()
    var flag: Int32 = 0
    try activity.check(MPI_Iprobe(source.mpi, tag.mpi, handle, &flag, &status))
    return flag != 0 ? Status(status: status) : nil
  }

  /// Repeats a probing call until it finds a message.
  private func poll(
    _ name: StaticString, from source: Int, tag: Int,
    _ probe: (UnsafeMutablePointer<Int32>, UnsafeMutablePointer<MPI_Status>) -> Int32
  ) throws -> Status {
    let activity = Activity(name: name, communicator: self, peer: source, tag: tag, isReceive: true)
    try Failures.requireNothingAbandoned(activity.label)
    var status = MPI_Status()
    let found = try Waiting.poll(deadline: deadline) {
      var flag: Int32 = 0
      try activity.check(probe(&flag, &status))
      return flag != 0
    }
    if !found { throw activity.timeout(deadline ?? .zero) }
    return Status(status: status)
  }

  /// Receives a message that a matched probe has found (`MPI_Imrecv`).
  private func receive<T: MPIDatatype>(
    _ message: inout MPI_Message, into buffer: UnsafeMutableBufferPointer<T>, count: Int, _ envelope: Status
  ) throws -> Status {
    try withUnsafeMutablePointer(to: &message) { message in
      try start("receive", peer: envelope.source, tag: envelope.tag) {
        MPI_Imrecv_c(buffer.baseAddress, count, T.handle, message, $0)
      }.wait()
    }
  }

  private func discard(_ message: inout MPI_Message, _ envelope: Status) throws {
    let bytes = Storage<UInt8>(count: try envelope.count(of: UInt8.self) ?? 0)
    _ = try receive(&message, into: bytes.buffer, count: bytes.buffer.count, envelope)
  }
}

internal import CMPI

/// What a finished receive or a probe knows about its message (MPI 4.0, section 3.2.5).
public struct Status: Sendable {
  let status: MPI_Status

  /// The rank that sent the message.
  public var source: Int { Int(status.MPI_SOURCE) }

  /// The tag it was sent with.
  public var tag: Int { Int(status.MPI_TAG) }

  /// The number of elements in the message (`MPI_Get_count`).
  ///
  /// - Returns: `nil` if the message's size is not a whole number of elements of this type.
  public func count<Element: MPIDatatype>(of type: Element.Type) throws -> Int? {
    var count: MPI_Count = 0
    try withUnsafePointer(to: status) {
      try check(MPI_Get_count_c($0, Element.handle, &count), "count of a message")
    }
    return count == MPI_Count(MPI_UNDEFINED) ? nil : Int(count)
  }
}

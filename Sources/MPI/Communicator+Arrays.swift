// Collective operations over Swift arrays and single values (MPI 4.0, chapter 6): the convenient forms of those over buffers.
extension Communicator {
  /// Replaces everyone's array by the root's (`MPI_Bcast`). All have the same length; see ``broadcastVarying(_:root:)``.
  public func broadcast<T: MPIDatatype>(_ buffer: inout [T], root: Int) throws {
    try buffer.withUnsafeMutableBufferPointer { try broadcast($0, root: root) }
  }

  /// The root's value, on all ranks (`MPI_Bcast`).
  public func broadcast<T: MPIDatatype>(_ value: T, root: Int) throws -> T {
    var value = value
    try withUnsafeMutablePointer(to: &value) {
      try broadcast(UnsafeMutableBufferPointer(start: $0, count: 1), root: root)
    }
    return value
  }

  /// The root's array, on all ranks, which need not know its length (two `MPI_Bcast`).
  public func broadcastVarying<T: MPIDatatype>(_ values: [T], root: Int) throws -> [T] {
    let count = try broadcast(values.count, root: root)
    if rank == root {
      try values.withUnsafeBufferPointer { try broadcast(UnsafeMutableBufferPointer(mutating: $0), root: root) }
      return values
    }
    return try [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      try broadcast(UnsafeMutableBufferPointer(rebasing: buffer[..<count]), root: root)
      initialized = count
    }
  }

  /// Combines everyone's arrays element by element on the root (`MPI_Reduce`).
  ///
  /// - Returns: the combined values on the root, an empty array elsewhere.
  public func reduce<T: MPIDatatype>(_ values: [T], _ operation: Operation, root: Int) throws -> [T] {
    try filled(rank == root ? values.count : 0) { result in
      try values.withUnsafeBufferPointer { try reduce($0, into: result, operation, root: root) }
    }
  }

  /// Combines everyone's arrays element by element, and gives all the result in place (`MPI_Allreduce`).
  public func allreduce<T: MPIDatatype>(_ values: inout [T], _ operation: Operation) throws {
    try values.withUnsafeMutableBufferPointer { try allreduce($0, operation) }
  }

  /// Everyone's values combined, on all ranks (`MPI_Allreduce`).
  public func allreduce<T: MPIDatatype>(_ value: T, _ operation: Operation) throws -> T {
    var value = value
    try withUnsafeMutablePointer(to: &value) {
      try allreduce(UnsafeMutableBufferPointer(start: $0, count: 1), operation)
    }
    return value
  }

  /// Collects arrays of one length on the root (`MPI_Gather`).
  ///
  /// - Returns: rank 0's values, then rank 1's, …; an empty array on all but the root.
  public func gather<T: MPIDatatype>(_ values: [T], root: Int) throws -> [T] {
    try filled(rank == root ? size * values.count : 0) { result in
      try values.withUnsafeBufferPointer { try gather($0, into: result, root: root) }
    }
  }

  /// Collects arrays of any lengths on the root (`MPI_Gather` of the lengths, `MPI_Gatherv`).
  ///
  /// - Returns: one array a rank on the root, no arrays elsewhere.
  public func gatherVarying<T: MPIDatatype>(_ values: [T], root: Int) throws -> [[T]] {
    let counts = try gather([values.count], root: root)
    let layout = rank == root ? try BlockLayout(counts: counts) : nil
    let all: [T] = try filled(layout?.extent ?? 0) { result in
      try values.withUnsafeBufferPointer { try gatherVarying($0, into: result, layout, root: root) }
    }
    return layout.map { $0.blocks(of: all) } ?? []
  }

  /// Collects arrays of one length on all ranks (`MPI_Allgather`).
  ///
  /// - Returns: rank 0's values, then rank 1's, ….
  public func allgather<T: MPIDatatype>(_ values: [T]) throws -> [T] {
    try filled(size * values.count) { result in
      try values.withUnsafeBufferPointer { try allgather($0, into: result) }
    }
  }

  /// Everyone's value, on all ranks, in the order of ranks (`MPI_Allgather`).
  public func allgather<T: MPIDatatype>(_ value: T) throws -> [T] {
    try allgather([value])
  }

  /// Collects arrays of any lengths on all ranks (`MPI_Allgather` of the lengths, `MPI_Allgatherv`).
  ///
  /// - Returns: one array a rank.
  public func allgatherVarying<T: MPIDatatype>(_ values: [T]) throws -> [[T]] {
    let layout = try BlockLayout(counts: try allgather(values.count))
    let all: [T] = try filled(layout.extent) { result in
      try values.withUnsafeBufferPointer { try allgatherVarying($0, into: result, layout) }
    }
    return layout.blocks(of: all)
  }

  /// Gives each rank its equal part of the root's array (`MPI_Bcast` of the length, `MPI_Scatter`).
  ///
  /// - Parameter values: on the root a multiple of `size` elements; not used elsewhere.
  /// - Throws: ``MPIError`` of class ``ErrorClass/count``, on all ranks, if the array cannot be cut evenly.
  public func scatter<T: MPIDatatype>(_ values: [T], root: Int) throws -> [T] {
    let count = try broadcast(values.count, root: root)
    try require(count.isMultiple(of: size), "scatter", .count, "\(count) elements for \(size) ranks")
    return try filled(count / size) { part in
      try values.withUnsafeBufferPointer { try scatter(rank == root ? $0 : nil, into: part, root: root) }
    }
  }

  /// Gives rank *i* the *i*-th of the root's arrays (`MPI_Scatter` of the lengths, `MPI_Scatterv`).
  ///
  /// - Parameter parts: on the root one array a rank; not used elsewhere.
  /// - Throws: ``MPIError`` of class ``ErrorClass/count``, on all ranks, if there are not as many arrays as ranks.
  public func scatterVarying<T: MPIDatatype>(_ parts: [[T]], root: Int) throws -> [T] {
    let count = try broadcast(parts.count, root: root)
    try require(count == size, "scatterVarying", .count, "\(count) arrays for \(size) ranks")
    let own = try scatter(rank == root ? parts.map(\.count) : [], root: root)[0]
    let layout = rank == root ? try BlockLayout(counts: parts.map(\.count)) : nil
    let all = rank == root ? concatenated(parts) : []
    return try filled(own) { part in
      try all.withUnsafeBufferPointer { try scatterVarying($0, layout, into: part, root: root) }
    }
  }

  /// Sends the *j*-th part of each rank's array to rank *j* (`MPI_Alltoall`).
  ///
  /// - Parameter values: `size` equal parts.
  /// - Returns: the part from rank 0, then that from rank 1, ….
  public func alltoall<T: MPIDatatype>(_ values: [T]) throws -> [T] {
    try filled(values.count) { result in
      try values.withUnsafeBufferPointer { try alltoall($0, into: result) }
    }
  }

  /// Sends array *j* to rank *j* (`MPI_Alltoall` of the lengths, `MPI_Alltoallv`).
  ///
  /// - Parameter parts: one array a rank.
  /// - Returns: the arrays from each rank.
  public func alltoallVarying<T: MPIDatatype>(_ parts: [[T]]) throws -> [[T]] {
    try require(parts.count == size, "alltoallVarying", .count, "\(parts.count) arrays for \(size) ranks")
    let outgoing = try BlockLayout(counts: parts.map(\.count))
    let incoming = try BlockLayout(counts: try alltoall(parts.map(\.count)))
    let all: [T] = try filled(incoming.extent) { result in
      try concatenated(parts).withUnsafeBufferPointer { try alltoallVarying($0, outgoing, into: result, incoming) }
    }
    return incoming.blocks(of: all)
  }

  /// Combines everyone's arrays and gives each rank its equal part of the result (`MPI_Reduce_scatter_block`).
  ///
  /// - Parameter values: `size` equal parts.
  public func reduceScatter<T: MPIDatatype>(_ values: [T], _ operation: Operation) throws -> [T] {
    try require(values.count.isMultiple(of: size), "reduceScatter", .count, "\(values.count) elements for \(size) ranks")
    return try filled(values.count / size) { part in
      try values.withUnsafeBufferPointer { try reduceScatter($0, into: part, operation) }
    }
  }

  /// Combines everyone's arrays and gives rank *i* the next `counts[i]` elements of the result (`MPI_Reduce_scatter`).
  ///
  /// - Parameter counts: one a rank, the same on all ranks, adding up to the length of `values`.
  public func reduceScatter<T: MPIDatatype>(_ values: [T], counts: [Int], _ operation: Operation) throws -> [T] {
    let layout = try BlockLayout(counts: counts)
    try layout.check("reduceScatter", ranks: size, bufferCount: values.count)
    return try filled(counts[rank]) { part in
      try values.withUnsafeBufferPointer { try reduceScatter($0, layout, into: part, operation) }
    }
  }

  /// Combines the arrays of the ranks up to and with the caller (`MPI_Scan`).
  public func scan<T: MPIDatatype>(_ values: [T], _ operation: Operation) throws -> [T] {
    try filled(values.count) { result in
      try values.withUnsafeBufferPointer { try scan($0, into: result, operation) }
    }
  }

  /// Combines the arrays of the ranks before the caller (`MPI_Exscan`).
  ///
  /// - Returns: `nil` on rank 0, which has none before it.
  public func exscan<T: MPIDatatype>(_ values: [T], _ operation: Operation) throws -> [T]? {
    // MPI leaves rank 0's buffer as it is, so it starts as something: the caller's own values.
    var result = values
    try result.withUnsafeMutableBufferPointer { result in
      try values.withUnsafeBufferPointer { try exscan($0, into: result, operation) }
    }
    return rank == 0 ? nil : result
  }

  /// An array of `count` elements that an operation writes.
  func filled<T: MPIDatatype>(_ count: Int, _ body: (UnsafeMutableBufferPointer<T>) throws -> Void) throws -> [T] {
    try [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      // The capacity may be larger than asked for, but lengths are what the operations go by.
      try body(UnsafeMutableBufferPointer(start: buffer.baseAddress, count: count))
      initialized = count
    }
  }
}

extension BlockLayout {
  /// Cuts an array into its blocks.
  func blocks<T>(of values: [T]) -> [[T]] {
    (0..<blocks).map { Array(values[range(of: $0)]) }
  }
}

/// The elements of some arrays, one array after the other: copied array by array, where `joined` asks for each element.
func concatenated<T>(_ parts: [[T]]) -> [T] {
  var all: [T] = []
  all.reserveCapacity(parts.reduce(0) { $0 + $1.count })
  for part in parts { all += part }
  return all
}

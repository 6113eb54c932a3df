internal import CMPI

/// Ranks arranged in a grid (MPI 4.0, section 8.5).
///
/// The last coordinate runs fastest: in a grid of 2 × 3 rank 4 stands at [1, 1]. The neighbours, for the collectives of
/// ``NeighborTopology``, are the one below and the one above along the first dimension, then along the second, ….
public struct CartesianCommunicator: NeighborTopology, Sendable {
  public let communicator: Communicator
  /// The number of ranks along each dimension.
  public let dimensions: [Int]
  /// Whether each dimension closes to a ring.
  public let isPeriodic: [Bool]
  /// The caller's place.
  public let coordinates: [Int]
  public let sources: [Int]
  public var destinations: [Int] { sources }

  /// Arranges all ranks of a communicator in a grid (`MPI_Cart_create`; section 8.5.1). Collective.
  ///
  /// - Parameters:
  ///   - dimensions: the ranks along each dimension; their product is the communicator's size.
  ///   - isPeriodic: which dimensions close to a ring; none if left out.
  ///   - mayReorder: whether MPI may number the ranks anew to suit the machine.
  /// - Throws: ``MPIError`` of class ``ErrorClass/dimensions`` for a grid that does not hold just all ranks.
  public init(
    _ communicator: Communicator, dimensions: [Int], isPeriodic: [Bool]? = nil, mayReorder: Bool = false
  ) throws {
    let periodic = isPeriodic ?? dimensions.map { _ in false }
    try Self.check(dimensions, periodic, ranks: communicator.size)
    let (extents, flags) = (dimensions.map(\.mpi), periodic.map { $0 ? Int32(1) : 0 })
    let grid = try communicator.create("Cartesian grid") {
      MPI_Cart_create(communicator.handle, Int32(extents.count), extents, flags, mayReorder ? 1 : 0, $0)
    }
    self.communicator = grid
    self.dimensions = dimensions
    self.isPeriodic = periodic
    coordinates = try Self.coordinates(of: grid.rank, in: grid, count: dimensions.count)
    sources = try dimensions.indices.flatMap { dimension in
      let shift = try Self.shift(grid, dimension, by: 1)
      return [shift.source, shift.destination]
    }
  }

  /// Splits a number of ranks into a grid as square as possible (`MPI_Dims_create`; section 8.5.2).
  ///
  /// - Parameter dimensions: the wanted extents; MPI chooses those that are 0.
  /// - Throws: ``MPIError`` if the given extents do not divide the ranks.
  public static func balancedDimensions(ranks: Int, _ dimensions: [Int]) throws -> [Int] {
    var extents = dimensions.map(\.mpi)
    try MPI.check(MPI_Dims_create(ranks.mpi, Int32(extents.count), &extents), "balanced dimensions")
    return extents.map(Int.init)
  }

  /// Where a rank stands (`MPI_Cart_coords`; section 8.5.5).
  public func coordinates(of rank: Int) throws -> [Int] {
    try Self.coordinates(of: rank, in: communicator, count: dimensions.count)
  }

  /// Who stands at a place (`MPI_Cart_rank`; section 8.5.5). Along a periodic dimension any coordinate is valid.
  public func rank(at coordinates: [Int]) throws -> Int {
    try require(
      coordinates.count == dimensions.count, "rank at coordinates", .dimensions,
      "\(coordinates.count) coordinates in a grid of \(dimensions.count) dimensions")
    var rank: Int32 = 0
    try MPI.check(MPI_Cart_rank(communicator.handle, coordinates.map(\.mpi), &rank), "rank at coordinates \(coordinates)")
    return Int(rank)
  }

  /// The two partners of a shift: everyone sends `distance` places up a dimension (`MPI_Cart_shift`; section 8.5.6).
  ///
  /// - Returns: whom the caller receives from and sends to; ``Communicator/nullRank`` beyond an edge.
  public func shift(dimension: Int, by distance: Int = 1) throws -> (source: Int, destination: Int) {
    try Self.shift(communicator, dimension, by: distance)
  }

  private static func check(_ dimensions: [Int], _ periodic: [Bool], ranks: Int) throws {
    var product = 1
    for extent in dimensions {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      try require(extent > 0 && !overflow, "Cartesian grid", .dimensions, "impossible dimensions \(dimensions)")
      product = next
    }
    try require(product == ranks, "Cartesian grid", .dimensions, "dimensions \(dimensions) for \(ranks) ranks")
    try require(
      periodic.count == dimensions.count, "Cartesian grid", .dimensions,
      "\(periodic.count) periodicities for \(dimensions.count) dimensions")
  }

  private static func coordinates(of rank: Int, in grid: Communicator, count: Int) throws -> [Int] {
    var coordinates = [Int32](repeating: 0, count: count)
    try MPI.check(
      MPI_Cart_coords(grid.handle, rank.mpi, Int32(count), &coordinates), "coordinates of rank \(rank)", peer: rank)
    return coordinates.map(Int.init)
  }

  private static func shift(
    _ grid: Communicator, _ dimension: Int, by distance: Int
  ) throws -> (source: Int, destination: Int) {
    var source: Int32 = 0
    var destination: Int32 = 0
    try MPI.check(
      MPI_Cart_shift(grid.handle, dimension.mpi, distance.mpi, &source, &destination),
      "shift by \(distance) along dimension \(dimension)")
    return (Int(source), Int(destination))
  }
}

/// Ranks with neighbours of their own choice (MPI 4.0, section 8.5.4).
public struct GraphCommunicator: NeighborTopology, Sendable {
  public let communicator: Communicator
  public let sources: [Int]
  public let destinations: [Int]

  /// Ties each rank to its neighbours (`MPI_Dist_graph_create_adjacent`). Collective.
  ///
  /// - Parameters:
  ///   - sources: the ranks that the caller receives from.
  ///   - destinations: the ranks that the caller sends to. Rank *j* is among *i*'s destinations as often as *i* is
  ///     among *j*'s sources.
  public init(_ communicator: Communicator, sources: [Int], destinations: [Int]) throws {
    let (incoming, outgoing) = (sources.map(\.mpi), destinations.map(\.mpi))
    self.communicator = try communicator.create("graph") {
      MPI_Dist_graph_create_adjacent(
        communicator.handle, Int32(incoming.count), incoming, cmpi_unweighted(), Int32(outgoing.count), outgoing,
        cmpi_unweighted(), MPI_INFO_NULL, 0, $0)
    }
    self.sources = sources
    self.destinations = destinations
  }
}

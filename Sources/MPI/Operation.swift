internal import CMPI

/// How a reduction combines two elements: MPI's predefined operations (MPI 4.0, section 6.9.2).
///
/// All are associative and commutative in exact arithmetic. MPI may combine floating-point values in any order, so a sum may
/// differ in its last bits between rank counts.
public struct Operation: Sendable, Hashable, CustomStringConvertible {
  let handle: MPI_Op
  private let kinds: [Datatype.Kind]
  public let description: String

  /// Throws unless values of a type can be combined so. MPICH itself ends the process for some senseless pairs, and lets others
  /// pass where there is just one rank.
  func check<T: MPIDatatype>(_ type: T.Type, _ operation: StaticString) throws {
    try require(kinds.contains(T.mpiDatatype.kind), operation, .operation, "\(self) of \(T.self) values has no meaning")
  }

  /// `MPI_SUM`
  public static let sum = Operation(handle: cmpi_op_sum(), kinds: arithmetic, description: "sum")
  /// `MPI_PROD`
  public static let product = Operation(handle: cmpi_op_product(), kinds: arithmetic, description: "product")
  /// `MPI_MIN`
  public static let min = Operation(handle: cmpi_op_min(), kinds: arithmetic, description: "min")
  /// `MPI_MAX`
  public static let max = Operation(handle: cmpi_op_max(), kinds: arithmetic, description: "max")
  /// `MPI_LAND`, for integers and `Bool`
  public static let logicalAnd = Operation(handle: cmpi_op_logical_and(), kinds: logic, description: "logicalAnd")
  /// `MPI_LOR`, for integers and `Bool`
  public static let logicalOr = Operation(handle: cmpi_op_logical_or(), kinds: logic, description: "logicalOr")
  /// `MPI_LXOR`, for integers and `Bool`
  public static let logicalXor = Operation(handle: cmpi_op_logical_xor(), kinds: logic, description: "logicalXor")
  /// `MPI_BAND`, for integers
  public static let bitwiseAnd = Operation(handle: cmpi_op_bitwise_and(), kinds: bits, description: "bitwiseAnd")
  /// `MPI_BOR`, for integers
  public static let bitwiseOr = Operation(handle: cmpi_op_bitwise_or(), kinds: bits, description: "bitwiseOr")
  /// `MPI_BXOR`, for integers
  public static let bitwiseXor = Operation(handle: cmpi_op_bitwise_xor(), kinds: bits, description: "bitwiseXor")

  private static let arithmetic: [Datatype.Kind] = [.integer, .floatingPoint]
  private static let logic: [Datatype.Kind] = [.integer, .logical]
  private static let bits: [Datatype.Kind] = [.integer]
}

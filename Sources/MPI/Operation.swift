internal import CMPI

/// How a reduction combines two elements: MPI's predefined operations (MPI 4.0, section 6.9.2).
///
/// All are associative and commutative in exact arithmetic. MPI may combine floating-point values in any order, so a sum may
/// differ in its last bits between rank counts.
public struct Operation: Sendable, Hashable, CustomStringConvertible {
  let handle: MPI_Op
  public let description: String

  /// `MPI_SUM`
  public static let sum = Operation(handle: cmpi_op_sum(), description: "sum")
  /// `MPI_PROD`
  public static let product = Operation(handle: cmpi_op_product(), description: "product")
  /// `MPI_MIN`
  public static let min = Operation(handle: cmpi_op_min(), description: "min")
  /// `MPI_MAX`
  public static let max = Operation(handle: cmpi_op_max(), description: "max")
  /// `MPI_LAND`, for integers and `Bool`
  public static let logicalAnd = Operation(handle: cmpi_op_logical_and(), description: "logicalAnd")
  /// `MPI_LOR`, for integers and `Bool`
  public static let logicalOr = Operation(handle: cmpi_op_logical_or(), description: "logicalOr")
  /// `MPI_LXOR`, for integers and `Bool`
  public static let logicalXor = Operation(handle: cmpi_op_logical_xor(), description: "logicalXor")
  /// `MPI_BAND`, for integers
  public static let bitwiseAnd = Operation(handle: cmpi_op_bitwise_and(), description: "bitwiseAnd")
  /// `MPI_BOR`, for integers
  public static let bitwiseOr = Operation(handle: cmpi_op_bitwise_or(), description: "bitwiseOr")
  /// `MPI_BXOR`, for integers
  public static let bitwiseXor = Operation(handle: cmpi_op_bitwise_xor(), description: "bitwiseXor")
}

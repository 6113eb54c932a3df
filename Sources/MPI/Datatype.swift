internal import CMPI

/// MPI's name for the memory layout of one element (MPI 4.0, section 3.2.2).
public struct Datatype: Sendable, Hashable {
  /// What values of the type are, which decides how they may be reduced.
  enum Kind: Sendable {
    case integer, floatingPoint, logical
  }

  let handle: MPI_Datatype
  let kind: Kind
}

/// A Swift type whose values MPI moves and reduces without conversion.
///
/// The conforming types are the fixed-width integers, `Int`, `UInt`, `Float`, `Double` and `Bool` (one byte). Which reductions
/// a type allows is the standard's choice (MPI 4.0, section 6.9.2): logical operations are for integers and `Bool`, bitwise
/// ones for integers, arithmetic and comparison for everything but `Bool`. Any other pair is a thrown ``MPIError`` of class
/// ``ErrorClass/operation``.
public protocol MPIDatatype: BitwiseCopyable, Sendable {
  /// The predefined datatype of the same size and meaning.
  static var mpiDatatype: Datatype { get }
}

extension MPIDatatype {
  static var handle: MPI_Datatype { mpiDatatype.handle }
}

extension Int8: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_INT8_T, kind: .integer) }
}
extension Int16: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_INT16_T, kind: .integer) }
}
extension Int32: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_INT32_T, kind: .integer) }
}
extension Int64: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_INT64_T, kind: .integer) }
}
extension UInt8: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_UINT8_T, kind: .integer) }
}
extension UInt16: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_UINT16_T, kind: .integer) }
}
extension UInt32: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_UINT32_T, kind: .integer) }
}
extension UInt64: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_UINT64_T, kind: .integer) }
}
extension Int: MPIDatatype {
  /// `Int` is 64 bits wide wherever MPICH's large counts (`MPI_Count`) import as `Int`, which this library relies on.
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_INT64_T, kind: .integer) }
}
extension UInt: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_UINT64_T, kind: .integer) }
}
extension Float: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_FLOAT, kind: .floatingPoint) }
}
extension Double: MPIDatatype {
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_DOUBLE, kind: .floatingPoint) }
}
extension Bool: MPIDatatype {
  /// C's `_Bool`, one byte that holds 0 or 1, as Swift's `Bool` does.
  public static var mpiDatatype: Datatype { Datatype(handle: MPI_C_BOOL, kind: .logical) }
}

/// Bytes that do not change any more: memory of their own, or memory that the ranks of a node share.
///
/// `Sendable`, since nobody writes to the bytes once there is a store of them, and what owns them lives as long.
public final class ByteStore: @unchecked Sendable {
  @usableFromInline let bytes: UnsafeBufferPointer<UInt8>
  /// What keeps memory alive that belongs to someone else.
  private let owner: AnyObject?

  /// A copy of `source`.
  public init(_ source: [UInt8]) {
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: source.count)
    _ = memory.initialize(from: source)
    bytes = UnsafeBufferPointer(memory)
    owner = nil
  }

  /// Memory of `owner`, which lives as long as this does, and which nobody writes to any more.
  package init(_ memory: UnsafeBufferPointer<UInt8>, of owner: AnyObject) {
    bytes = memory
    self.owner = owner
  }

  /// The bytes of `source`, for `float(_:)`.
  public convenience init(floats source: [Float]) { self.init(source.withUnsafeBytes { [UInt8]($0) }) }

  /// The number at `index` of those that `init(floats:)` took; an index out of bounds ends the program.
  @inlinable public func float(_ index: Int) -> Float {
    precondition(index >= 0 && 4 * index + 4 <= bytes.count)
    return UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
  }

  deinit { if owner == nil { bytes.deallocate() } }
}

extension ByteStore: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { bytes.count }

  /// A byte; an index out of bounds ends the program.
  @inlinable public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < bytes.count)
    return bytes[index]
  }
}

extension ByteStore: Equatable {
  /// - Complexity: O(`count`).
  public static func == (left: ByteStore, right: ByteStore) -> Bool { left.elementsEqual(right) }
}

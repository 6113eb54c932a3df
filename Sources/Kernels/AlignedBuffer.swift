/// A fixed run of numbers, aligned to 64 bytes, zero at first: what every kernel reads and writes.
///
/// A reference type, so that planes of spins are never copied by accident inside a relaxation.
///
/// It is the one owner of memory that kernels and MPI read and write. The pointers to it, `base` within this module and
/// ``unsafeElements`` for others, are valid as long as the buffer lives, and do not keep it alive: Swift may free a local buffer after
/// the last line that names it, even while C still uses its pointer. Therefore
///
/// - a pointer is taken where it is passed on, and is not stored, but in a type that also stores the buffer (`HaloRows.owner`);
/// - the buffer behind it is a parameter of the function that calls C, or a stored property of such a parameter or of `self`, all of
///   which live to the end of the call;
/// - a buffer that is a local constant is held by `withExtendedLifetime` around the call, unless a later line reads it;
/// - what a non-blocking or persistent operation of MPI reads or writes is stored beside its request and is not touched until the wait
///   has ended.
///
/// Nothing checks that two functions do not write to a buffer at the same time, so it is not `Sendable`: the thread that made it has it.
public final class AlignedBuffer<Element: BitwiseCopyable> {
  /// The number of elements, fixed when the memory is taken.
  public let count: Int
  /// For the kernels of this module; a multiple of 64 bytes.
  let base: UnsafeMutablePointer<Element>

  /// - Precondition: `count` is not negative.
  public init(count: Int) {
    precondition(count >= 0, "a buffer cannot hold \(count) elements")
    self.count = count
    let bytes = max(count * MemoryLayout<Element>.stride, 1)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    base = memory.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// An element; an index out of bounds ends the program.
  @inline(__always)
  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count)
      return base[index]
    }
    set {
      precondition(index >= 0 && index < count)
      base[index] = newValue
    }
  }

  /// For libraries that take pointers (MPI). The pointer stays valid as long as the buffer lives.
  public var unsafeElements: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: base, count: count) }

  /// The elements as an array.
  ///
  /// - Complexity: O(`count`).
  public var elements: [Element] { Array(unsafeElements) }

  /// Copies all of `source`, which is as long, over this buffer.
  public func assign(_ source: [Element]) {
    precondition(source.count == count, "\(source.count) elements for a buffer of \(count)")
    source.withUnsafeBufferPointer { if let start = $0.baseAddress { base.update(from: start, count: count) } }
  }

  /// Copies `length` elements of `source` from `start` to `offset` here.
  public func copy(from source: AlignedBuffer, at start: Int = 0, to offset: Int = 0, count length: Int) {
    precondition(start >= 0 && offset >= 0 && length >= 0 && start + length <= source.count && offset + length <= count)
    (base + offset).update(from: source.base + start, count: length)
  }

  /// Sets every byte to zero.
  public func clear() { clear(count: count) }

  /// Sets every byte of the first `length` elements to zero.
  public func clear(count length: Int) {
    precondition(length >= 0 && length <= count)
    UnsafeMutableRawPointer(base).initializeMemory(as: UInt8.self, repeating: 0, count: length * MemoryLayout<Element>.stride)
  }
}

extension AlignedBuffer where Element == Float {
  /// The sum of all numbers, at the speed of memory: in 64 sums of every 64th number first, then what is left over in order.
  package func sum() -> Float {
    let whole = count / 64 * 64
    return (whole..<count).reduce(InstructionSet.current.machines.read(base, Int64(whole))) { $0 + base[$1] }
  }
}

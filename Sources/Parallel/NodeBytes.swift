import Kernels
import MPI

/// Bytes that the ranks of a node hold once between them, in an MPI shared window.
///
/// The memory belongs to the window until MPI is finalised, since giving it back is collective and a store may go at any time.
public final class NodeBytes {
  private let window: SharedWindow<UInt8>

  private init(_ window: consuming SharedWindow<UInt8>) { self.window = window }

  /// Copies the bytes of the node's first rank to where all its ranks see them. Collective.
  ///
  /// - Parameters:
  ///   - bytes: read on the first rank alone.
  ///   - node: ranks that share memory, see `Communicator.splitShared`.
  public static func share(_ bytes: ByteStore, over node: Communicator) throws -> ByteStore {
    guard node.size > 1 else { return bytes }
    let window = try SharedWindow<UInt8>(node, count: node.rank == 0 ? bytes.count : 0)
    if node.rank == 0 { _ = window.local.update(from: bytes) }
    try window.fence()
    let segment = try window.segment(of: 0)
    return ByteStore(UnsafeBufferPointer(segment), of: NodeBytes(window))
  }
}

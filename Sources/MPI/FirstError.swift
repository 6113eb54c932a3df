internal import CMPI

/// Lets one rank of a node speak when several fail at the same time, as they do when all read the same wrong file.
///
/// The flag lies in a shared window, so the claim works without help from the other ranks, whatever they are doing.
final class FirstError: @unchecked Sendable {
  // Sendable: the flag is only touched by an atomic exchange, the window only when made and freed.
  private var window: SharedWindow<Int32>?
  private let flag: UnsafeMutablePointer<Int32>?

  /// Collective over the ranks of one node.
  init(node: Communicator) throws {
    let window = try SharedWindow<Int32>(node, count: node.rank == 0 ? 1 : 0)
    flag = try window.segment(of: 0).baseAddress
    self.window = consume window
  }

  /// Whether the caller is the first on its node.
  func claim() -> Bool {
    guard let flag else { return true }
    return cmpi_exchange_shared_flag(flag, 1) == 0
  }

  /// Gives the window back. Collective, and no claim may follow.
  func free() throws {
    try window.take()?.free()
  }
}

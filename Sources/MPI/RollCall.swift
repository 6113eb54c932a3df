internal import CMPI
import Synchronization

/// Finds out which ranks of a group still answer, after an operation has run past its deadline.
///
/// It talks on a communicator of its own, which has to exist before anything goes wrong. Every wait of a communicator that has one as its
/// ``Communicator/rollCall`` calls the roll by itself.
public final class RollCall: Sendable {
  /// A rank that gave no sign of life.
  public struct Absence: Sendable, Hashable {
    /// Its rank in the group whose roll was called.
    public let rank: Int
    /// The name of the host that it ran on.
    public let host: String
  }

  /// The node of every rank.
  public let hosts: [String]
  private let communicator: Communicator
  /// Its place among all.
  let number: Int

  /// Those that were made, which last as long as their communicators: until MPI ends.
  private static let all = Mutex<[RollCall?]>([])
  static func numbered(_ number: Int) -> RollCall? { all.withLock { $0[number] } }

  /// Collective; waits no longer than the group's deadline.
  public init(_ group: Communicator) throws {
    var group = group
    group.rollCall = nil
    communicator = try group.duplicate()
    hosts = try group.allgatherVarying(Array(Environment.processorName.utf8)).map { String(decoding: $0, as: UTF8.self) }
    number = Self.all.withLock { all in
      all.append(nil)
      return all.count - 1
    }
    Self.all.withLock { $0[number] = self }
  }

  /// Tells all others that this rank is there, and waits for the same of them: ranks that wait in vain for the same operation call
  /// at about the same time.
  ///
  /// Afterwards the process can only end. What the overdue operation reads and writes must still be in memory.
  ///
  /// - Parameter limit: how long it waits.
  /// - Returns: the ranks that were not heard of.
  public func absent(within limit: Duration) -> [Int] {
    let (rank, size) = (communicator.rank, communicator.size)
    guard size > 1 else { return [] }
    // One byte for each of the others, and one to send. MPI may touch them until the process ends, so nobody gives them back.
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: size + 1)
    bytes.initialize(repeating: 1, count: size + 1)
    let others = (0..<size).filter { $0 != rank }
    var expected: [(rank: Int, request: MPI_Request)] = []
    for other in others {
      var request = MPI_REQUEST_NULL
      if MPI_Irecv_c(bytes + other, 1, UInt8.handle, other.mpi, 0, communicator.handle, &request) == MPI_SUCCESS {
        expected.append((other, request))
      }
      var sent = MPI_REQUEST_NULL
      MPI_Isend_c(bytes + size, 1, UInt8.handle, other.mpi, 0, communicator.handle, &sent)
    }
    var absent = Set(others)
    _ = Waiting.poll(deadline: limit) {
      expected.removeAll { other, request in
        var (request, isHere) = (request, Int32(0))
        guard MPI_Test(&request, &isHere, cmpi_status_ignore()) == MPI_SUCCESS, isHere != 0 else { return false }
        absent.remove(other)
        return true
      }
      return absent.isEmpty
    }
    return absent.sorted()
  }

  /// Calls the roll after a wait that took as long as `deadline`. Others may have begun to wait a little later.
  func absent(after deadline: Duration) -> [Absence] {
    absent(within: max(.seconds(2), deadline / 10)).map { Absence(rank: $0, host: hosts[$0]) }
  }

  /// Ranks by host: `no sign of life from node7 (rank 12, 13)`.
  static func text(_ absent: [Absence]) -> String {
    guard !absent.isEmpty else { return "all ranks are still there" }
    let hosts = absent.reduce(into: [(host: String, ranks: [Int])]()) { hosts, absence in
      if let index = hosts.firstIndex(where: { $0.host == absence.host }) {
        hosts[index].ranks.append(absence.rank)
      } else {
        hosts.append((absence.host, [absence.rank]))
      }
    }
    let names = hosts.map { host, ranks in "\(host) (rank \(ranks.map(String.init).joined(separator: ", ")))" }
    return "no sign of life from \(names.joined(separator: " and "))"
  }
}

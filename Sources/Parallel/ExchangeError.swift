import MPI

/// An exchange between ranks of a grid that did not come about.
package struct ExchangeError: Error, CustomStringConvertible {
  /// A rank of the job, and the strip that it holds.
  package struct Place: Equatable, Sendable {
    /// Its rank among all of the job.
    package let rank: Int
    /// `nil` where the exchange is not one of strips.
    package let strip: Int?
  }

  /// A rank of the job that gave no sign of life afterwards, and its host.
  package struct Absence: Equatable, Sendable {
    /// Its rank among all of the job.
    package let rank: Int
    /// The name of the host that it ran on.
    package let host: String
  }

  /// Who noticed the failure.
  package let place: Place
  /// Who did not answer, as far as is known.
  package let neighbours: [Place]
  /// What was to travel.
  package let content: String
  /// What MPI, or the deadline of the wait, reported.
  package let cause: MPIError
  /// Who was not there when everyone was asked; `nil` if nobody was asked.
  package let absent: [Absence]?

  package var description: String {
    let others = neighbours.isEmpty ? "all ranks" : neighbours.map(Self.name).joined(separator: " or ")
    let action = cause.errorClass == .timeout ? "timed out waiting for" : "could not exchange with"
    return "\(Self.name(place)) \(action) \(others) in the exchange of \(content): \(cause)" + (absent.map(Self.text) ?? "")
  }

  private static func name(_ place: Place) -> String {
    "rank \(place.rank)" + (place.strip.map { " (strip \($0))" } ?? "")
  }

  /// Ranks by host: `; no sign of life from node7 (rank 12, 13)`.
  private static func text(_ absent: [Absence]) -> String {
    guard !absent.isEmpty else { return "; all ranks are still there" }
    let hosts = absent.reduce(into: [(host: String, ranks: [Int])]()) { hosts, absence in
      if let index = hosts.firstIndex(where: { $0.host == absence.host }) {
        hosts[index].ranks.append(absence.rank)
      } else {
        hosts.append((absence.host, [absence.rank]))
      }
    }
    let names = hosts.map { host, ranks in "\(host) (rank \(ranks.map(String.init).joined(separator: ", ")))" }
    return "; no sign of life from \(names.joined(separator: " and "))"
  }
}

extension ProcessGrid {
  /// Runs communication of the spin group; of an error, says who waited for whom, and for what.
  ///
  /// What the communication reads and writes must outlive it.
  package func naming<Result>(_ content: @autoclosure () -> String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as MPIError {
      let others = error.peer.map { [$0] } ?? spinRanks.indices.filter { $0 != spin.rank }
      throw ExchangeError(
        place: .init(rank: spinRanks[spin.rank], strip: spin.rank),
        neighbours: others.map { .init(rank: spinRanks[$0], strip: $0) }, content: content(), cause: error,
        absent: absent(after: error))
    }
  }

  /// The same for communication between data groups, of ranks with the same strip.
  package func namingData<Result>(_ content: @autoclosure () -> String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as MPIError {
      throw ExchangeError(
        place: .init(rank: world.rank, strip: nil), neighbours: [], content: content(), cause: error, absent: absent(after: error)
      )
    }
  }

  /// Asks who is there, if a wait ran past its deadline. Others may have begun to wait a little later.
  private func absent(after error: MPIError) -> [ExchangeError.Absence]? {
    guard error.errorClass == .timeout, let rollCall, let deadline = world.deadline else { return nil }
    return rollCall.absent(within: max(.seconds(2), deadline / 10)).map { .init(rank: $0, host: rollCall.hosts[$0]) }
  }
}

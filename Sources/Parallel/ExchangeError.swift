import MPI

/// An exchange between ranks of a grid that did not come about.
public struct ExchangeError: Error, CustomStringConvertible {
  /// A rank of the job, and the strip that it holds.
  public struct Place: Equatable, Sendable {
    /// Its rank among all of the job.
    public let rank: Int
    /// `nil` where the exchange is not one of strips.
    public let strip: Int?
  }

  /// Who noticed the failure.
  public let place: Place
  /// Who did not answer, as far as is known.
  public let neighbours: [Place]
  /// What was to travel.
  public let content: String
  /// What MPI, or the deadline of the wait, reported.
  public let cause: MPIError

  public var description: String {
    let others = neighbours.isEmpty ? "all ranks" : neighbours.map(Self.name).joined(separator: " or ")
    let action = cause.errorClass == .timeout ? "timed out waiting for" : "could not exchange with"
    return "\(Self.name(place)) \(action) \(others) in the exchange of \(content): \(cause)"
  }

  private static func name(_ place: Place) -> String {
    "rank \(place.rank)" + (place.strip.map { " (strip \($0))" } ?? "")
  }
}

extension ProcessGrid {
  /// Runs communication of the spin group; of an error, says who waited for whom, and for what.
  package func naming<Result>(_ content: @autoclosure () -> String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as MPIError {
      let others = error.peer.map { [$0] } ?? spinRanks.indices.filter { $0 != spin.rank }
      throw ExchangeError(
        place: .init(rank: spinRanks[spin.rank], strip: spin.rank),
        neighbours: others.map { .init(rank: spinRanks[$0], strip: $0) }, content: content(), cause: error)
    }
  }

  /// The same for communication between data groups, of ranks with the same strip.
  package func namingData<Result>(_ content: @autoclosure () -> String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as MPIError {
      throw ExchangeError(place: .init(rank: world.rank, strip: nil), neighbours: [], content: content(), cause: error)
    }
  }
}

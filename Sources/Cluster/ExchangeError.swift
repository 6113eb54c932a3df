import MPI

/// An exchange between the strips of one network that did not come about.
public struct ExchangeError: Error, CustomStringConvertible {
  /// A rank of the job, and the strip that it holds.
  public struct Place: Equatable, Sendable {
    public let rank: Int
    public let strip: Int
  }

  public let place: Place
  /// Who did not answer, as far as is known.
  public let neighbours: [Place]
  /// What was to travel.
  public let content: String
  public let cause: MPIError

  public var description: String {
    let others = neighbours.map { "rank \($0.rank) (strip \($0.strip))" }.joined(separator: " or ")
    let action = cause.errorClass == .timeout ? "waited in vain for" : "could not exchange with"
    return "rank \(place.rank) (strip \(place.strip)) \(action) \(others) in the exchange of \(content): \(cause)"
  }
}

extension ProcessGrid {
  /// Runs communication of the spin group; of an error, says who waited for whom, and for what.
  public func naming<Result>(_ content: @autoclosure () -> String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as MPIError {
      let others = error.peer.map { [$0] } ?? spinRanks.indices.filter { $0 != spin.rank }
      throw ExchangeError(
        place: .init(rank: spinRanks[spin.rank], strip: spin.rank),
        neighbours: others.map { .init(rank: spinRanks[$0], strip: $0) }, content: content(), cause: error)
    }
  }
}

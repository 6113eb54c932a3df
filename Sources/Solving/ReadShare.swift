/// Which reads are this rank's: every `count`-th, from its own place on.
public struct ReadShare: Sendable, Equatable {
  public var place: Int
  public var count: Int

  public init(place: Int = 0, of count: Int = 1) {
    precondition((0..<count).contains(place), "share \(place) of \(count)")
    self.place = place
    self.count = count
  }

  func reads(of all: Int) -> StrideTo<Int> { stride(from: place, to: all, by: count) }

  func readCount(of all: Int) -> Int { max(all - place + count - 1, 0) / count }
}


/// Which reads are this rank's. A read's number decides its noise, so that all ranks together do the reads that one would.
public struct ReadShare: Sendable, Equatable {
  public var place: Int
  public var count: Int

  public init(place: Int = 0, of count: Int = 1) {
    precondition((0..<count).contains(place), "share \(place) of \(count)")
    self.place = place
    self.count = count
  }

  /// Every `count`-th, from its own place on: for machines that take one read after the other.
  func reads(of all: Int) -> StrideTo<Int> { stride(from: place, to: all, by: count) }

  func readCount(of all: Int) -> Int { max(all - place + count - 1, 0) / count }

  /// A run of reads: for machines that take many at once.
  func run(of all: Int) -> Range<Int> { place * all / count..<(place + 1) * all / count }
}

import Kernels
import MPI

/// The field of ±1 spins in blocks of rows where couplings have one size: a bit a spin goes to all other ranks, while this rank's own
/// bits are multiplied.
final class PackedExchange {
  private let rows: PackedRows
  private let group: Communicator
  /// The spins of each rank.
  private let parts: [Range<Int>]
  private let layout: BlockLayout
  /// This rank's words at their place, apart from those that come: what MPI writes to is not to be read.
  private let own: AlignedBuffer<UInt32>
  private let ownWords: Range<Int>
  private let words: AlignedBuffer<UInt32>
  private var remembered: RememberedStates<UInt32>?

  /// - Parameter parts: each beginning at a multiple of 32, so that no word has spins of two ranks.
  init(_ rows: PackedRows, parts: [Range<Int>], over group: Communicator, remembersStates: Bool) throws {
    self.rows = rows
    self.group = group
    self.parts = parts
    layout = try BlockLayout(counts: parts.map { $0.isEmpty ? 0 : rows.words(of: $0).count })
    ownWords = parts[group.rank].isEmpty ? 0..<0 : rows.words(of: parts[group.rank])
    own = AlignedBuffer(count: rows.wordCount)
    words = AlignedBuffer(count: rows.wordCount)
    remembered = remembersStates ? RememberedStates(count: rows.wordCount) : nil
  }

  /// Sums of whole multiples of the couplings' size are exact, so the ranks' parts may be added in any order.
  func addCouplings(_ spins: AlignedBuffer<Float>, into field: AlignedBuffer<Float>, exchanging: Bool) throws {
    let mine = parts[group.rank]
    rows.pack(spins, count: mine.count, into: own, at: ownWords.lowerBound)
    if !exchanging, let others = remembered?[spins] {
      words.copy(from: others, count: words.count)
      if !mine.isEmpty { rows.add(mine, of: own, into: field) }
    } else {
      let sent = UnsafeBufferPointer(own.unsafeElements.extracting(ownWords))
      let request = try group.iallgatherVarying(sent, into: words.unsafeElements, layout)
      if !mine.isEmpty { rows.add(mine, of: own, into: field) }
      try request.wait()
      remembered?.keep(words, from: 0, for: spins)
    }
    for (rank, part) in parts.enumerated() where rank != group.rank && !part.isEmpty { rows.add(part, of: words, into: field) }
    rows.removeDiagonal(spins, from: field)
  }

  func forgetStates() { remembered?.removeAll() }
}

/// The other ranks' states as they last came, a plane of them for each plane of own states that is evaluated: the cosines and sines
/// of oscillators are not to be taken for one another.
struct RememberedStates<Element: BitwiseCopyable> {
  private let count: Int
  private var planes: [ObjectIdentifier: AlignedBuffer<Element>] = [:]

  /// - Parameter count: numbers of a plane of others' states.
  init(count: Int) { self.count = count }

  /// What was kept for a plane, `nil` if nothing was.
  subscript(states: AlignedBuffer<Float>) -> AlignedBuffer<Element>? { planes[ObjectIdentifier(states)] }

  /// Keeps what lies in `source` from `start` on. Takes memory the first time that a plane is seen.
  mutating func keep(_ source: AlignedBuffer<Element>, from start: Int, for states: AlignedBuffer<Float>) {
    let plane = planes[ObjectIdentifier(states)] ?? AlignedBuffer(count: count)
    plane.copy(from: source, at: start, count: count)
    planes[ObjectIdentifier(states)] = plane
  }

  /// For other planes than before.
  mutating func removeAll() { planes.removeAll() }
}

import CKernels

/// Two spins by their numbers.
public struct SpinPair: Equatable, Hashable, Sendable {
  /// One of them.
  public let first: Int
  /// The other.
  public let second: Int

  /// A pair of two different spins.
  public init(_ first: Int, _ second: Int) {
    self.first = first
    self.second = second
  }
}

/// Counts what averages over states are made of, in whole numbers, so that sums over the ranks that share the spins are exact.
package protocol ReplicaMeter: AnyObject {
  /// Takes up the present states.
  ///
  /// - Parameter pairs: whether pairs will be asked for as well.
  func read(pairs: Bool)
  /// The sum over this rank's spins in one replica.
  func sum(_ lane: Int) -> Int64
  /// The sum over this rank's spins of the products of two replicas.
  func overlap(_ one: Int, _ other: Int) -> Int64
  /// The sum over this rank's coupled pairs of the products of both spins in both replicas.
  func linkOverlap(_ one: Int, _ other: Int) -> Int64
  /// The mean of so many numbers whose sum over all ranks is `sum`.
  func mean(_ sum: Int64, of count: Int) -> Double
  /// Sums of single spins and of products of pairs, over replicas and time.
  ///
  /// - Parameters:
  ///   - pairs: by global numbers of spins, all of this rank; `nil`: those that are coupled.
  ///   - greatest: states that are added to one row.
  func sums(pairs: [SpinPair]?, rows: Int, greatest: Int) -> any ReplicaSums
}

/// Sums of this rank's spins, in the order of places, and then of products of pairs: a row for each block of states.
package protocol ReplicaSums: AnyObject {
  /// Spins and pairs.
  var count: Int { get }
  /// The most that one state adds to a sum, and the least that it takes from it.
  var greatest: Double { get }
  /// How much the mean of a spin or product changes with the mean sum of a state.
  var slope: Double { get }
  /// The mean of a spin or product from the mean sum of a state.
  func mean(_ sum: Double) -> Double
  /// Adds the state of a replica that the meter has read.
  func add(lane: Int, to row: Int)
  func read(row: Int, into sums: inout [Int64])
  /// - Parameter number: states that were added.
  func set(row: Int, to sums: [Int64], added number: Int)
  func clear()
}

extension ReplicaStates {
  /// Places of pairs of spins that this rank has.
  func bonds(_ pairs: [SpinPair]) -> AlignedBuffer<eq_bond> {
    let places = layout.places(of: (held.max() ?? -1) + 1)
    return AlignedBuffer(pairs.map { eq_bond(first: places[$0.first], second: places[$0.second], sign: 0) })
  }

  /// Global numbers of the coupled pairs that this rank counts, in the order of its sums.
  package final var coupledPairs: [SpinPair] {
    pairs.elements.map { SpinPair(held[Int($0.first)], held[Int($0.second)]) }
  }
}

/// Counts bits: spins that are down, spins and products that differ.
final class SpinMeter: ReplicaMeter {
  fileprivate let states: ReplicaStates
  fileprivate let spins: PackedStates
  /// Of coupled pairs.
  fileprivate private(set) lazy var pairs = PackedStates(bits: states.pairCount, rows: states.bitCount)
  /// Pairs that are not coupled, where they are fewer.
  private let uncoupled: (bonds: AlignedBuffer<eq_bond>, bits: PackedStates)?
  /// Whether the coupled ones are read.
  private var readsCoupled: Bool
  fileprivate private(set) var chosen: (bonds: AlignedBuffer<eq_bond>, bits: PackedStates)?

  init(_ states: ReplicaStates) {
    self.states = states
    spins = PackedStates(bits: states.ownCount, rows: states.bitCount)
    uncoupled = states.uncoupledPairs().map { ($0, PackedStates(bits: $0.count, rows: states.bitCount)) }
    readsCoupled = uncoupled == nil
  }

  func read(pairs wantsPairs: Bool) {
    states.unpackSpins(into: spins)
    if wantsPairs {
      if readsCoupled { states.unpackPairs(into: pairs) }
      if let uncoupled { states.unpack(uncoupled.bonds, into: uncoupled.bits) }
    }
    if let chosen { states.unpack(chosen.bonds, into: chosen.bits) }
  }

  func sum(_ lane: Int) -> Int64 { Int64(spins.count(lane)) }
  func overlap(_ one: Int, _ other: Int) -> Int64 { Int64(spins.differences(one, other)) }

  /// Of all pairs those differ of which one spin is among the spins that do.
  func linkOverlap(_ one: Int, _ other: Int) -> Int64 {
    guard let uncoupled else { return Int64(pairs.differences(one, other)) }
    let unequal = spins.differences(one, other)
    return Int64(unequal * (spins.bitCount - unequal) - uncoupled.bits.differences(one, other))
  }

  func mean(_ sum: Int64, of count: Int) -> Double { 1 - 2 * Double(sum) / Double(count) }

  func sums(pairs: [SpinPair]?, rows: Int, greatest: Int) -> any ReplicaSums {
    if let pairs {
      let bonds = states.bonds(pairs)
      chosen = (bonds, PackedStates(bits: bonds.count, rows: states.bitCount))
    } else {
      readsCoupled = true
    }
    return SpinSums(self, rows: rows, greatest: greatest)
  }
}

extension ReplicaStates {
  /// Pairs of spins that are not coupled; `nil` if they are not fewer than those that are, or another rank has some of the spins.
  fileprivate func uncoupledPairs() -> AlignedBuffer<eq_bond>? {
    guard layout.ghosts.isEmpty, 4 * pairs.count > ownCount * (ownCount - 1) else { return nil }
    var isCoupled = [Bool](repeating: false, count: ownCount * ownCount)
    for pair in pairs.elements {
      isCoupled[Int(max(pair.first, pair.second)) * ownCount + Int(min(pair.first, pair.second))] = true
    }
    var found: [eq_bond] = []
    for one in 0..<ownCount {
      for other in 0..<one where !isCoupled[one * ownCount + other] {
        found.append(eq_bond(first: Int32(one), second: Int32(other), sign: 0))
      }
    }
    return pairs.count + found.count == ownCount * (ownCount - 1) / 2 ? AlignedBuffer(found) : nil
  }
}

/// How often each spin was down, and each pair unequal.
private final class SpinSums: ReplicaSums {
  private let meter: SpinMeter
  private let spins: BitCounts
  private let pairs: BitCounts

  init(_ meter: SpinMeter, rows: Int, greatest: Int) {
    self.meter = meter
    spins = BitCounts(bits: meter.spins.bitCount, rows: rows, greatest: greatest)
    pairs = BitCounts(bits: meter.chosen?.bits.bitCount ?? meter.pairs.bitCount, rows: rows, greatest: greatest)
  }

  var count: Int { spins.bitCount + pairs.bitCount }
  var greatest: Double { 1 }
  var slope: Double { 2 }
  func mean(_ sum: Double) -> Double { 1 - 2 * sum }

  func add(lane: Int, to row: Int) {
    spins.add(meter.spins, row: lane, to: row)
    pairs.add(meter.chosen?.bits ?? meter.pairs, row: lane, to: row)
  }

  func read(row: Int, into sums: inout [Int64]) {
    spins.read(row: row, into: &sums, at: 0)
    pairs.read(row: row, into: &sums, at: spins.bitCount)
  }

  func set(row: Int, to sums: [Int64], added number: Int) {
    spins.set(row: row, to: sums, at: 0, added: number)
    pairs.set(row: row, to: sums, at: spins.bitCount, added: number)
  }

  func clear() {
    spins.clear()
    pairs.clear()
  }
}

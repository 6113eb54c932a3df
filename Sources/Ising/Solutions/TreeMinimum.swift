import Foundation
import Host

/// The ground state of a problem whose graph is narrow, by dynamic programming over a tree decomposition.
///
/// Spins are eliminated one after the other. A table holds, for every state of the spins in the bag that come later, the lowest energy that
/// the spins eliminated so far can have, and in how many ways; the last table holds the ground state's. Going back through them gives the
/// state. Time and memory grow as 2 to the power of the width. Source: Dechter, "Bucket elimination: a unifying framework for reasoning",
/// Artif. Intell. 113, 41 (1999).
struct TreeMinimum {
  let spins: [Int8]
  /// The number of ground states: a number from 1 to 2, times a power of two.
  private(set) var count = (fraction: 1.0, exponent: 0)
  let width: Int

  struct Stopped: Error {}

  /// The number of energies that are equal up to rounding, per unit of the sum of all couplings.
  private static let relativeTolerance = 1e-12

  /// - Throws: `Stopped`, or `MemoryLimit`'s error where the tables do not fit.
  init(_ problem: IsingProblem, order: EliminationOrder, shouldStop: () -> Bool) throws {
    width = order.width
    let size = problem.couplings.reduce(0) { $0 + abs($1) } / 2 + problem.fields.reduce(0) { $0 + abs($1) }
    // Sums of integers below 2⁵³ are exact.
    let tolerance = problem.isInteger && size < 0x1p52 ? 0.25 : Self.relativeTolerance * size
    var places = [Int32](repeating: 0, count: problem.spinCount)
    for (place, spin) in order.spins.enumerated() { places[Int(spin)] = Int32(place) }
    try Self.requireMemory(order, places)
    // Messages wait at the spin of their bag that is eliminated next.
    var waiting = [[Message]](repeating: [], count: problem.spinCount)
    var choices = [[UInt64]]()
    choices.reserveCapacity(problem.spinCount)
    for (place, spin) in order.spins.enumerated() {
      if shouldStop() { throw Stopped() }
      let later = order.later[place]
      var table = Table(problem, spin: Int(spin), later: later)
      for message in waiting[place] {
        if shouldStop() { throw Stopped() }
        table.add(message, scope: later + [spin])
      }
      waiting[place] = []
      let (message, choice, exponent) = table.minimum(later: later, tolerance: tolerance)
      choices.append(choice)
      count.exponent += exponent
      if let next = later.last {
        waiting[Int(places[Int(next)])].append(message)
      } else {
        let product = count.fraction * message.counts[0]
        count = (product.significand, count.exponent + Int(product.exponent))
      }
    }
    var spins = [Int8](repeating: 1, count: problem.spinCount)
    for place in order.spins.indices.reversed() {
      var state = 0
      for (bit, other) in order.later[place].enumerated() where spins[Int(other)] > 0 { state |= 1 << bit }
      spins[Int(order.spins[place])] = choices[place][state >> 6] >> UInt64(state & 63) & 1 == 1 ? 1 : -1
    }
    self.spins = spins
  }

  /// The logarithm to base 2 of the number of ground states.
  var log2GroundStates: Double { Double(count.exponent) + log2(count.fraction) }

  /// The number of ground states, `nil` where it is beyond 2⁵³.
  var groundStates: Int? {
    count.exponent < 53 ? Int(Double(sign: .plus, exponent: count.exponent, significand: count.fraction)) : nil
  }

  /// - Parameter places: of the spins in the order.
  private static func requireMemory(_ order: EliminationOrder, _ places: [Int32]) throws {
    // Choices take a bit a state, and stay; messages take 16 bytes a state until they are used, the table that is worked on 48.
    var (choices, waiting, most) = (0.0, 0.0, 0.0)
    var arriving = [Double](repeating: 0, count: order.spins.count)
    for (place, later) in order.later.enumerated() {
      let states = Double(sign: .plus, exponent: later.count, significand: 1)
      choices += max(states / 8, 8)
      most = max(most, waiting + 48 * states)
      waiting -= arriving[place]
      guard let next = later.last else { continue }
      arriving[Int(places[Int(next)])] += 16 * states
      waiting += 16 * states
    }
    try MemoryLimit.require(choices + most, for: "the tables of a tree decomposition of width \(order.width)")
  }
}

/// What an eliminated spin leaves behind: for every state of the spins of `scope`, bit by bit, the lowest energy and the ways to have it.
private struct Message {
  var scope: [Int32]
  var energies: [Double]
  /// Divided by a power of two so that the greatest is from 1 to 2.
  var counts: [Double]
}

/// Energies and counts for every state of a bag; the spin that goes is the highest bit, and a bit is 1 where the spin is 1.
private struct Table {
  private var energies: [Double]
  private var counts: [Double]
  private let half: Int
  /// Of the counts, as a power of two, that they were divided by.
  private var exponent = 0
  /// Bits of a state that one table of offsets covers.
  private static let lowBits = 10

  /// The spin's own field and its couplings with those of the bag.
  init(_ problem: IsingProblem, spin: Int, later: [Int32]) {
    half = 1 << later.count
    var couplings = [Int32: Double]()
    for entry in problem.row(spin) { couplings[problem.neighbours[entry]] = problem.couplings[entry] }
    // −s (h + Σ J s'), for s = −1, from all others −1 upwards.
    energies = [problem.fields[spin] - later.reduce(0) { $0 + couplings[$1, default: 0] }]
    energies.reserveCapacity(2 * half)
    for other in later {
      let change = 2 * couplings[other, default: 0]
      for place in energies.indices { energies.append(energies[place] + change) }
    }
    for place in 0..<half { energies.append(-energies[place]) }
    counts = [Double](repeating: 1, count: 2 * half)
  }

  /// - Parameter scope: the spins of this table, bit by bit; those of the message are some of them in the same order.
  mutating func add(_ message: Message, scope: [Int32]) {
    // Where a state of this table's spins stands in the message: the sum of what its lower and its upper bits say.
    let places = scope.map { spin in message.scope.firstIndex(of: spin).map { 1 << $0 } ?? 0 }
    let low = Self.offsets(places.prefix(Self.lowBits))
    let high = Self.offsets(places.dropFirst(Self.lowBits))
    var state = 0
    for upper in high {
      for lower in low {
        let place = upper + lower
        energies[state] += message.energies[place]
        counts[state] *= message.counts[place]
        state += 1
      }
    }
    normalise()
  }

  private static func offsets(_ places: ArraySlice<Int>) -> [Int] {
    places.reduce(into: [0]) { offsets, place in
      for index in offsets.indices { offsets.append(offsets[index] + place) }
    }
  }

  private mutating func normalise() {
    let greatest = counts.reduce(0, max)
    let shift = Int(greatest.exponent)
    guard shift != 0 else { return }
    let factor = Double(sign: .plus, exponent: -shift, significand: 1)
    for place in counts.indices { counts[place] *= factor }
    exponent += shift
  }

  /// The lower energy of the spin's two states, and which one has it.
  mutating func minimum(later: [Int32], tolerance: Double) -> (message: Message, choice: [UInt64], exponent: Int) {
    var message = Message(
      scope: later, energies: [Double](repeating: 0, count: half), counts: [Double](repeating: 0, count: half))
    var choice = [UInt64](repeating: 0, count: (half + 63) / 64)
    for state in 0..<half {
      let (down, up) = (energies[state], energies[state + half])
      let lowest = min(down, up)
      message.energies[state] = lowest
      message.counts[state] =
        (down <= lowest + tolerance ? counts[state] : 0) + (up <= lowest + tolerance ? counts[state + half] : 0)
      if up <= down { choice[state >> 6] |= 1 << UInt64(state & 63) }
    }
    let shift = Int(message.counts.reduce(0, max).exponent)
    let factor = Double(sign: .plus, exponent: -shift, significand: 1)
    for state in 0..<half { message.counts[state] *= factor }
    return (message, choice, exponent + shift)
  }
}

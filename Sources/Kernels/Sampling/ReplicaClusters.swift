import Foundation

/// Clusters of coupled spins in single replicas, on the rank that has all spins.
package final class ReplicaClusters {
  private let states: ReplicaStates
  private let spinCount: Int
  private let freeCount: Int
  private let placed: PlacedCouplings
  /// The number of the last cluster that each place was in.
  private let seen: AlignedBuffer<UInt32>
  private var number: UInt32 = 0
  /// The places of the last cluster, in front.
  package let members: AlignedBuffer<Int32>

  /// - Parameter states: of a layout without ghosts.
  package init(_ couplings: ReplicaCouplings, states: ReplicaStates) {
    precondition(states.layout.ghosts.isEmpty)
    self.states = states
    let layout = states.layout
    (spinCount, freeCount) = (layout.ownCount, layout.free.count)
    placed = PlacedCouplings(couplings, in: layout)
    seen = AlignedBuffer(count: spinCount)
    members = AlignedBuffer(count: spinCount)
  }

  /// Begins a cluster with one spin.
  private func begin(at place: Int) {
    if number == .max {
      seen.clear()
      number = 0
    }
    number += 1
    members.base[0] = Int32(place)
    seen.base[place] = number
  }

  /// The places that are connected with one another in the graph of the couplings and on which two rows of bits differ, or agree: Houdayer's
  /// cluster around one of them.
  ///
  /// - Parameters:
  ///   - choice: from 0 to 1, which of these places is the first.
  ///   - agree: whether rows are to agree. Only in problems without fixed spins.
  ///   - greatest: larger clusters are not wanted.
  /// - Returns: how many `members` there are; `nil` if there is no such place, the cluster is all of them or too large.
  package func overlapCluster(
    _ rows: PackedStates, _ one: Int, _ other: Int, agree: Bool, choice: Double, greatest: Int
  ) -> Int? {
    let differing = rows.differences(one, other)
    let count = agree ? spinCount - differing : differing
    guard count > 0 else { return nil }
    let first = place(min(Int(choice * Double(count)), count - 1), of: rows, one, other, agree)
    begin(at: first)
    var (read, end) = (0, 1)
    while read < end {
      let place = Int(members.base[read])
      read += 1
      // Fixed spins are the same everywhere.
      for entry in placed.row(place) {
        let next = Int(placed.neighbours.base[entry])
        guard seen.base[next] != number, (rows.bit(one, next) == rows.bit(other, next)) == agree else { continue }
        seen.base[next] = number
        members.base[end] = Int32(next)
        end += 1
      }
      guard end <= greatest else { return nil }
    }
    return end == count ? nil : end
  }

  /// The place of the k-th bit that counts.
  private func place(_ k: Int, of rows: PackedStates, _ one: Int, _ other: Int, _ agree: Bool) -> Int {
    var left = k
    for word in 0..<rows.rowWords {
      var bits = rows.words.base[one * rows.rowWords + word] ^ rows.words.base[other * rows.rowWords + word]
      if agree { bits = ~bits }
      let valid = spinCount - 64 * word
      if valid < 64 { bits &= (1 << UInt64(valid)) - 1 }
      guard bits.nonzeroBitCount <= left else {
        for _ in 0..<left { bits &= bits - 1 }
        return 64 * word + bits.trailingZeroBitCount
      }
      left -= bits.nonzeroBitCount
    }
    preconditionFailure("fewer than \(k + 1) bits")
  }

  /// Wolff's cluster: bonds that are satisfied join their spins with probability `1 − exp(−2|J|/T)`.
  ///
  /// A field is a bond to a spin that is always up, and a spin that is fixed does not turn either: a cluster that is joined to one stays.
  ///
  /// - Parameters:
  ///   - inverseTemperature: 1/T.
  ///   - uniform: numbers from 0 to 1: first that of the spin to begin with, then one for each satisfied bond.
  /// - Returns: how many `members` there are; `nil` if the cluster stays.
  package func wolffCluster(lane: Int, inverseTemperature: Double, uniform: () -> Double) -> Int? {
    guard freeCount > 0 else { return nil }
    begin(at: min(Int(uniform() * Double(freeCount)), freeCount - 1))
    var joining = Joining(inverseTemperature: inverseTemperature)
    var (read, end) = (0, 1)
    while read < end {
      let place = Int(members.base[read])
      read += 1
      let isDown = states.isDown(place: place, lane: lane)
      let field = placed.fields.base[place]
      if field != 0, (field < 0) == isDown, uniform() < joining.probability(field.magnitude) { return nil }
      for entry in placed.row(place) {
        let next = Int(placed.neighbours.base[entry])
        let coupling = placed.couplings.base[entry]
        guard seen.base[next] != number, (states.isDown(place: next, lane: lane) == isDown) == (coupling > 0),
          uniform() < joining.probability(coupling.magnitude)
        else { continue }
        guard next < freeCount else { return nil }
        seen.base[next] = number
        members.base[end] = Int32(next)
        end += 1
      }
    }
    return end
  }

  /// `1 − exp(−2|J|/T)` of the coupling that was asked for last, which often is the next one too.
  private struct Joining {
    let inverseTemperature: Double
    private var size = 0.0
    private var value = 0.0

    init(inverseTemperature: Double) { self.inverseTemperature = inverseTemperature }

    mutating func probability(_ coupling: Double) -> Double {
      if coupling != size { (size, value) = (coupling, -expm1(-2 * inverseTemperature * coupling)) }
      return value
    }
  }
}

import CKernels

/// The ±1 spins of many replicas, a bit each: 1 for a spin that is down. Replicas of one spin lie side by side.
package class ReplicaStates {
  package final let layout: ReplicaLayout
  /// The number of the replica of the first bit.
  package final let firstReplica: Int
  /// Replicas that count; bits behind them are padding.
  package final let laneCount: Int
  /// Words of 64 replicas from one place to the next.
  package final let stride: Int
  /// [place][word].
  package final let words: AlignedBuffer<UInt64>
  /// Coupled pairs of which this rank counts the energy: each pair of spins once over all ranks.
  final let pairs: AlignedBuffer<eq_bond>
  /// Global numbers of the spins of this rank and of its ghosts, in the order of places.
  final let held: [Int]

  /// - Parameter strideUnit: words from one place to the next are a multiple of it.
  convenience init(_ couplings: ReplicaCouplings, layout: ReplicaLayout, firstReplica: Int, laneCount: Int, strideUnit: Int) {
    let stride = (laneCount + 64 * strideUnit - 1) / (64 * strideUnit) * strideUnit
    self.init(couplings, layout: layout, firstReplica: firstReplica, laneCount: laneCount, stride: stride)
  }

  init(_ couplings: ReplicaCouplings, layout: ReplicaLayout, firstReplica: Int, laneCount: Int, stride: Int) {
    precondition(firstReplica >= 0 && laneCount > 0)
    self.layout = layout
    self.firstReplica = firstReplica
    self.laneCount = laneCount
    self.stride = stride
    held = (layout.own + layout.ghosts).map(couplings.number)
    words = AlignedBuffer(count: (layout.ground + 1) * stride)
    let places = layout.places(of: couplings.knownCount)
    var pairs: [eq_bond] = []
    for (place, spin) in layout.own.enumerated() {
      let number = held[place]
      for entry in couplings.row(spin) where couplings.number(Int(couplings.neighbours[entry])) < number {
        let other = places[Int(couplings.neighbours[entry])]
        pairs.append(eq_bond(first: Int32(place), second: other, sign: couplings.couplings[entry] < 0 ? -1 : 0))
      }
    }
    self.pairs = AlignedBuffer(count: pairs.count)
    self.pairs.assign(pairs)
  }

  package final var ownCount: Int { layout.ownCount }
  package final var pairCount: Int { pairs.count }
  /// Bits of a place, padding included.
  package final var bitCount: Int { 64 * stride }

  package final func isDown(place: Int, lane: Int) -> Bool { words[place * stride + lane / 64] >> UInt64(lane % 64) & 1 == 1 }

  package final func set(place: Int, lane: Int, isDown: Bool) {
    let bit: UInt64 = 1 << UInt64(lane % 64)
    if isDown { words[place * stride + lane / 64] |= bit } else { words[place * stride + lane / 64] &= ~bit }
  }

  package final func flip(place: Int, lane: Int) { words[place * stride + lane / 64] ^= 1 << UInt64(lane % 64) }

  /// Takes one state, of all spins by their global numbers, for one replica.
  package func set(lane: Int, to spins: [Int8]) {
    for (place, spin) in held.enumerated() { set(place: place, lane: lane, isDown: spins[spin] < 0) }
  }

  /// Replaces replicas by others, spin by spin.
  package func copy(_ lanes: [(from: Int, to: Int)]) {
    precondition(lanes.allSatisfy { (0..<laneCount).contains($0.from) && (0..<laneCount).contains($0.to) })
    for place in 0..<layout.ground {
      let row = words.base + place * stride
      for (from, to) in lanes {
        let bit = row[from / 64] >> UInt64(from % 64) & 1
        row[to / 64] = row[to / 64] & ~(1 << UInt64(to % 64)) | bit << UInt64(to % 64)
      }
    }
  }

  /// Holds spins, by their global numbers, in all replicas.
  package func fix(_ values: [Int: Int8]) {
    guard !values.isEmpty else { return }
    for (place, spin) in held.enumerated() {
      guard let value = values[spin] else { continue }
      for lane in 0..<laneCount { set(place: place, lane: lane, isDown: value < 0) }
    }
  }

  /// Bytes of a state of so many spins in a file.
  package func stateBytes(of spins: Int) -> Int { (spins + 7) / 8 }

  /// Writes the spins of this rank in one replica by their global numbers: a bit a spin, 1 where it is up. Other bits stay.
  package func write(lane: Int, to bytes: inout [UInt8], at start: Int) {
    for place in 0..<ownCount where !isDown(place: place, lane: lane) {
      bytes[start + held[place] / 8] |= 1 << UInt8(held[place] % 8)
    }
  }

  /// Takes one state, as `write` writes it, for one replica.
  package func read(lane: Int, from bytes: [UInt8], at start: Int) {
    for (place, spin) in held.enumerated() {
      set(place: place, lane: lane, isDown: bytes[start + spin / 8] >> UInt8(spin % 8) & 1 == 0)
    }
  }

  /// Counts what averages are made of.
  package func meter() -> any ReplicaMeter { SpinMeter(self) }

  /// The spins of this rank in one replica, in the order of places.
  package final func spins(lane: Int) -> [Int8] { (0..<ownCount).map { isDown(place: $0, lane: lane) ? -1 : 1 } }

  /// Random spins: a pure function of seed, replica and spin.
  package func randomise(seed: UInt64) {
    let philox = Philox(seed: seed, .sampledSpins)
    for (place, spin) in held.enumerated() {
      var block = -1
      var drawn = SIMD4<UInt32>()
      for lane in 0..<laneCount {
        let replica = firstReplica + lane
        if replica / 128 != block {
          block = replica / 128
          drawn = philox.block(SIMD4(UInt32(truncatingIfNeeded: spin), UInt32(truncatingIfNeeded: block), 0, 0))
        }
        set(place: place, lane: lane, isDown: drawn[replica % 128 / 32] >> UInt32(replica % 32) & 1 == 1)
      }
    }
  }

  /// A bit for each of this rank's spins, replica by replica.
  package final func unpackSpins(into states: PackedStates) {
    precondition(states.bitCount == ownCount && states.rowCount == bitCount)
    InstructionSet.current.sampling.unpack(
      words.base, Int64(stride), 0, Int64(ownCount), states.words.base, Int64(states.rowWords))
  }

  /// A bit for each coupled pair, replica by replica: 1 where its spins differ.
  package final func unpackPairs(into states: PackedStates) { unpack(pairs, into: states) }

  /// The same of any pairs.
  final func unpack(_ pairs: AlignedBuffer<eq_bond>, into states: PackedStates) {
    precondition(states.bitCount == pairs.count && states.rowCount == bitCount)
    InstructionSet.current.sampling.unpack_bonds(
      words.base, Int64(stride), pairs.base, Int64(pairs.count), states.words.base, Int64(states.rowWords))
  }
}

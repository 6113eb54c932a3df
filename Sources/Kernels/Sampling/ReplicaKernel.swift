/// Heat bath on the ±1 spins of many replicas, each at one of some temperatures: after many sweeps a state has probability `exp(−E/T)/Z`.
///
/// Noise is a pure function of seed, spin, sweep and the replica's number: a replica's path does not depend on which rank holds it, nor on
/// what lies beside it. Energies are integers in units of `energyUnit`, so that sums over spins do not depend on their order either.
package protocol ReplicaKernel: AnyObject {
  var states: ReplicaStates { get }
  var energyUnit: Double { get }

  /// Takes the inverse temperatures 1/T, each 0 or more. Those of the replicas count from the next `assign` on.
  func take(inverseTemperatures: [Double])
  /// Says which temperature each replica has.
  func assign(_ temperatures: [UInt16])
  /// Is told that states were written from outside.
  func restart()
  /// Visits the spins of one colour once, in every replica. A sweep visits one colour after the other.
  func sweep(colour: Int, number: UInt32)
  /// Visits all spins once, of all ranks that share them.
  func sweep(number: UInt32) throws
  /// Adds the energy of each replica.
  func addEnergies(to energies: inout [Int64]) throws
  /// Turns some of this rank's free spins in one replica: those at the first places of a list.
  func flip(first count: Int, of places: AlignedBuffer<Int32>, lane: Int)
  /// Replaces replicas by others: none that is replaced is a source.
  func copy(_ lanes: [(from: Int, to: Int)])
  /// Adds up what each of the ranks that share the spins has counted of its own.
  func total(_ counts: inout [Int64]) throws
}

extension ReplicaKernel {
  /// Energies are counted anew after each sweep.
  package func flip(first count: Int, of places: AlignedBuffer<Int32>, lane: Int) {
    for index in 0..<count { states.flip(place: Int(places[index]), lane: lane) }
  }

  package func copy(_ lanes: [(from: Int, to: Int)]) { states.copy(lanes) }

  /// One rank has all spins.
  package func total(_ counts: inout [Int64]) {}
}

/// A kernel of this rank's spins, with one loop over places.
package protocol PlacedReplicaKernel: ReplicaKernel {
  /// Visits the spins at some places once, one after the other, in every replica.
  func sweep(_ places: Range<Int>, number: UInt32)
}

extension PlacedReplicaKernel {
  package func sweep(colour: Int, number: UInt32) {
    let starts = states.layout.colourStarts
    sweep(starts[colour]..<starts[colour + 1], number: number)
  }

  /// On one rank the order of visits is all that colours are for.
  package func sweep(number: UInt32) { sweep(0..<states.layout.free.count, number: number) }
}

/// What decides the random bits of a sampler.
struct ReplicaKey {
  let words: (UInt64, UInt64)

  init(seed: UInt64) {
    let block = Philox(seed: seed, .heatBath).block(SIMD4(0, 0, 0, 0))
    words = (UInt64(block.x) | UInt64(block.y) << 32, UInt64(block.z) | UInt64(block.w) << 32)
  }

  /// Sixteen words of ARS-7: the blocks at `counter`, `counter + (1, 0, 0, 0)` and two more.
  func bits(_ counter: SIMD4<UInt32>, _ set: InstructionSet = .current) -> [UInt32] {
    let drawn = AlignedBuffer<UInt32>(count: 16)
    let (key, place) = (AlignedBuffer<UInt64>(count: 2), AlignedBuffer<UInt32>(count: 4))
    (key[0], key[1]) = words
    for index in 0..<4 { place[index] = counter[index] }
    withExtendedLifetime((key, place)) { set.sampling.random_bits(key.base, place.base, drawn.base) }
    return drawn.elements
  }
}

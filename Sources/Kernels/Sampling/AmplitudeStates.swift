import CKernels

/// Amplitudes in [−1, 1] of many replicas: whole numbers of 2⁻²⁴, in double precision. Replicas of one spin lie side by side.
package final class AmplitudeStates: ReplicaStates {
  /// Amplitudes of 1.
  static let scale = 0x1p24

  init(_ couplings: ReplicaCouplings, layout: ReplicaLayout, firstReplica: Int, laneCount: Int) {
    super.init(
      couplings, layout: layout, firstReplica: firstReplica, laneCount: laneCount, stride: (laneCount + 7) / 8 * 8)
  }

  /// [place][replica], each times 2²⁴.
  var amplitudes: UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(words.base).assumingMemoryBound(to: Double.self)
  }

  /// One amplitude.
  package func amplitude(place: Int, lane: Int) -> Double { amplitudes[place * stride + lane] / Self.scale }

  package override func set(lane: Int, to spins: [Int8]) {
    for (place, spin) in held.enumerated() { amplitudes[place * stride + lane] = Double(spins[spin]) * Self.scale }
  }

  package override func copy(_ lanes: [(from: Int, to: Int)]) {
    precondition(lanes.allSatisfy { (0..<laneCount).contains($0.from) && (0..<laneCount).contains($0.to) })
    for place in 0..<layout.ground {
      let row = amplitudes + place * stride
      for (from, to) in lanes { row[to] = row[from] }
    }
  }

  package override func fix(_ values: [Int: Int8]) {
    for (place, spin) in held.enumerated() {
      guard let value = values[spin] else { continue }
      for lane in 0..<laneCount { amplitudes[place * stride + lane] = Double(value) * Self.scale }
    }
  }

  /// Uniform amplitudes: a pure function of seed, replica and spin.
  package override func randomise(seed: UInt64) {
    let philox = Philox(seed: seed, .sampledSpins)
    for (place, spin) in held.enumerated() {
      for lane in 0..<laneCount {
        let drawn = philox.block(SIMD4(UInt32(truncatingIfNeeded: spin), UInt32(truncatingIfNeeded: firstReplica + lane), 0, 1))
        amplitudes[place * stride + lane] = ((Double(drawn.x) + 0.5) * 0x1p-31 * Self.scale).rounded() - Self.scale
      }
    }
  }

  /// Four bytes an amplitude, single precision, lowest byte first.
  package override func stateBytes(of spins: Int) -> Int { 4 * spins }

  package override func write(lane: Int, to bytes: inout [UInt8], at start: Int) {
    for place in 0..<ownCount {
      let pattern = Float(amplitude(place: place, lane: lane)).bitPattern
      for byte in 0..<4 { bytes[start + 4 * held[place] + byte] = UInt8(truncatingIfNeeded: pattern >> UInt32(8 * byte)) }
    }
  }

  package override func read(lane: Int, from bytes: [UInt8], at start: Int) {
    for (place, spin) in held.enumerated() {
      var pattern: UInt32 = 0
      for byte in 0..<4 { pattern |= UInt32(bytes[start + 4 * spin + byte]) << UInt32(8 * byte) }
      amplitudes[place * stride + lane] = (Double(Float(bitPattern: pattern)) * Self.scale).rounded()
    }
  }

  package override func meter() -> any ReplicaMeter { AmplitudeMeter(self) }
}

/// Adds up amplitudes and their products in units of 2⁻²⁴, each product rounded to one.
final class AmplitudeMeter: ReplicaMeter {
  fileprivate let states: AmplitudeStates
  private let pairs: AlignedBuffer<eq_bond>

  init(_ states: AmplitudeStates) {
    self.states = states
    pairs = states.pairs
  }

  func read(pairs: Bool) {}

  func sum(_ lane: Int) -> Int64 {
    let (values, stride) = (states.amplitudes + lane, states.stride)
    var sum = 0.0
    for place in 0..<states.ownCount { sum += values[place * stride] }
    return Int64(sum)
  }

  func overlap(_ one: Int, _ other: Int) -> Int64 {
    let (values, stride) = (states.amplitudes, states.stride)
    var sum: Int64 = 0
    for place in 0..<states.ownCount {
      sum += Int64((values[place * stride + one] * values[place * stride + other] / AmplitudeStates.scale).rounded())
    }
    return sum
  }

  func linkOverlap(_ one: Int, _ other: Int) -> Int64 {
    var sum: Int64 = 0
    for index in 0..<pairs.count {
      let product = product(pairs.base[index], one) * product(pairs.base[index], other)
      sum += Int64((product / AmplitudeStates.scale / AmplitudeStates.scale / AmplitudeStates.scale).rounded())
    }
    return sum
  }

  fileprivate func product(_ pair: eq_bond, _ lane: Int) -> Double {
    let (values, stride) = (states.amplitudes, states.stride)
    return values[Int(pair.first) * stride + lane] * values[Int(pair.second) * stride + lane]
  }

  func mean(_ sum: Int64, of count: Int) -> Double { Double(sum) / AmplitudeStates.scale / Double(count) }

  func sums(pairs chosen: [SpinPair]?, rows: Int, greatest: Int) -> any ReplicaSums {
    AmplitudeSums(self, pairs: chosen.map { states.bonds($0) } ?? pairs, rows: rows)
  }
}

/// Sums of amplitudes and of products of pairs, in units of 2⁻²⁴.
private final class AmplitudeSums: ReplicaSums {
  private let meter: AmplitudeMeter
  private let pairs: AlignedBuffer<eq_bond>
  /// [row][spin, then pair].
  private let values: AlignedBuffer<Int64>

  init(_ meter: AmplitudeMeter, pairs: AlignedBuffer<eq_bond>, rows: Int) {
    self.meter = meter
    self.pairs = pairs
    values = AlignedBuffer(count: rows * (meter.states.ownCount + pairs.count))
  }

  var count: Int { meter.states.ownCount + pairs.count }
  var greatest: Double { AmplitudeStates.scale }
  var slope: Double { 1 / AmplitudeStates.scale }
  func mean(_ sum: Double) -> Double { sum / AmplitudeStates.scale }

  func add(lane: Int, to row: Int) {
    let states = meter.states
    let target = values.base + row * count
    for place in 0..<states.ownCount { target[place] += Int64(states.amplitudes[place * states.stride + lane]) }
    for index in 0..<pairs.count {
      target[states.ownCount + index] += Int64((meter.product(pairs.base[index], lane) / AmplitudeStates.scale).rounded())
    }
  }

  func read(row: Int, into sums: inout [Int64]) { for item in 0..<count { sums[item] = values.base[row * count + item] } }

  func set(row: Int, to sums: [Int64], added number: Int) {
    for item in 0..<count { values.base[row * count + item] = sums[item] }
  }

  func clear() { values.clear() }
}

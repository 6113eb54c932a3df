import CKernels
import Foundation

/// Replicas in words of 512, for couplings of few units: ten visits of spins a nanosecond and more where AVX-512 is.
package final class CodedReplicas: PlacedReplicaKernel {
  package let states: ReplicaStates
  package var energyUnit: Double { coded.unit }
  private let coded: CodedCouplings
  private let rows: AlignedBuffer<Int64>
  private let links: AlignedBuffer<eq_link>
  private let totals: AlignedBuffer<UInt8>
  private let identifiers: AlignedBuffer<UInt32>
  /// Pairs and fields, each as often as it has units.
  private let bonds: AlignedBuffer<eq_bond>
  private let classCount: Int
  private let usedClasses: AlignedBuffer<UInt8>
  private let masks: AlignedBuffer<UInt64>
  private var thresholds = AlignedBuffer<UInt64>(count: 0)
  private var members = AlignedBuffer<UInt64>(count: 0)
  private let temperatures: AlignedBuffer<UInt16>
  private let counts: AlignedBuffer<Int64>
  private let key: ReplicaKey
  private let firstBlock: UInt32
  private let set: InstructionSet

  /// Replicas of which the first of a rank's must be a multiple.
  package static let alignment = 128

  /// - Parameters:
  ///   - coded: of all rows, made from the same couplings.
  ///   - firstReplica: a multiple of 128.
  package init(
    _ couplings: ReplicaCouplings, coded: CodedCouplings, layout: ReplicaLayout, firstReplica: Int, laneCount: Int, seed: UInt64,
    set: InstructionSet = .current
  ) {
    precondition(firstReplica % Self.alignment == 0)
    self.coded = coded
    self.set = set
    states = ReplicaStates(couplings, layout: layout, firstReplica: firstReplica, laneCount: laneCount, strideUnit: 8)
    key = ReplicaKey(seed: seed)
    firstBlock = UInt32(firstReplica / Self.alignment)
    let places = layout.places(of: couplings.knownCount)
    let ground = Int32(layout.ground)
    var (starts, links, bonds): ([Int64], [eq_link], [eq_bond]) = ([0], [], [])
    for (place, spin) in layout.own.enumerated() {
      let (number, field) = (couplings.number(spin), coded.multiple(couplings.fields[spin]))
      for entry in couplings.row(spin) {
        let (other, count) = (couplings.neighbours[entry], coded.multiple(couplings.couplings[entry]))
        let link = eq_link(place: places[Int(other)], sign: count < 0 ? -1 : 0)
        if place < layout.free.count { links.append(contentsOf: repeatElement(link, count: abs(count))) }
        guard couplings.number(Int(other)) < number else { continue }
        let bond = eq_bond(first: Int32(place), second: link.place, sign: link.sign)
        bonds.append(contentsOf: repeatElement(bond, count: abs(count)))
      }
      let sign: Int32 = field < 0 ? -1 : 0
      bonds.append(contentsOf: repeatElement(eq_bond(first: Int32(place), second: ground, sign: sign), count: abs(field)))
      guard place < layout.free.count else { continue }
      links.append(contentsOf: repeatElement(eq_link(place: ground, sign: sign), count: abs(field)))
      while links.count % 4 != 0 { links.append(eq_link(place: ground, sign: 0)) }
      starts.append(Int64(links.count))
    }
    rows = AlignedBuffer(starts)
    self.links = AlignedBuffer(links)
    self.bonds = AlignedBuffer(bonds)
    totals = AlignedBuffer(layout.free.map { UInt8(coded.totals[$0]) })
    identifiers = AlignedBuffer(layout.free.map { UInt32(couplings.number($0)) })
    classCount = (coded.totals.max() ?? 0) + 1
    usedClasses = AlignedBuffer(count: classCount)
    for total in Set(coded.totals) {
      for size in stride(from: total, through: 0, by: -2) { usedClasses[size] = 1 }
    }
    masks = AlignedBuffer(count: states.stride * classCount * 32)
    temperatures = AlignedBuffer(count: states.bitCount)
    counts = AlignedBuffer(count: states.bitCount)
  }

  /// `2⁶⁴ / (1 + exp(2 |f| /T))`: 53 digits of it however small it is.
  package func take(inverseTemperatures: [Double]) {
    thresholds = AlignedBuffer(count: inverseTemperatures.count * classCount)
    for (temperature, inverseTemperature) in inverseTemperatures.enumerated() {
      for size in 0..<classCount {
        let probability = 1 / (1 + exp(2 * Double(size) * coded.unit * inverseTemperature))
        thresholds[temperature * classCount + size] = UInt64(probability * 0x1p64)
      }
    }
    members = AlignedBuffer(count: inverseTemperatures.count * states.stride)
  }

  /// Padding is as warm as the replicas are at first.
  package func assign(_ temperatures: [UInt16]) {
    precondition(temperatures.count == states.laneCount)
    members.clear()
    for lane in 0..<states.bitCount {
      let temperature = lane < temperatures.count ? temperatures[lane] : 0
      self.temperatures.base[lane] = temperature
      members.base[Int(temperature) * states.stride + lane / 64] |= 1 << UInt64(lane % 64)
    }
    withState { state in
      set.sampling.build_masks(&state, members.base, Int64(members.count / states.stride), usedClasses.base)
    }
  }

  package func restart() {}

  package func sweep(_ places: Range<Int>, number: UInt32) {
    withState { state in set.sampling.sweep_coded(&state, Int64(places.lowerBound), Int64(places.upperBound), number) }
  }

  package func addEnergies(to energies: inout [Int64]) {
    precondition(energies.count == states.laneCount)
    counts.clear()
    set.sampling.count_bonds(states.words.base, Int64(states.stride), bonds.base, Int64(bonds.count), counts.base)
    for lane in 0..<energies.count { energies[lane] += 2 * counts.base[lane] - Int64(bonds.count) }
  }

  private func withState(_ body: (inout eq_coded) -> Void) {
    var state = eq_coded(
      spins: states.words.base, stride: Int64(states.stride), rows: rows.base, links: links.base, totals: totals.base,
      identifiers: identifiers.base, classes: Int64(classCount), masks: masks.base, thresholds: thresholds.base,
      temperatures: temperatures.base, key: key.words, first_block: firstBlock)
    body(&state)
  }
}

extension AlignedBuffer {
  convenience init(_ elements: [Element]) {
    self.init(count: elements.count)
    assign(elements)
  }
}

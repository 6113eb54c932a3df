import Foundation
import TestTools
import Testing

@testable import Kernels

/// The heat bath of amplitudes: the density that one is drawn from, and bits that depend on nothing else.
@Suite struct AmplitudeTests {
  private func kernel(
    _ couplings: ReplicaCouplings, stiffness: Double = 0, lanes: Int, first: Int = 0, set: InstructionSet = .current
  ) -> AmplitudeReplicas {
    let kernel = AmplitudeReplicas(
      couplings, stiffness: stiffness, layout: ReplicaLayout(whole: couplings), firstReplica: first, laneCount: lanes, seed: 77,
      set: set)
    kernel.states.randomise(seed: 5)
    return kernel
  }

  /// f/T and κ = k/T, and whether one spin in such a field has the density `exp(a s − κ s²/2)`: χ² of 40 equal parts. All ways to draw, their
  /// edges, and strong fields.
  @Test(arguments: [
    (0, 0), (1e-4, 0), (9.9e-4, 0), (1.1e-3, 0), (-0.7, 0), (6, 0), (-400, 0), (0.4, 0.5), (-3, 0.99), (0, 1), (0.5, 1.01),
    (2.2, 2), (-1.9, 2), (0, 60), (59, 60), (-61, 60), (300, 60), (2000, 60), (7, 900),
  ]) func amplitudesHaveTheirDensity(_ a: Double, _ kappa: Double) {
    let couplings = ReplicaCouplings(rowStarts: [0, 0], neighbours: [], couplings: [], fields: [2 * a])
    let kernel = kernel(couplings, stiffness: 2 * kappa, lanes: 64)
    kernel.take(inverseTemperatures: [0.5])
    kernel.assign([UInt16](repeating: 0, count: 64))
    // Equal parts of the probability, by Simpson's rule on a fine mesh of it.
    let parts = 40
    let edges = quantiles(a, kappa, parts)
    var counts = [Double](repeating: 0, count: parts)
    let sweeps = 500
    let states = kernel.states as! AmplitudeStates
    for sweep in 0..<sweeps {
      kernel.sweep(number: UInt32(sweep))
      for lane in 0..<64 {
        let value = states.amplitude(place: 0, lane: lane)
        #expect(abs(value) <= 1)
        counts[min(edges.firstIndex { $0 > value } ?? parts - 1, parts - 1)] += 1
      }
    }
    let expected = Double(64 * sweeps) / Double(parts)
    let square = counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    // 39 degrees of freedom: 10⁻⁴ of the probability is beyond 81.
    #expect(square < 81, "a = \(a), κ = \(kappa): χ² \(square)")
    var energies = [Int64](repeating: 0, count: 64)
    kernel.addEnergies(to: &energies)
    let value = states.amplitude(place: 0, lane: 3)
    let energy = -2 * a * value + kappa * value * value
    #expect(abs(Double(energies[3]) * kernel.energyUnit - energy) < 1e-6 * max(1, abs(a) + kappa))
  }

  /// The upper ends of parts of equal probability.
  private func quantiles(_ a: Double, _ kappa: Double, _ parts: Int) -> [Double] {
    // The mesh is fine where the density is.
    let greatest = kappa > 0 ? min(max(a / kappa, -1), 1) : a >= 0 ? 1 : -1
    func exponent(_ s: Double) -> Double { a * (s - greatest) - kappa * (s * s - greatest * greatest) / 2 }
    let count = 2_000_000
    let width = min(2, 80 / max(abs(a - kappa * greatest), kappa.squareRoot(), 1))
    let (low, high) = (max(-1, greatest - width), min(1, greatest + width))
    let step = (high - low) / Double(count)
    var sums = [0.0]
    for index in 0..<count { sums.append(sums[index] + exp(exponent(low + (Double(index) + 0.5) * step))) }
    var (edges, place): ([Double], Int) = ([], 0)
    for part in 1..<parts {
      let wanted = sums[count] * Double(part) / Double(parts)
      while sums[place + 1] < wanted { place += 1 }
      edges.append(low + (Double(place) + (wanted - sums[place]) / (sums[place + 1] - sums[place])) * step)
    }
    return edges + [.infinity]
  }

  private static let couplings = ReplicaCouplings(RandomCouplings(33, density: 0.3, values: .real, hasBias: true, seed: 5))

  private func advance(_ kernel: AmplitudeReplicas, byColour: Bool = false) throws {
    kernel.take(inverseTemperatures: [0, 0.3, 1.1, 9])
    let first = kernel.states.firstReplica
    kernel.assign((0..<kernel.states.laneCount).map { UInt16(($0 + first) / 3 % 4) })
    for sweep: UInt32 in 0..<12 {
      guard byColour else {
        kernel.sweep(number: sweep)
        continue
      }
      for colour in 0..<kernel.states.layout.colourStarts.count - 1 { kernel.sweep(colour: colour, number: sweep) }
    }
  }

  private func state(_ kernel: AmplitudeReplicas, _ lane: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: kernel.states.stateBytes(of: 33))
    kernel.states.write(lane: lane, to: &bytes, at: 0)
    return bytes
  }

  @Test(arguments: [0, 0.4, 8]) func allInstructionSetsGiveTheSameBits(_ stiffness: Double) throws {
    var first: ([UInt64], [Int64])?
    for set in InstructionSet.available {
      let kernel = kernel(Self.couplings, stiffness: stiffness, lanes: 21, set: set)
      try advance(kernel)
      var energies = [Int64](repeating: 0, count: 21)
      kernel.addEnergies(to: &energies)
      let found = (kernel.states.words.elements, energies)
      #expect(first == nil || first! == found, "\(set.name)")
      first = found
    }
  }

  /// Whatever rank holds a replica, and whatever is beside it; states go through bytes and back.
  @Test func partsAreThoseOfTheWhole() throws {
    let (whole, part) = (
      kernel(Self.couplings, stiffness: 2, lanes: 60), kernel(Self.couplings, stiffness: 2, lanes: 21, first: 24)
    )
    try advance(whole)
    try advance(part, byColour: true)
    for lane in 0..<21 { #expect(state(part, lane) == state(whole, lane + 24)) }
    part.states.read(lane: 3, from: state(whole, 1), at: 0)
    #expect(state(part, 3) == state(whole, 1))
    part.states.copy([(from: 3, to: 7)])
    #expect(state(part, 7) == state(whole, 1))
  }
}

import Foundation
import TestTools
import Testing

@testable import Kernels

/// Noise is a pure function of what it is for, and has the distribution it says.
@Suite struct SpinNoiseTests {
  private func noise(_ kind: NoiseKind, _ identifiers: [UInt32], replicas: Int, first: UInt32 = 0, purpose: UInt32 = 3)
    -> SpinNoise
  {
    let shape = ReplicaShape(spins: identifiers.count, replicas: replicas)
    let buffer = AlignedBuffer<UInt32>(count: ReplicaShape(spins: identifiers.count, replicas: 1).count)
    for (spin, identifier) in identifiers.enumerated() { buffer[spin] = identifier }
    return SpinNoise(
      kind, shape: shape, identifiers: buffer, philox: Philox(seed: 11, stream: 2), purpose: purpose, firstReplica: first)
  }

  /// One word of the block (spin, replica, step / 4, purpose) as the documentation says, in the scalar generator.
  private func unit(_ spin: UInt32, _ replica: UInt32, _ step: UInt32, purpose: UInt32 = 3) -> Double {
    let block = Philox(seed: 11, stream: 2).block(SIMD4(spin, replica, step / 4, purpose))
    return (Double(block[Int(step % 4)] >> 9) + 0.5) * 0x1p-23
  }

  @Test(arguments: [1, 16, 20]) func agreesWithTheScalarGenerator(_ replicas: Int) {
    let identifiers: [UInt32] = [4, 0, 1 << 31, 77, 5]
    let kinds: [(NoiseKind, (Double) -> Double)] = [
      (.uniform, { 2 * $0 - 1 }), (.exponential, { -log($0) }), (.logistic, { log((1 - $0) / $0) }),
    ]
    for (kind, transform) in kinds {
      let source = noise(kind, identifiers, replicas: replicas, first: 9)
      for step: UInt32 in [0, 1, 3, 4, 1001] {
        let plane = source.plane(step: step)
        for (spin, identifier) in identifiers.enumerated() {
          for replica in 0..<replicas {
            let expected = transform(unit(identifier, 9 + UInt32(replica), step))
            expectClose(Double(plane[spin * source.shape.stride + replica]), expected, absolute: 2e-6 * max(1, abs(expected)))
          }
        }
      }
    }
  }

  /// Whatever rank holds a spin or a replica, and whatever is beside it.
  @Test func partsAreThoseOfTheWhole() {
    let whole = noise(.normal, Array(0..<40), replicas: 48)
    let part = noise(.normal, [7, 33, 12], replicas: 16, first: 32)
    for step: UInt32 in 0..<9 {
      let (all, some) = (whole.plane(step: step), part.plane(step: step))
      for (place, spin) in [7, 33, 12].enumerated() {
        for replica in 0..<16 { #expect(some[place * 16 + replica] == all[spin * 48 + 32 + replica]) }
      }
    }
  }

  @Test func moments() {
    // Mean, variance, and third central moment of a hundred thousand numbers each.
    let expected: [(NoiseKind, Double, Double, Double)] = [
      (.uniform, 0, 1.0 / 3, 0), (.exponential, 1, 1, 2), (.logistic, 0, .pi * .pi / 3, 0), (.normal, 0, 1, 0),
    ]
    for (kind, mean, variance, third) in expected {
      let source = noise(kind, Array(0..<400), replicas: 64)
      var values: [Double] = []
      for step: UInt32 in 0..<4 {
        let plane = source.plane(step: step)
        values += (0..<400 * 64).map { Double(plane[$0]) }
      }
      let count = Double(values.count)
      let average = values.reduce(0, +) / count
      expectClose(average, mean, absolute: 5 * (variance / count).squareRoot(), "\(kind): mean")
      let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      expectClose(spread, variance, relative: 0.03, "\(kind): variance")
      let skew = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) } / count
      expectClose(skew, third, absolute: 0.15 * max(1, variance * variance), "\(kind): third moment")
    }
  }

  @Test func purposesAndStepsDiffer() {
    let one = noise(.uniform, [0], replicas: 16)
    let other = noise(.uniform, [0], replicas: 16, purpose: 4)
    #expect(one.plane(step: 0)[0] != other.plane(step: 0)[0])
    #expect(Set((0..<8).map { one.plane(step: $0)[0] }).count == 8)
  }
}

import Foundation
import TestTools
import Testing

@testable import Kernels

/// Fields and sums of planes of replicas against double precision.
@Suite struct SpinFieldTests {
  private func states(_ shape: ReplicaShape, seed: UInt64 = 5) -> AlignedBuffer<Float> {
    var random = Philox(seed: seed, stream: 1).sequence()
    let plane = shape.plane()
    for spin in 0..<shape.spins {
      for replica in 0..<shape.replicas { plane[spin * shape.stride + replica] = random.uniform() * 2 - 1 }
    }
    return plane
  }

  @Test(arguments: [1, 2, 16, 20, 48, 65, 112], [1, 7, 37, 70])
  func fieldsOfEveryLayout(_ replicas: Int, _ spins: Int) throws {
    let couplings = RandomCouplings(spins, density: 0.3, hasBias: true, seed: UInt64(spins))
    let operators: [any FieldOperator] = [
      SparseField(couplings.rows, bias: couplings.bias, replicas: replicas),
      DenseField(couplings.rows, bias: couplings.bias, replicas: replicas),
    ]
    for system in operators {
      let shape = system.shape
      let (x, field, scale) = (states(shape), shape.plane(), shape.replicaNumbers(0.5))
      field.fill(.nan)
      try system.evaluate(x, scale: scale, into: field)
      for replica in 0..<replicas {
        for spin in 0..<spins {
          let expected = couplings.field(spin, { Double(x[$0 * shape.stride + replica]) }, scale: 0.5)
          let found = Double(field[spin * shape.stride + replica])
          #expect(
            abs(found - expected) < 1e-5 * Double(spins).squareRoot(), "\(type(of: system)), spin \(spin), replica \(replica)")
        }
      }
    }
  }

  /// Products of bits, and of floats where there are no bits, are the same whole numbers.
  @Test(arguments: [1, 2, 16, 20, 48, 65], [2, 31, 32, 33, 70, 131])
  func fieldsOfSpinsUnderCouplingsOfOneSize(_ replicas: Int, _ spins: Int) throws {
    for hasBias in [false, true] {
      let couplings = RandomCouplings(spins, values: .signs, hasBias: hasBias, seed: UInt64(spins))
      #expect(CouplingSigns.fit(couplings.rows))
      let system = DenseField(couplings.rows, bias: couplings.bias, replicas: replicas)
      let shape = system.shape
      let (signs, field) = (shape.plane(), shape.plane())
      MachineSteps.signs(of: states(shape), into: signs)
      try system.evaluate(spins: signs, scale: shape.replicaNumbers(1), into: field)
      for replica in 0..<replicas {
        for spin in 0..<spins {
          let expected = couplings.field(spin, { Double(signs[$0 * shape.stride + replica]) })
          #expect(Double(field[spin * shape.stride + replica]) == expected, "spin \(spin), replica \(replica)")
        }
      }
    }
  }

  @Test func couplingsOfOneSize() {
    #expect(!CouplingSigns.fit(RandomCouplings(20, density: 0.9, values: .signs).rows))
    #expect(!CouplingSigns.fit(RandomCouplings(20, values: .smallIntegers).rows))
    #expect(!CouplingSigns.fit(RandomCouplings(1).rows))
  }

  @Test(arguments: [1, 5, 16, 33]) func energiesOfIntegersAreExact(_ replicas: Int) throws {
    let couplings = RandomCouplings(41, density: 0.5, values: .smallIntegers, hasBias: true)
    let system = SparseField(couplings.rows, bias: couplings.bias, replicas: replicas)
    let shape = system.shape
    let (spins, field) = (shape.plane(), shape.plane())
    InstructionSet.current.machines.take_signs(states(shape).base, Int64(shape.count), spins.base)
    try system.evaluate(spins, scale: shape.replicaNumbers(1), into: field)
    let energies = AlignedBuffer<Double>(count: replicas)
    try PlaneSums(system).energies(spins: spins, field: field, into: energies)
    for replica in 0..<replicas {
      #expect(energies[replica] == couplings.energy { Double(spins[$0 * shape.stride + replica]) })
    }
  }

  @Test func sizes() throws {
    let system = SparseField(RandomCouplings(19).rows, replicas: 3)
    let x = states(system.shape)
    let (sizes, squares) = (AlignedBuffer<Double>(count: 3), AlignedBuffer<Double>(count: 3))
    try PlaneSums(system).sizes(x, into: sizes)
    try PlaneSums(system).sizes(x, squared: true, into: squares)
    for replica in 0..<3 {
      let column = (0..<19).map { Double(x[$0 * system.shape.stride + replica]) }
      expectClose(sizes[replica], column.reduce(0) { $0 + abs($1) }, absolute: 1e-5)
      expectClose(squares[replica], column.reduce(0) { $0 + $1 * $1 }, absolute: 1e-5)
    }
  }

  /// A zero is a spin up, as is minus zero; a spin is never nothing.
  @Test func signs() {
    let (x, spins) = (AlignedBuffer<Float>(count: 16), AlignedBuffer<Float>(count: 16))
    for (index, value) in [Float(0), -0.0, 1e-30, -1e-30, 2, -3].enumerated() { x[index] = value }
    MachineSteps.signs(of: x, into: spins)
    #expect(Array(spins.elements[0..<6]) == [1, 1, 1, -1, 1, -1])
  }

  @Test func sinesAndCosines() {
    let angles = AlignedBuffer<Float>(count: 4096)
    for index in 0..<4096 { angles[index] = (Float(index) - 2048) * 0.037 }
    let (cosines, sines) = (AlignedBuffer<Float>(count: 4096), AlignedBuffer<Float>(count: 4096))
    MachineSteps.cosinesAndSines(of: angles, cosines: cosines, sines: sines)
    for index in 0..<4096 {
      expectClose(Double(sines[index]), sin(Double(angles[index])), absolute: 3e-7)
      expectClose(Double(cosines[index]), cos(Double(angles[index])), absolute: 3e-7)
    }
  }
}

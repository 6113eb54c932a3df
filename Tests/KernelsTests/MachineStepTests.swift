import Foundation
import Testing

@testable import Kernels

/// Local rules of machines against the same equations in double precision.
@Suite struct MachineStepTests {
  /// The spins of given potentials, which a step of length 0 leaves as they are.
  private func spins(_ rule: LocalRule, potentials: [Float]) -> [Float] {
    let count = (potentials.count + 15) / 16 * 16
    let (u, s, field) = (
      AlignedBuffer<Float>(count: count), AlignedBuffer<Float>(count: count), AlignedBuffer<Float>(count: count)
    )
    for (index, value) in potentials.enumerated() { u[index] = value }
    MachineSteps.leaky(u, states: s, field: field, part: 0..<count, step: 0, rule: rule)
    return Array(s.elements[0..<potentials.count])
  }

  /// A few units in the last place from 10⁻³⁰ to 30, of either sign: near zero, too, where `1 − 2/(e²ᵘ + 1)` has no digit left.
  @Test(arguments: [LocalRule.sigmoid, .tanh]) func activationsOfLeakyMachinesAreAccurate(_ rule: LocalRule) {
    let magnitudes = (-100...4).map { Float(sign: .plus, exponent: $0, significand: 1.37) } + (1...3000).map { Float($0) * 1e-2 }
    let potentials = magnitudes + magnitudes.map { -$0 } + [0]
    for (potential, spin) in zip(potentials, spins(rule, potentials: potentials)) {
      let exact = SpinUpdateTests.exact(rule, Double(potential))
      #expect(
        abs(Double(spin) - exact) <= 4 * Double(Float(exact).ulp), "\(rule) of \(potential): \(spin), exactly \(exact)")
    }
  }
}

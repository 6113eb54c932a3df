import CKernels

/// Sums over the spins of each replica, taken in fixed point: whole numbers add up to the same in any order, so that a sum does
/// not depend on the number of ranks that share the spins.
package final class PlaneSums {
  private let system: any FieldOperator
  private let sums: AlignedBuffer<Int64>

  /// Sums over planes of the system's shape, totalled over the ranks that share its spins.
  package init(_ system: any FieldOperator) {
    self.system = system
    sums = AlignedBuffer(count: system.shape.stride)
  }

  /// `E = −½ Σ_ij J_ij σ_i σ_j − Σ_i h_i σ_i` of each replica. Exact where couplings and fields are integers below 2²⁴ and their
  /// sum is below 2⁶⁰.
  ///
  /// - Parameters:
  ///   - spins: ±1.
  ///   - field: the field of just these spins, with `h` once.
  package func energies(spins: AlignedBuffer<Float>, field: AlignedBuffer<Float>, into energies: AlignedBuffer<Double>) throws {
    let shape = system.shape
    precondition(spins.count == shape.count && field.count == shape.count && energies.count >= shape.replicas)
    let unit = Self.unit(below: 0x1p60, bound: max(system.magnitude, 1))
    sums.clear()
    InstructionSet.current.machines.sum_energy(
      spins.base, field.base, system.bias.base, Int64(shape.spins), Int64(shape.stride), unit, sums.base)
    try system.total(sums)
    for replica in 0..<shape.replicas { energies[replica] = -Double(sums[replica]) / (2 * unit) }
  }

  /// `Σ_i |x_i|`, or `Σ_i x_i²`, to 2⁻²⁴ a spin, for |x| up to 2⁷.
  package func sizes(_ states: AlignedBuffer<Float>, squared: Bool = false, into sizes: AlignedBuffer<Double>) throws {
    let shape = system.shape
    precondition(states.count == shape.count && sizes.count >= shape.replicas)
    let unit = 0x1p24
    sums.clear()
    InstructionSet.current.machines.sum_size(
      states.base, Int64(shape.spins), Int64(shape.stride), unit, squared ? 1 : 0, sums.base)
    try system.total(sums)
    for replica in 0..<shape.replicas { sizes[replica] = Double(sums[replica]) / unit }
  }

  /// The greatest power of two with which `bound` stays below `limit`.
  private static func unit(below limit: Double, bound: Double) -> Double {
    Double(sign: .plus, exponent: (limit / bound).exponent, significand: 1)
  }
}

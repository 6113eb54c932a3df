import Ising
import Kernels

/// A problem's couplings as the kernels take them: single precision, in whichever layout is fastest.
///
/// Integers are kept as they are while every field is below 2²⁴, so that fields and energies are exact; other problems are divided by a
/// power of two that brings fields near 1.
final class SpinCouplings: Sendable {
  let rows: SparseCouplings
  let bias: [Float]
  /// The root mean square of a spin's field, in the couplings' unit.
  let fieldScale: Float
  /// An energy of the problem is `offset + unit ·` that of the couplings.
  let unit: Double
  let offset: Double
  /// Whether fields are exact, so that they need not be worked out anew now and then.
  let isExact: Bool
  private let density: Double

  init(_ problem: IsingProblem) {
    let greatest = (0..<problem.spinCount).reduce(0.0) { greatest, spin in
      max(greatest, problem.row(spin).reduce(problem.fields[spin].magnitude) { $0 + problem.couplings[$1].magnitude })
    }
    isExact = problem.isInteger && greatest < 0x1p24
    let scale = problem.rootMeanSquareField
    let unit = isExact || scale == 0 ? 1 : Double(sign: .plus, exponent: scale.exponent, significand: 1)
    self.unit = unit
    offset = problem.offset
    fieldScale = scale > 0 ? Float(scale / unit) : 1
    density = problem.density
    bias = problem.hasFields ? problem.fields.map { Float($0 / unit) } : []
    rows = SparseCouplings(
      rowStarts: problem.rowStarts, neighbours: problem.neighbours, couplings: problem.couplings.map { Float($0 / unit) })
  }

  /// From this share of coupled pairs on dense rows are faster than lists of neighbours.
  private static let denseFrom = 0.25

  func flips() -> any FlipOperator {
    guard density >= Self.denseFrom else { return SparseFlips(rows, bias: bias) }
    if bias.isEmpty, let packed = PackedFlips(rows) { return packed }
    return DenseFlips(rows, bias: bias)
  }

  func field(replicas: Int) -> any FieldOperator {
    density < Self.denseFrom
      ? SparseField(rows, bias: bias, replicas: replicas) : DenseField(rows, bias: bias, replicas: replicas)
  }
}

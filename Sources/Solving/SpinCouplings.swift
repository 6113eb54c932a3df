import Ising
import Kernels

/// A problem's couplings as the kernels take them: single precision, in whichever layout is fastest.
///
/// Couplings are whole multiples of one unit, so many that no spin's field exceeds 2²³ of it: fields and energies are sums of
/// integers, exact in whatever order they are added, on however many ranks. Problems of small integers stay as they are; others
/// are rounded to 2⁻²³ of their greatest field, which is what single precision would do to the sums. Energies that are reported
/// come from the problem itself.
final class SpinCouplings {
  let rows: SparseCouplings
  let bias: [Float]
  /// The root mean square of a spin's field, in the couplings' unit.
  let fieldScale: Float
  /// From this share of coupled pairs on dense rows are faster than lists of neighbours.
  static let denseFrom = 0.25
  private let density: Double

  init(_ problem: IsingProblem) {
    let unit = Self.unit(of: problem)
    func rounded(_ value: Double) -> Float { Float((value / unit).rounded()) }
    let scale = problem.rootMeanSquareField
    fieldScale = scale > 0 ? Float(scale / unit) : 1
    density = problem.density
    bias = problem.hasFields ? problem.fields.map(rounded) : []
    rows = SparseCouplings(
      rowStarts: problem.rowStarts, neighbours: problem.neighbours, couplings: problem.couplings.map(rounded))
  }

  /// 1 for problems of integers whose fields stay below 2²³, or else the power of two of which the greatest field has fewer.
  private static func unit(of problem: IsingProblem) -> Double {
    let greatest = (0..<problem.spinCount).reduce(0.0) { greatest, spin in
      max(greatest, problem.row(spin).reduce(problem.fields[spin].magnitude) { $0 + problem.couplings[$1].magnitude })
    }
    return unit(greatestField: greatest, isInteger: problem.isInteger)
  }

  /// Of a problem whose greatest `Σ_j |J_ij| + |h_i|` is known.
  static func unit(greatestField greatest: Double, isInteger: Bool) -> Double {
    if greatest == 0 || (isInteger && greatest < 0x1p23) { return 1 }
    return Double(sign: .plus, exponent: greatest.exponent - 22, significand: 1)
  }

  var isDense: Bool { density >= Self.denseFrom }

  func flips() -> any FlipOperator {
    guard isDense else { return SparseFlips(rows, bias: bias) }
    if bias.isEmpty, let packed = PackedFlips(rows) { return packed }
    return DenseFlips(rows, bias: bias)
  }

  func field(replicas: Int) -> any FieldOperator {
    isDense ? DenseField(rows, bias: bias, replicas: replicas) : SparseField(rows, bias: bias, replicas: replicas)
  }
}

import Foundation
import Kernels

@testable import Machines

/// A small dense system in double precision beside the same one in the kernels.
struct ReferenceSystem {
  let matrix: [[Double]]
  let bias: [Double]

  var count: Int { matrix.count }
  /// `√(Σ_j J_ij² + h_i²)`, root mean square.
  var scale: Double {
    let squares = matrix.joined().reduce(0) { $0 + $1 * $1 } + bias.reduce(0) { $0 + $1 * $1 }
    return (squares / Double(count)).squareRoot()
  }

  static func random(_ count: Int, hasBias: Bool = false, seed: UInt64 = 8) -> ReferenceSystem {
    var random = Philox(seed: seed, stream: 4).sequence()
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    for i in 0..<count {
      for j in 0..<i {
        matrix[i][j] = Double(random.uniform() * 2 - 1)
        matrix[j][i] = matrix[i][j]
      }
    }
    return ReferenceSystem(
      matrix: matrix, bias: (0..<count).map { _ in hasBias ? Double(random.uniform() * 2 - 1) : 0 })
  }

  static func pair(_ coupling: Double) -> ReferenceSystem {
    ReferenceSystem(matrix: [[0, coupling], [coupling, 0]], bias: [0, 0])
  }

  var rows: SparseCouplings {
    var starts = [0]
    var neighbours: [Int32] = []
    var couplings: [Float] = []
    for i in 0..<count {
      for j in 0..<count where matrix[i][j] != 0 {
        neighbours.append(Int32(j))
        couplings.append(Float(matrix[i][j]))
      }
      starts.append(neighbours.count)
    }
    return SparseCouplings(rowStarts: starts, neighbours: neighbours, couplings: couplings)
  }

  var floatBias: [Float] { bias.contains { $0 != 0 } ? bias.map { Float($0) } : [] }

  func system(replicas: Int = 3) -> SpinSystem {
    SpinSystem(SparseField(rows, bias: floatBias, replicas: replicas), fieldScale: Float(scale), seed: 5)
  }

  func field(_ x: [Double], biasScale: Double = 1) -> [Double] {
    (0..<count).map { i in (0..<count).reduce(biasScale * bias[i]) { $0 + matrix[i][$1] * x[$1] } }
  }

  /// The field of amplitudes: `h` by their mean size.
  func amplitudeField(_ x: [Double]) -> [Double] { field(x, biasScale: x.reduce(0) { $0 + abs($1) } / Double(count)) }

  func energy(_ s: [Double]) -> Double {
    let f = field(s)
    return (0..<count).reduce(0) { $0 - s[$1] * (f[$1] + bias[$1]) / 2 }
  }

  func signs(_ x: [Double]) -> [Double] { x.map { $0 < 0 ? -1 : 1 } }
}

extension AmplitudeMachine {
  func column(_ replica: Int, of plane: AlignedBuffer<Float>? = nil) -> [Double] {
    let plane = plane ?? states
    return (0..<system.shape.spins).map { Double(plane[$0 * system.shape.stride + replica]) }
  }
}

func greatestDifference(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } }

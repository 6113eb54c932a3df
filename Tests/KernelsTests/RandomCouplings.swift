import Kernels

@testable import Kernels

/// Symmetric couplings for tests, as a matrix and as rows.
struct RandomCouplings {
  let count: Int
  let matrix: [[Double]]
  let bias: [Float]

  enum Values { case real, smallIntegers, signs }

  init(_ count: Int, density: Double = 1, values: Values = .real, hasBias: Bool = false, seed: UInt64 = 1) {
    var random = Philox(seed: seed, stream: 99).sequence()
    func value() -> Double {
      switch values {
      case .real: Double(random.uniform() * 2 - 1)
      case .smallIntegers: Double(Int(random.nextWord() % 9) - 4)
      case .signs: random.nextWord() & 1 == 0 ? 1 : -1
      }
    }
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    for i in 0..<count {
      for j in 0..<i where Double(random.uniform()) < density {
        matrix[i][j] = value()
        matrix[j][i] = matrix[i][j]
      }
    }
    self.count = count
    self.matrix = matrix
    bias = hasBias ? (0..<count).map { _ in Float(value()) } : []
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

  func h(_ spin: Int) -> Double { bias.isEmpty ? 0 : Double(bias[spin]) }

  /// `Σ_j J_ij x_j + scale · h_i`, in double precision.
  func field(_ spin: Int, _ x: (Int) -> Double, scale: Double = 1) -> Double {
    (0..<count).reduce(scale * h(spin)) { $0 + matrix[spin][$1] * x($1) }
  }

  /// `−½ Σ J s s − Σ h s`.
  func energy(_ s: (Int) -> Double) -> Double {
    (0..<count).reduce(0) { $0 - s($1) * (field($1, s) + h($1)) / 2 }
  }
}

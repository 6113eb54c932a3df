import Kernels

/// Drawn symmetric couplings, the same on all ranks.
struct DrawnCouplings {
  let rows: SparseCouplings
  let bias: [Float]

  /// - Parameters:
  ///   - isWhole: whole numbers up to 3, or real ones.
  ///   - areSigns: −1 or 1 alone.
  init(_ count: Int, density: Float, isWhole: Bool, areSigns: Bool = false, seed: UInt64 = 3) {
    var random = Philox(seed: seed, stream: 12).sequence()
    func value() -> Float {
      areSigns
        ? Float(Int(random.nextWord() % 2) * 2 - 1) : isWhole ? Float(Int(random.nextWord() % 7) - 3) : random.uniform() * 2 - 1
    }
    var matrix = [[Float]](repeating: [Float](repeating: 0, count: count), count: count)
    for i in 0..<count {
      for j in 0..<i where random.uniform() < density {
        matrix[i][j] = value()
        matrix[j][i] = matrix[i][j]
      }
    }
    var starts = [0]
    var neighbours: [Int32] = []
    var couplings: [Float] = []
    for i in 0..<count {
      for j in 0..<count where matrix[i][j] != 0 {
        neighbours.append(Int32(j))
        couplings.append(matrix[i][j])
      }
      starts.append(neighbours.count)
    }
    rows = SparseCouplings(rowStarts: starts, neighbours: neighbours, couplings: couplings)
    bias = (0..<count).map { _ in value() }
  }
}

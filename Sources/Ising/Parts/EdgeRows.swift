/// Edges as they come from other ranks, from which the rows of a run of vertices are made.
package struct EdgeRows {
  private let vertexCount: Int
  private let own: Range<Int>
  private let file: String
  private var rows: [Int32] = []
  private var neighbours: [Int32] = []
  private var weights: [Double] = []

  /// - Parameter entries: to make room for.
  package init(vertexCount: Int, own: Range<Int>, entries: Int, file: String) {
    (self.vertexCount, self.own, self.file) = (vertexCount, own, file)
    rows.reserveCapacity(entries)
    neighbours.reserveCapacity(entries)
    weights.reserveCapacity(entries)
  }

  /// Takes edges from vertices of the run.
  ///
  /// - Parameter ends: in pairs, that of the run first.
  package mutating func append(ends: [Int32], weights more: [Double]) {
    for edge in more.indices {
      rows.append(ends[2 * edge] - Int32(own.lowerBound))
      neighbours.append(ends[2 * edge + 1])
    }
    weights += more
  }

  /// The rows, with weights multiplied by `factor`, −1 or 1. Gives up the edges.
  ///
  /// - Throws: `ProblemFileError` if an edge occurs twice.
  package mutating func made(times factor: Double) throws -> any ProblemRows {
    weights.allSatisfy { Double(Float($0)) == $0 }
      ? try listed(Float.self, times: Float(factor)) : try listed(Double.self, times: factor)
  }

  private mutating func listed<Value: BinaryFloatingPoint & Sendable>(
    _ type: Value.Type, times factor: Value
  ) throws -> any ProblemRows {
    var starts = [Int](repeating: 0, count: own.count + 1)
    for row in rows { starts[Int(row) + 1] += 1 }
    for row in 0..<own.count { starts[row + 1] += starts[row] }
    var next = starts
    var (sorted, values) = ([Int32](repeating: 0, count: rows.count), [Value](repeating: 0, count: rows.count))
    for entry in rows.indices {
      let place = next[Int(rows[entry])]
      next[Int(rows[entry])] += 1
      (sorted[place], values[place]) = (neighbours[entry], Value(weights[entry]) * factor)
    }
    (rows, neighbours, weights) = ([], [], [])
    for row in 0..<own.count {
      let range = starts[row]..<starts[row + 1]
      Self.sort(range, of: &sorted, &values)
      for entry in range.dropFirst() where sorted[entry] == sorted[entry - 1] {
        throw ProblemFileError(
          file: file, line: nil,
          reason: "edge \(own.lowerBound + row + 1) \(sorted[entry] + 1) occurs twice, expected every edge once")
      }
    }
    return ListedRows<Value>(spinCount: vertexCount, own: own, starts: starts, neighbours: sorted, values: values)
  }
}

extension EdgeRows {
  /// Rows of no more entries are sorted in place.
  private static let shortRow = 24

  /// Sorts a row by its neighbours.
  private static func sort<Value>(_ range: Range<Int>, of neighbours: inout [Int32], _ values: inout [Value]) {
    guard range.count > shortRow else {
      for entry in range.dropFirst() {
        let (neighbour, value) = (neighbours[entry], values[entry])
        var place = entry
        while place > range.lowerBound, neighbours[place - 1] > neighbour {
          (neighbours[place], values[place]) = (neighbours[place - 1], values[place - 1])
          place -= 1
        }
        (neighbours[place], values[place]) = (neighbour, value)
      }
      return
    }
    let order = range.sorted { neighbours[$0] < neighbours[$1] }
    let (names, numbers) = (order.map { neighbours[$0] }, order.map { values[$0] })
    neighbours.replaceSubrange(range, with: names)
    values.replaceSubrange(range, with: numbers)
  }
}

/// The cut of a graph in parts (`MaxCut`).
package struct PartCut: PartMeasure {
  package let spinCount: Int
  package let couplingCount: Int
  /// The sum of all weights.
  package let totalWeight: Total

  package init(vertexCount: Int, edgeCount: Int, totalWeight: Total) {
    (spinCount, couplingCount, self.totalWeight) = (vertexCount, edgeCount, totalWeight)
  }

  package var measureName: String { "cut" }
  package func measure(atEnergy energy: Double) -> Double { (totalWeight.value - energy) / 2 }
  package func energy(atMeasure cut: Double) -> Double { totalWeight.value - 2 * cut }

  package func total(atEnergy energy: Total) -> Total {
    guard case .integer(let energy) = energy, case .integer(let weight) = totalWeight else {
      return .real(measure(atEnergy: energy.value))
    }
    return .integer((weight - energy) / 2)
  }
}

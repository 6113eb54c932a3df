import CKernels

/// Symmetric couplings in compressed rows, each with its neighbour beside it.
///
/// Rows may name more spins than there are rows: those of another rank, behind this one's own.
public final class SparseCouplings {
  /// Spins on which the field acts.
  public let rowCount: Int
  /// Spins that rows may name.
  public let columnCount: Int
  let rows: AlignedBuffer<Int64>
  let neighbours: AlignedBuffer<eq_neighbour>

  /// - Parameters:
  ///   - rowStarts: `rowCount + 1` numbers, ascending from 0.
  ///   - columnCount: as many as there are rows if not given.
  public init(rowStarts: [Int], neighbours: [Int32], couplings: [Float], columnCount: Int? = nil) {
    precondition(rowStarts.first == 0 && rowStarts.last == neighbours.count)
    precondition(neighbours.count == couplings.count, "\(neighbours.count) neighbours and \(couplings.count) couplings")
    let columns = columnCount ?? rowStarts.count - 1
    rowCount = rowStarts.count - 1
    self.columnCount = columns
    rows = AlignedBuffer(count: rowStarts.count)
    for (row, start) in rowStarts.enumerated() {
      precondition(row == 0 || rowStarts[row - 1] <= start, "row \(row) begins before the one before it")
      rows[row] = Int64(start)
    }
    self.neighbours = AlignedBuffer(count: neighbours.count)
    for entry in neighbours.indices {
      precondition((0..<columns).contains(Int(neighbours[entry])), "neighbour \(neighbours[entry]) of \(columns) spins")
      self.neighbours.base[entry] = eq_neighbour(spin: neighbours[entry], coupling: couplings[entry])
    }
  }

  /// Some rows of other couplings, their spins renamed.
  private init(_ order: [Int], of source: SparseCouplings, renamed names: [Int32], columnCount: Int) {
    rowCount = order.count
    self.columnCount = columnCount
    rows = AlignedBuffer(count: order.count + 1)
    for (row, spin) in order.enumerated() { rows.base[row + 1] = rows.base[row] + Int64(source.row(spin).count) }
    neighbours = AlignedBuffer(count: Int(rows[order.count]))
    var place = 0
    for spin in order {
      for entry in source.row(spin) {
        let neighbour = source.neighbours.base[entry]
        let name = names[Int(neighbour.spin)]
        precondition(name >= 0 && name < columnCount, "spin \(neighbour.spin) is coupled and has no name")
        neighbours.base[place] = eq_neighbour(spin: name, coupling: neighbour.coupling)
        place += 1
      }
    }
  }

  /// The rows of some spins, in an order of one's own.
  ///
  /// - Parameters:
  ///   - order: the spins whose rows are taken.
  ///   - names: what each spin is called in the rows; of use for those that are coupled to the spins of `order`.
  ///   - columnCount: how many names there are.
  package func rows(_ order: [Int], renamed names: [Int32], columnCount: Int) -> SparseCouplings {
    SparseCouplings(order, of: self, renamed: names, columnCount: columnCount)
  }

  /// Entries of all rows: each coupling of two own spins twice.
  public var entryCount: Int { neighbours.count }

  func row(_ index: Int) -> Range<Int> { Int(rows[index])..<Int(rows[index + 1]) }

  /// Calls `body` with neighbour and coupling of each entry of a row, in order.
  public func forEach(in row: Int, _ body: (Int, Float) -> Void) {
    for entry in self.row(row) { body(Int(neighbours.base[entry].spin), neighbours.base[entry].coupling) }
  }

  /// `Σ_ij |J_ij|`.
  public var magnitude: Double { (0..<neighbours.count).reduce(0) { $0 + Double(neighbours.base[$1].coupling.magnitude) } }
}

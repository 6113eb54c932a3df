import Kernels

/// A drawn problem of either kind, of which a rank can draw some rows by themselves.
package enum DrawnProblem: Sendable, Equatable {
  case synthetic(SyntheticProblem, seed: UInt64)
  case planted(PlantedProblem)

  /// - Returns: `nil` if the text names none.
  /// - Throws: `ProblemError` if it names one and its numbers are wrong.
  package init?(named name: String) throws {
    if let (problem, seed) = try SyntheticProblem.named(name) {
      self = .synthetic(problem, seed: seed)
    } else if let problem = try PlantedProblem.named(name) {
      self = .planted(problem)
    } else {
      return nil
    }
  }

  /// As `SyntheticProblem.spinCount`.
  package var spinCount: Int {
    switch self {
    case .synthetic(let problem, _): problem.spinCount
    case .planted(let problem): problem.spinCount
    }
  }

  /// Pairs of spins that are coupled.
  package var couplingCount: Double {
    switch self {
    case .synthetic(let problem, _): problem.couplingCount
    case .planted(let problem): Double(problem.spinCount) * Double(problem.extents.count)
    }
  }

  /// Whether every pair of spins is coupled.
  package var isComplete: Bool {
    switch self {
    case .synthetic(.torus, _), .planted: false
    case .synthetic: true
    }
  }

  /// Whether every pair is coupled with one strength.
  package var hasCouplingsOfOneSize: Bool {
    if case .synthetic(.dense, _) = self { true } else { false }
  }

  /// What a search of the whole problem holds of it on one rank: its own rows and those of the kernels, and of a sparse one what making them
  /// takes.
  package var wholeBytes: Double {
    isComplete ? 32 * couplingCount : 80 * couplingCount
  }

  /// The whole problem.
  ///
  /// - Throws: `ProblemError` if there are too few spins or they do not fit into memory.
  package func problem() throws -> IsingProblem {
    switch self {
    case .synthetic(let problem, let seed): try problem.problem(seed: seed)
    case .planted(let problem): try problem.problem()
    }
  }

  /// The rows of some spins, the same numbers as those of the whole problem.
  ///
  /// - Throws: `ProblemError` if there are too few or too many spins, or the rows do not fit into memory.
  package func rows(_ own: Range<Int>) throws -> any ProblemRows {
    let count = spinCount
    guard (1...IsingProblem.greatestSpinCount).contains(count) else {
      throw ProblemError("a problem of \(count) spins, expected 1 to \(IsingProblem.greatestSpinCount)")
    }
    switch self {
    case .synthetic(let problem, let seed):
      let philox = Philox(seed: seed, problem.stream)
      switch problem {
      case .dense: return try SignRows(spinCount: count, own: own) { problem.coupling($0, $1, philox) < 0 }
      case .sherringtonKirkpatrick: return try CompleteRows(spinCount: count, own: own) { problem.coupling($0, $1, philox) }
      case .torus(let rows, let columns):
        try SyntheticProblem.checkTorus(rows: rows, columns: columns)
        return try ListedRows<Float>(spinCount: count, own: own, degree: 4) { spin, row in
          let (place, column) = (spin / columns, spin % columns)
          for step in [1, columns - 1] { row.append((place * columns + (column + step) % columns, 0)) }
          for step in [1, rows - 1] { row.append(((place + step) % rows * columns + column, 0)) }
          for entry in row.indices { row[entry].coupling = problem.coupling(spin, row[entry].other, philox) }
        }
      }
    case .planted(let problem):
      let philox = Philox(seed: problem.seed, .planted)
      return try ListedRows<Float>(spinCount: count, own: own, degree: 2 * problem.extents.count) { spin, row in
        for direction in problem.extents.indices {
          let (next, before) = (problem.neighbour(of: spin, direction, by: 1), problem.neighbour(of: spin, direction, by: -1))
          row.append((next, problem.coupling(from: spin, to: next, direction, philox)))
          row.append((before, problem.coupling(from: before, to: spin, direction, philox)))
        }
      }
    }
  }
}

import MPI

/// A question about spins of which no rank has all couplings: each has the rows of a run of them.
public struct PartQuestion: Sendable {
  /// What the energies mean.
  package let measure: any PartMeasure
  /// What was asked.
  public let kind: ProblemKind
  /// The file that the problem comes from, or the name of a drawn one.
  public let file: String
  /// This rank's rows.
  package let rows: any ProblemRows
  /// The ranks that have the problem, each its own rows.
  package let group: Communicator
  /// Why the problem is in parts; one clause, for the user.
  package let reason: String
  /// The best measure that is known.
  public var bestKnown: Double?
  /// What a user should know of how the file was read.
  public var notes: [String] = []

  package init(
    _ measure: any PartMeasure, kind: ProblemKind, file: String, rows: any ProblemRows, group: Communicator,
    because reason: String
  ) {
    (self.measure, self.kind, self.file) = (measure, kind, file)
    (self.rows, self.group, self.reason) = (rows, group, reason)
  }
}

/// A measure that follows from the energy, exactly where that is exact.
package protocol PartMeasure: SpinMeasure {
  /// The measure of the states of this Ising energy.
  func total(atEnergy energy: Total) -> Total
}

/// The energy of a problem in parts as its own measure.
package struct PartEnergy: PartMeasure {
  package let spinCount: Int
  package let couplingCount: Int

  package init(spinCount: Int, couplingCount: Int) { (self.spinCount, self.couplingCount) = (spinCount, couplingCount) }

  package var measureName: String { "energy" }
  package func measure(atEnergy energy: Double) -> Double { energy }
  package func energy(atMeasure measure: Double) -> Double { measure }
  package func total(atEnergy energy: Total) -> Total { energy }
}

/// What the energies of an Ising problem mean: a measure (a cut, an energy, a difference) that is a monotonic function of them.
public protocol SpinMeasure: Sendable {
  /// Spins of the problem.
  var spinCount: Int { get }
  /// Coupled pairs of the problem.
  var couplingCount: Int { get }
  /// The measure's name, one word: `cut`, `energy`.
  var measureName: String { get }
  /// The measure of the states of this Ising energy.
  func measure(atEnergy energy: Double) -> Double
  /// The Ising energy of the states of this measure.
  func energy(atMeasure measure: Double) -> Double
}

/// A question whose answer is the ground state of an Ising problem.
///
/// Its measure is reported from the numbers that were given, not from the couplings that were derived from them.
public protocol SpinObjective: SpinMeasure {
  /// What a machine solves.
  var problem: IsingProblem { get }
  /// The measure of a state, from the numbers that were given.
  ///
  /// - Parameter spins: −1 or 1, one a spin.
  /// - Throws: `ProblemError` if the state is none of the problem's or an integer sum leaves 64 bits.
  func measure(of spins: [Int8]) throws -> Total
  /// The energy that is reported beside the measure, exactly where that can be.
  ///
  /// - Throws: as `measure`.
  func reportedEnergy(of spins: [Int8]) throws -> Total
}

extension SpinObjective {
  /// Spins of the problem.
  public var spinCount: Int { problem.spinCount }
  /// Coupled pairs of the problem.
  public var couplingCount: Int { problem.couplingCount }

  /// Refuses what is not one −1 or 1 a spin.
  func check(_ spins: [Int8]) throws {
    try problem.check(spins)
  }

  /// The measure itself where that is the energy, or else the Ising problem's energy.
  ///
  /// - Throws: `ProblemError` if the state is none of the problem's or an integer sum leaves 64 bits.
  public func reportedEnergy(of spins: [Int8]) throws -> Total {
    if measureName == "energy" { return try measure(of: spins) }
    return problem.isInteger ? .integer(try problem.integerEnergy(of: spins)) : .real(try problem.energy(of: spins))
  }
}

/// The ground state of an Ising problem as such: the measure is the energy.
public struct EnergyMinimum: SpinObjective {
  public let problem: IsingProblem

  /// Asks for the ground state of `problem`.
  public init(_ problem: IsingProblem) { self.problem = problem }

  public var measureName: String { "energy" }

  public func measure(of spins: [Int8]) throws -> Total {
    problem.isInteger ? .integer(try problem.integerEnergy(of: spins)) : .real(try problem.energy(of: spins))
  }

  public func measure(atEnergy energy: Double) -> Double { energy }
  public func energy(atMeasure measure: Double) -> Double { measure }
}

/// The ground state of an Ising problem as such: the measure is the energy.
public struct EnergyMinimum: SpinObjective {
  public let problem: IsingProblem

  public init(_ problem: IsingProblem) { self.problem = problem }

  public var measureName: String { "energy" }

  public func measure(of spins: [Int8]) throws -> Total {
    problem.isInteger ? .integer(try problem.integerEnergy(of: spins)) : .real(try problem.energy(of: spins))
  }

  public func measure(atEnergy energy: Double) -> Double { energy }
  public func energy(atMeasure measure: Double) -> Double { measure }
}

import Ising
import Machines

/// How to search.
public struct SolverSettings: Sendable {
  /// Which time the limits mean.
  public enum Clock: String, CaseIterable, Sendable {
    /// Time as a clock on the wall shows it.
    case wall
    /// The processor time of this process: what a run costs on a machine that others use too.
    case processor
  }

  /// Which state of a sampler's run is its read.
  public enum Keep: String, CaseIterable, Sendable {
    /// The lowest of the second half, after a descent.
    case best
    /// The state after the last sweep.
    case last
  }

  /// `nil`: the one that is best by measurement.
  public var machine: MachineKind?
  /// Spends a tenth of the time limit on trials that choose machine and scale.
  public var choosesMachine = false
  /// Independent runs. `nil`: one, or as many as the time allows, which then learn from each other where the machine can.
  public var reads: Int?
  /// Steps or sweeps of a run. `nil`: as many as suit the time, or the machine's standard.
  public var steps: Int?
  /// How long to search. `nil`: until all reads are done. Zero: the first states, and nothing more.
  public var time: Duration?
  /// Which time `time` and reports mean.
  public var clock = Clock.wall
  /// The search ends with a state of this energy or a lower one.
  public var targetEnergy: Double?
  /// In place of the machine's own course: a temperature in units of the field's root mean square, or a pump.
  public var course: Course?
  /// The state of a run that is its read. `nil`: the last one of `gibbs`, which samples, and the best one of every other sampler.
  public var keep: Keep?
  /// Where runs begin, one −1 or 1 a spin; the runs take these states in turn. None: random states.
  public var initialStates: [[Int8]] = []
  /// Where every run begins; of several states the first.
  public var initial: [Int8]? {
    get { initialStates.first }
    set { initialStates = newValue.map { [$0] } ?? [] }
  }
  /// Of all random numbers; without a time limit, searches with the same seed have the same bits.
  public var seed: UInt64 = 1
  /// A multiplier of the machine's coupling strength, or of its temperatures.
  public var scale = 1.0
  /// Amplitudes of amplitude machines are rounded to so many bits after each step.
  public var stateBits: Int?
  /// Standard deviation of the noise that amplitudes get in each step.
  public var stateNoise = 0.0
  /// Ranks that share the spins exchange their states in every so many steps of an amplitude machine. Above 1 a step goes on with
  /// old states of other ranks' spins, and what is found depends on the number of ranks.
  public var exchangeEvery = 1
  /// What the ranks divide between them. `nil`: what suits the search (`SpreadChoice`).
  public var spread: Spread?
  /// Distinct states that are kept when the number of reads is not given.
  public var greatestSampleCount = 16

  /// Those of the reads that are to be done; `nil`: all.
  var part: Range<Int>?
  /// The reads of this search, where their number is given.
  var readRange: Range<Int>? { part ?? reads.map { 0..<$0 } }

  /// Beyond this ranks would hardly know of each other.
  private static let greatestExchangeEvery = 1_000_000

  /// The defaults above.
  public init() {}

  /// - Throws: `SolverError` if a number makes no sense.
  public func validate(spins: Int) throws {
    if let reads, reads < 1 { throw SolverError("reads is \(reads), expected 1 or more") }
    if let steps, steps < 0 { throw SolverError("steps is \(steps), expected 0 or more") }
    if let time, time < .zero { throw SolverError("time is \(time), expected 0 or more") }
    if choosesMachine, time == nil { throw SolverError("an automatic choice needs a time limit, of which it takes a tenth") }
    if choosesMachine, let machine { throw SolverError("an automatic choice of the machine, and \(machine.rawValue)") }
    if let targetEnergy, targetEnergy.isNaN { throw SolverError("the target is not a number") }
    guard scale > 0, scale.isFinite else { throw SolverError("scale is \(scale), expected a positive number") }
    guard stateNoise >= 0, stateNoise.isFinite else {
      throw SolverError("the noise of states is \(stateNoise), expected 0 or more")
    }
    guard (1...Self.greatestExchangeEvery).contains(exchangeEvery) else {
      throw SolverError("an exchange every \(exchangeEvery) steps, expected 1 to \(Self.greatestExchangeEvery)")
    }
    if let machine, !machine.entry.uses.contains(.solving) {
      throw SolverError("machine \(machine.rawValue) relaxes networks and solves no problems")
    }
    if exchangeEvery > 1, machine?.isSequential ?? true {
      throw SolverError(
        "an exchange every \(exchangeEvery) steps and \(machine?.rawValue ?? "no machine"): a sampler that visits one spin after the "
          + "other must exchange in every sweep; name a machine that moves all spins at once, as cim or sb-discrete")
    }
    if keep != nil, !(machine ?? .anneal).isSequential {
      throw SolverError(
        "what a read keeps is for samplers, as gibbs and anneal; \(machine?.rawValue ?? "") moves all spins at once")
    }
    if let stateBits, !(2...20).contains(stateBits) { throw SolverError("\(stateBits) bits a state, expected 2 to 20") }
    for initial in initialStates {
      guard initial.count == spins else { throw SolverError("an initial state of \(initial.count) spins for \(spins)") }
      if let spin = initial.firstIndex(where: { $0 != 1 && $0 != -1 }) {
        throw SolverError("spin \(spin) of the initial state is \(initial[spin]), expected -1 or 1")
      }
    }
    if machine == .reverseAnneal, initial == nil, reads != nil || steps != nil {
      throw SolverError("reverse-anneal needs an initial state, or a time limit alone to find one by annealing")
    }
    if case .geometric(let first, let last)? = course, !(first > 0 && last > 0) {
      throw SolverError("a geometric schedule from \(first) to \(last), expected two positive numbers")
    }
    if case .points(let values)? = course, values.isEmpty || !values.allSatisfy(\.isFinite) {
      throw SolverError("a schedule of \(values), expected one or more finite numbers")
    }
  }
}

extension SolverSettings {
  /// Where a run begins, if it does not at random.
  func start(of read: Int) -> [Int8]? { initialStates.isEmpty ? nil : initialStates[read % initialStates.count] }

  /// What a machine is tuned by.
  var tuning: MachineTuning {
    var tuning = MachineTuning()
    (tuning.scale, tuning.course, tuning.stateBits, tuning.stateNoise) = (scale, course, stateBits, stateNoise)
    return tuning
  }
}

extension MachineKind {
  /// What runs when none is asked for: the best by measurement (docs/results/results-ising.md).
  ///
  /// Where all pairs are coupled with one strength, products of bits make simulated bifurcation faster than anything that visits
  /// one spin after the other. A schedule or an initial state is taken to be a sampler's.
  public static func standard(for problem: IsingProblem, _ settings: SolverSettings) -> MachineKind {
    standard(forProblem: problem, settings)
  }

  static func standard(forProblem problem: any SearchedProblem, _ settings: SolverSettings) -> MachineKind {
    standard(spins: problem.spinCount, haveOneSize: problem.hasCouplingsOfOneSize, settings)
  }

  /// - Parameter haveOneSize: whether all pairs are coupled with one strength.
  static func standard(spins: Int, haveOneSize: @autoclosure () -> Bool, _ settings: SolverSettings) -> MachineKind {
    let isOneSampler = settings.course != nil || settings.initial != nil
    return !isOneSampler && spins >= fewestPackedSpins && haveOneSize() ? .discreteBifurcation : .anneal
  }

  /// Smaller problems are solved at once by either.
  private static let fewestPackedSpins = 256
}

/// Why a search cannot begin or go on.
public struct SolverError: Error, Equatable, CustomStringConvertible {
  public let description: String

  /// An error with a message that names the setting and what was expected.
  public init(_ description: String) { self.description = description }
}

import Foundation
import Ising
import MPI

/// Samples of a question's states: the temperature is one of the question's own energy.
///
/// That is the Ising energy, but for a QUBO, whose Ising problem is four times it.
public struct SpinSampling {
  private let file: String
  private let kind: ProblemKind
  private let sampler: Sampler

  /// - Parameter settings: with temperatures in units of the question's numbers.
  /// - Throws: `SamplerError` if a setting makes no sense.
  public init(_ question: SpinQuestion, _ settings: SamplerSettings) throws {
    (file, kind) = (question.file, question.kind)
    let problem = question.objective.problem
    guard settings.spins == .ising || question.kind != .qubo else {
      throw SamplerError(
        "\(question.file): its variables are 0 or 1, so they are no amplitudes from -1 to 1; give --problem ising or --spins ising"
      )
    }
    sampler = try Sampler(question.kind == .qubo ? try problem.scaled(by: 0.25) : problem, settings)
  }

  /// Of a problem that no rank has whole. Collective over the ranks that have it.
  ///
  /// - Throws: `SamplerError` if a setting makes no sense, or the failure of an exchange.
  package init(_ question: PartQuestion, _ settings: SamplerSettings) throws {
    (file, kind) = (question.file, question.kind)
    sampler = try Sampler(SampledPart(SharedProblem(question.rows, over: question.group)), settings)
  }

  /// Refuses before anything is made what `run` would refuse, see `Sampler.check(ranks:)`.
  ///
  /// - Throws: `ProblemError` that says what would be refused.
  public func check(ranks: Int) throws { try sampler.check(ranks: ranks) }

  /// Samples. Collective.
  ///
  /// - Returns: on rank 0 the answer, of a run that was not stopped.
  /// - Throws: `SamplerError` if the job cannot sample this problem, `FileError` if a checkpoint cannot be written, or the
  ///   failure of an exchange between ranks; nothing on one rank.
  public func run(
    over world: Communicator? = nil, store: SamplingStore? = nil, shouldStop: () -> Bool = { false },
    progress: (Sampler.Progress) -> Void = { _ in }
  ) throws -> (answer: SamplingAnswer?, wasStopped: Bool, isConverged: Bool) {
    let outcome = try sampler.run(over: world, store: store, shouldStop: shouldStop, progress: progress)
    let answer = outcome.result.map { SamplingAnswer(file: file, kind: kind, problem: sampler.problem, result: $0) }
    return (answer, outcome.wasStopped, outcome.isConverged)
  }
}

/// What sampling a question's states came to, as text and JSON tell it.
public struct SamplingAnswer: Sendable {
  /// The file that the problem comes from, or the name of a drawn one.
  public let file: String
  /// What was asked.
  public let kind: ProblemKind
  /// Spins and coupled pairs of the whole problem.
  public let spinCount, couplingCount: Int
  /// The root mean square of the field on a spin, in units of the energy that temperatures are compared with.
  public let rootMeanSquareField: Double
  /// What the run found, in the same units.
  public let result: SamplingResult

  init(file: String, kind: ProblemKind, problem: any SampledProblem, result: SamplingResult) {
    (self.file, self.kind, self.result) = (file, kind, result)
    (spinCount, couplingCount) = (problem.spinCount, problem.couplingCount)
    rootMeanSquareField = problem.rootMeanSquareField
  }

  private var ranks: String {
    let grid = result.grid
    if grid.spin == 1 { return grid.data == 1 ? "1 rank" : "\(grid.data) ranks" }
    return "\(result.ranks) ranks (\(grid.data) blocks of chains, \(grid.spin) parts of the spins)"
  }

  private var updatesPerSecond: Double { result.spinUpdates / max(result.seconds, 1e-9) }

  /// The answer as the command prints it: the run, a table of temperatures, and the verdict.
  public var text: String {
    let settings = result.settings
    var lines = ["\(file): \(kind.rawValue), \(spinCount) spins, \(couplingCount) couplings"]
    if case .box(let stiffness) = settings.spins {
      lines.append("amplitudes in [-1, 1]" + (stiffness > 0 ? ", stiffness \(stiffness)" : ""))
    }
    if settings.temperatureUnit == .field {
      lines.append(String(format: "temperatures were given in units of the field, %.6g", rootMeanSquareField))
    }
    if !settings.fixed.isEmpty { lines.append("\(settings.fixed.count) spins are clamped") }
    let isPopulation = settings.method == .population
    lines.append(
      (isPopulation
        ? "\(result.chains) populations of \(settings.population) replicas at \(result.temperatures.count) temperatures, "
          + "\(result.measuredSweeps) sweeps"
        : "\(result.chains) chains at \(result.temperatures.count) temperatures, \(result.measuredSweeps) sweeps after "
          + "\(result.burnInSweeps) of burn-in") + ", seed \(settings.seed), \(ranks), "
        + String(format: "%.2f s, %.0f million spin updates/s", result.seconds, updatesPerSecond / 1e6))
    lines += table
    if let tempering = result.tempering {
      let trips = tempering.roundTrips.reduce(0, +)
      lines.append(
        String(
          format: "rejected swaps add up to Λ = %.2f; %d round trips, %.4f a ladder and sweep (ideally %.4f)", tempering.barrier,
          trips, tempering.roundTripRate, tempering.idealRoundTripRate))
    }
    if result.verdict.isConverged {
      lines.append("converged")
    } else {
      lines.append("NOT converged:")
      lines += result.verdict.reasons.map { "  " + $0 }
    }
    return lines.joined(separator: "\n")
  }

  /// A line for each temperature, the coldest first.
  private var table: [String] {
    var columns: [(name: String, value: (TemperatureEstimate) -> String)] = [
      ("T", { Self.number($0.temperature) }), ("energy", { Self.pair($0.energy) }), ("C", { Self.pair($0.specificHeat) }),
      ("|m|", { Self.pair($0.absMagnetisation) }), ("Binder", { Self.pair($0.binder) }),
    ]
    if result.chains > 1 {
      columns.append(("q²", { Self.pair($0.overlapSquare) }))
      columns.append(("q link", { Self.pair($0.linkOverlap) }))
    }
    if result.settings.freeEnergy || result.settings.method == .population {
      columns.append(("ln Z", { Self.pair($0.logZ) }))
      columns.append(("entropy", { Self.pair($0.entropy) }))
    }
    if result.settings.method == .population {
      columns.append(("ρ", { Self.number($0.family?.meanSquareSize ?? .nan) }))
      columns.append(("families", { Self.number(exp($0.family?.entropy ?? .nan)) }))
      return Self.aligned(columns.map(\.name), result.temperatures.map { estimate in columns.map { $0.value(estimate) } })
    }
    columns.append(("τ", { Self.number(max($0.energyTime, $0.magnetisationTime, $0.overlapTime ?? 0)) }))
    columns.append(("R̂", { Self.number($0.greatestRHat ?? .nan) }))
    return Self.aligned(columns.map(\.name), result.temperatures.map { estimate in columns.map { $0.value(estimate) } })
  }

  private static func aligned(_ names: [String], _ values: [[String]]) -> [String] {
    let rows = [names] + values
    let widths = names.indices.map { column in rows.reduce(0) { max($0, $1[column].count) } }
    return rows.map { row in
      zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
    }
  }

  private static func number(_ value: Double) -> String { value.isNaN ? "–" : String(format: "%.4g", value) }

  /// `−91.92(4)`: the error in units of the last digit, of which it has two.
  package static func pair(_ estimate: Estimate?) -> String {
    guard let estimate, estimate.value.isFinite else { return "–" }
    guard estimate.error > 0, estimate.error.isFinite else { return String(format: "%.6g", estimate.value) }
    let digits = min(max(1 - Int(floor(log10(estimate.error))), 0), 12)
    let error = Int((estimate.error * pow(10, Double(digits))).rounded())
    return String(format: "%.\(digits)f", estimate.value) + "(\(error))"
  }
}

extension TemperatureEstimate {
  /// The greatest R̂ of what is measured.
  package var greatestRHat: Double? { [energyRHat, magnetisationRHat, overlapRHat].compactMap { $0 }.max() }
}

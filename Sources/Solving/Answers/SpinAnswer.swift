import Files
import Foundation
import Ising

/// What a search for a ground state came to.
public struct SpinAnswer: Answer {
  /// The file that the problem comes from, or the name of a drawn one.
  public let file: String
  /// What was asked.
  public let kind: ProblemKind
  /// What energies mean.
  public let objective: any SpinMeasure
  /// One name a spin, if the file has names.
  public let labels: [String]
  /// −1 or 1, one a spin.
  public let best: [Int8]
  /// Of the best state, from the numbers that were given.
  public let measure: Total
  /// Of the best state; a measure other than the energy has a key of its own.
  public let energy: Total
  /// The samples as states of the question's problem; the solution has those of what the device runs.
  public let samples: SampleSet
  /// What the search found in the problem that the device runs.
  public let solution: Solution
  /// How the problem lay on the chip; `nil` without one.
  public let chip: Chip?
  public let trace: SearchTrace
  public let bestKnown: Double?
  /// The best value that is known of the question's problem, also where a device runs another one.
  private let published: Double?
  /// What the processor took, where it counts joules and was asked.
  public var processorJoules: Double?
  /// What a device would take for the samples, if that is wanted.
  public var estimate: DeviceEstimate?

  /// That the best state is proven to be that, if so.
  public var exact: ExactMinimum?

  /// How a problem lay on a chip.
  public struct Chip: Encodable, CustomStringConvertible, Sendable {
    /// Spins of the chip that chains use.
    public var spins: Int
    /// Spins of the longest chain.
    public var longestChain: Int
    /// The coupling within chains, in the problem's units.
    public var chainStrength: Double
    /// The share of chains, over all samples, whose spins disagree.
    public var chainBreakFraction: Double

    public var description: String {
      "\(spins) spins, longest chain \(longestChain), "
        + String(format: "chain strength %.4g, %.1f %% of chains broken", chainStrength, 100 * chainBreakFraction)
    }
  }

  /// - Parameter isFaithful: whether the trace measures what the question asks.
  init(
    _ question: SpinQuestion, best: [Int8], samples: SampleSet, solution: Solution, chip: Chip?, trace: SearchTrace,
    isFaithful: Bool
  ) throws {
    (file, kind, objective) = (question.file, question.kind, question.objective)
    (labels, published) = (question.labels, question.bestKnown)
    (self.best, self.samples, self.solution) = (best, samples, solution)
    (self.chip, self.trace) = (chip, trace)
    measure = try question.objective.measure(of: best)
    energy = (try? question.objective.reportedEnergy(of: best)) ?? .real(samples.best?.energy ?? 0)
    bestKnown = isFaithful ? question.bestKnown : nil
  }

  /// - Parameter energy: of the best state.
  init(_ question: PartQuestion, best: [Int8], energy: Total, solution: Solution, trace: SearchTrace) {
    (file, kind, objective) = (question.file, question.kind, question.measure)
    (labels, published, bestKnown) = ([], question.bestKnown, question.bestKnown)
    (self.best, self.samples, self.solution) = (best, solution.samples, solution)
    (self.chip, self.trace, self.energy) = (nil, trace, energy)
    measure = question.measure.total(atEnergy: energy)
  }

  /// The machine that ran, by its name in the catalogue.
  public var machine: String { solution.machine.rawValue }
  public var title: String { "\(URL(fileURLWithPath: file).lastPathComponent): \(machine)" }
  public var seconds: Double { solution.seconds }
  public var wasStopped: Bool { solution.wasStopped }
  private var settings: SolverSettings { solution.settings }
  private var ranks: Int { solution.ranks }
  private var spread: SpreadChoice { solution.spread }

  /// Spins, or of a QUBO its variables.
  ///
  /// - Complexity: O(spins).
  public var state: [Int] { best.map(value) }

  private func value(_ spin: Int8) -> Int { kind == .qubo && spin < 0 ? 0 : Int(spin) }

  /// Of spins; a QUBO's energy is of its variables.
  private var energyPerSpin: Double? {
    kind == .qubo ? nil : energy.value / Double(objective.spinCount)
  }

  /// The measure of a sample. The energies of great numbers to be divided are not exact, their differences are.
  private func measure(_ sample: SampleSet.Sample) -> Double {
    let exact = kind == .partition ? try? (objective as? any SpinObjective)?.measure(of: sample.spins).value : nil
    return exact ?? objective.measure(atEnergy: sample.energy)
  }

  public var facts: [(name: String, value: String)] {
    var facts = [
      (name: "file", value: file), ("problem", kind.rawValue), ("spins", "\(objective.spinCount)"),
      ("couplings", "\(objective.couplingCount)"), ("machine", machine), ("scale", String(format: "%g", settings.scale)),
      ("seed", "\(settings.seed)"), ("ranks", "\(ranks)"),
    ]
    if ranks > 1 { facts.append(("spread over the ranks", "\(spread.spread.rawValue): \(spread.reason)")) }
    facts += [
      ("time", String(format: "%.2f s", solution.seconds)), ("reads", "\(samples.readCount)"),
      ("spin updates", String(format: "%.3g, %.0f million a second", solution.spinUpdates, updatesPerSecond / 1e6)),
    ]
    if let exact { facts.append(("proven", text(exact))) }
    if let chip { facts.append(("chip", chip.description)) }
    if let estimate { facts.append(("a device", text(estimate))) }
    if let processorJoules { facts.append(("this processor", String(format: "%.3g J", processorJoules))) }
    if objective.measureName != "energy" { facts.append(("energy", "\(energy)")) }
    if kind == .ising, let energyPerSpin { facts.append(("energy per spin", String(format: "%.6g", energyPerSpin))) }
    facts.append((objective.measureName, "\(measure)"))
    if let known = published { facts.append(("best known", SearchTrace.text(known))) }
    if solution.wasStopped { facts.append(("ended", "before its time")) }
    return facts
  }

  /// States of equal measure are one level.
  ///
  /// - Complexity: O(distinct states · spins).
  public var levels: [(value: Double, reads: Int)] {
    samples.samples.reduce(into: []) { levels, sample in
      let value = measure(sample)
      if levels.last?.value == value {
        levels[levels.count - 1].reads += sample.occurrences
      } else {
        levels.append((value, sample.occurrences))
      }
    }
  }

  private var updatesPerSecond: Double { solution.spinUpdates / max(solution.seconds, 1e-9) }

  private func text(_ exact: ExactMinimum) -> String {
    let owners =
      switch exact.groundStates {
      case 1?: "which one has"
      case let count?: "which \(count) have"
      case nil: String(format: "which 2^%.2f have", exact.log2GroundStates)
      }
    let way = exact.width.map { "2^\(objective.spinCount) states by a tree decomposition of width \($0)" }
    return "the lowest of \(way ?? "\(exact.states ?? 0) states"), \(owners)"
  }

  private func text(_ estimate: DeviceEstimate) -> String {
    let joules = estimate.energy(samples: samples.readCount)
    return String(format: "%g W and %g s a sample: %.3g J", estimate.power, estimate.settlingTime, joules)
  }

  public func text(samples count: Int) -> String {
    let name = objective.measureName
    var lines = ["\(file): \(kind.rawValue), \(objective.spinCount) spins, \(objective.couplingCount) couplings"]
    lines.append(
      "\(machine), seed \(settings.seed), \(ranks == 1 ? "1 rank" : "\(ranks) ranks"), "
        + String(format: "%.2f s, %.0f million spin updates/s", solution.seconds, updatesPerSecond / 1e6))
    if ranks > 1 { lines.append("\(spread.spread.rawValue) spread over the ranks: \(spread.reason)") }
    if let exact { lines.append("exact: \(text(exact))") }
    if let chip { lines.append("chip: \(chip)") }
    let costs =
      (estimate.map { ["a device of \(text($0)) for \(samples.readCount)"] } ?? [])
      + (processorJoules.map { ["this processor: " + String(format: "%.3g J", $0)] } ?? [])
    if !costs.isEmpty { lines.append(costs.joined(separator: "; ")) }
    if count > 0 {
      lines.append("\(name)  reads")
      for sample in samples.samples.prefix(count) {
        lines.append("\(SearchTrace.text(measure(sample)))  \(sample.occurrences)")
      }
    }
    if name != "energy" { lines.append("energy \(energy)") }
    if kind == .ising, let energyPerSpin { lines.append(String(format: "energy per spin %.6g", energyPerSpin)) }
    lines.append("\(name) \(measure)" + (published.map { " (best known \(SearchTrace.text($0)))" } ?? ""))
    return lines.joined(separator: "\n")
  }

  private func energy(of sample: SampleSet.Sample) -> Double {
    switch kind {
    case .qubo:
      let value = objective.measure(atEnergy: sample.energy)
      return objective.measureName == "value" ? -value : value
    case .partition: return measure(sample) * measure(sample)
    default: return sample.energy
    }
  }

  public func json(samples count: Int) throws -> String {
    let object = Object(
      file: file, problem: kind.rawValue, spinCount: objective.spinCount,
      couplingCount: objective.couplingCount, energy: energy, cut: objective.measureName == "cut" ? measure : nil,
      difference: objective.measureName == "difference" ? measure : nil, value: objective.measureName == "value" ? measure : nil,
      energyPerSpin: energyPerSpin, bestKnown: published, machine: machine,
      scale: settings.scale, seed: settings.seed, seconds: solution.seconds, spins: best.map(Int.init),
      variables: kind == .qubo ? state : nil, ranks: ranks, spread: spread.spread.rawValue, spreadReason: spread.reason,
      reads: samples.readCount, spinUpdates: solution.spinUpdates,
      interrupted: solution.wasStopped, chip: chip, deviceJoules: estimate?.energy(samples: samples.readCount),
      processorJoules: processorJoules,
      samples: samples.samples.prefix(count).map { sample in
        Object.Sample(
          energy: energy(of: sample),
          occurrences: sample.occurrences, spins: sample.spins.map(Int.init))
      }, labels: labels.isEmpty ? nil : labels, exact: exact)
    return try jsonText(object)
  }

  private struct Object: Encodable {
    struct Sample: Encodable {
      var energy: Double
      var occurrences: Int
      var spins: [Int]
    }

    var file: String
    var problem: String
    var spinCount: Int
    var couplingCount: Int
    var energy: Total
    var cut: Total?
    var difference: Total?
    var value: Total?
    var energyPerSpin: Double?
    var bestKnown: Double?
    var machine: String
    var scale: Double
    var seed: UInt64
    var seconds: Double
    var spins: [Int]
    var variables: [Int]?
    var ranks: Int
    var spread: String
    var spreadReason: String
    var reads: Int
    var spinUpdates: Double
    var interrupted: Bool
    var chip: Chip?
    var deviceJoules: Double?
    var processorJoules: Double?
    var samples: [Sample]
    /// In the order of the spins.
    var labels: [String]?
    var exact: ExactMinimum?
  }
}

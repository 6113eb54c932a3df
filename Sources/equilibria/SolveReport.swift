import Foundation
import Ising
import Reports
import Solving

/// What a search for a ground state came to.
struct SolveReport {
  let question: SpinQuestion
  let best: [Int8]
  let measure: Total
  let samples: SampleSet
  let result: SharedSearch.Result
  let settings: SolverSettings
  let ranks: Int
  let spread: SpreadChoice
  let chip: Chip?
  /// Of the processor, where it counts them.
  let joules: Double?
  let device: DeviceEstimate

  /// How a problem lay on a chip.
  struct Chip: Encodable, CustomStringConvertible {
    var spins: Int
    var longestChain: Int
    var chainStrength: Double
    var chainBreakFraction: Double

    var description: String {
      "\(spins) spins, longest chain \(longestChain), "
        + String(format: "chain strength %.4g, %.1f %% of chains broken", chainStrength, 100 * chainBreakFraction)
    }
  }

  var machine: String { result.machine.rawValue }

  /// Spins, or of a QUBO its variables.
  var values: [Int] { best.map(value) }

  private func value(_ spin: Int8) -> Int { question.kind == .qubo && spin < 0 ? 0 : Int(spin) }

  /// A measure other than the energy has a key of its own.
  private var energy: Total {
    guard question.objective.measureName != "energy" else { return measure }
    let problem = question.objective.problem
    if problem.isInteger, let energy = try? problem.integerEnergy(of: best) { return .integer(energy) }
    return .real(samples.best?.energy ?? 0)
  }

  /// Names and values, as a page shows them.
  var facts: [(name: String, value: String)] {
    let problem = question.objective.problem
    var facts = [
      (name: "file", value: question.file), ("problem", question.kind.rawValue), ("spins", "\(problem.spinCount)"),
      ("couplings", "\(problem.couplingCount)"), ("machine", machine), ("scale", String(format: "%g", settings.scale)),
      ("seed", "\(settings.seed)"), ("ranks", "\(ranks)"),
    ]
    if ranks > 1 { facts.append(("spread over the ranks", "\(spread.spread.rawValue): \(spread.reason)")) }
    facts += [
      ("time", String(format: "%.2f s", result.seconds)), ("reads", "\(samples.readCount)"),
      ("spin updates", String(format: "%.3g, %.0f million a second", result.spinUpdates, updatesPerSecond / 1e6)),
    ]
    if let chip { facts.append(("chip", chip.description)) }
    facts.append(
      (
        "a device",
        String(
          format: "%g W and %g s a sample: %.3g J", device.power, device.settlingTime, device.energy(samples: samples.readCount))
      ))
    if let joules { facts.append(("this processor", String(format: "%.3g J", joules))) }
    if question.objective.measureName != "energy" { facts.append(("energy", "\(energy)")) }
    facts.append((question.objective.measureName, "\(measure)"))
    if let known = question.bestKnown { facts.append(("best known", SearchTrace.text(known))) }
    if result.wasStopped { facts.append(("ended", "before its time")) }
    return facts
  }

  /// Where the reads ended, the best first; states of equal measure are one level.
  var levels: [SearchReport.Level] {
    samples.samples.reduce(into: []) { levels, sample in
      let value = question.objective.measure(atEnergy: sample.energy)
      if levels.last?.value == value {
        levels[levels.count - 1].reads += sample.occurrences
      } else {
        levels.append(SearchReport.Level(value: value, reads: sample.occurrences))
      }
    }
  }

  private var updatesPerSecond: Double { result.spinUpdates / max(result.seconds, 1e-9) }

  func text(samples count: Int) -> String {
    let name = question.objective.measureName
    let problem = question.objective.problem
    var lines = ["\(question.file): \(question.kind.rawValue), \(problem.spinCount) spins, \(problem.couplingCount) couplings"]
    lines.append(
      "\(machine), seed \(settings.seed), \(ranks == 1 ? "1 rank" : "\(ranks) ranks"), "
        + String(format: "%.2f s, %.0f million spin updates/s", result.seconds, updatesPerSecond / 1e6))
    if ranks > 1 { lines.append("\(spread.spread.rawValue) spread over the ranks: \(spread.reason)") }
    if let chip { lines.append("chip: \(chip)") }
    let reads = samples.readCount
    lines.append(
      String(
        format: "a device of %g W and %g s a sample: %.3g J for %ld", device.power, device.settlingTime,
        device.energy(samples: reads), reads) + (joules.map { String(format: "; this processor: %.3g J", $0) } ?? ""))
    if count > 0 {
      lines.append("\(name)  reads")
      for sample in samples.samples.prefix(count) {
        lines.append("\(SearchTrace.text(question.objective.measure(atEnergy: sample.energy)))  \(sample.occurrences)")
      }
    }
    if name != "energy" { lines.append("energy \(energy)") }
    lines.append("\(name) \(measure)" + (question.bestKnown.map { " (best known \(SearchTrace.text($0)))" } ?? ""))
    return lines.joined(separator: "\n")
  }

  func json(samples count: Int) throws -> String {
    let objective = question.objective
    let object = Object(
      file: question.file, problem: question.kind.rawValue, spinCount: objective.problem.spinCount,
      couplingCount: objective.problem.couplingCount, energy: energy, cut: objective.measureName == "cut" ? measure : nil,
      difference: objective.measureName == "difference" ? measure : nil, bestKnown: question.bestKnown, machine: machine,
      scale: settings.scale, seed: settings.seed, seconds: result.seconds, spins: best.map(Int.init),
      variables: question.kind == .qubo ? values : nil, ranks: ranks, spread: spread.spread.rawValue, spreadReason: spread.reason,
      reads: samples.readCount, spinUpdates: result.spinUpdates,
      interrupted: result.wasStopped, chip: chip, deviceJoules: device.energy(samples: samples.readCount),
      processorJoules: joules,
      samples: samples.samples.prefix(count).map { sample in
        Object.Sample(
          energy: question.kind == .qubo ? objective.measure(atEnergy: sample.energy) : sample.energy,
          occurrences: sample.occurrences, spins: sample.spins.map(Int.init))
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(object), as: UTF8.self)
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
    var deviceJoules: Double
    var processorJoules: Double?
    var samples: [Sample]
  }
}

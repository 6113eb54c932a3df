import ArgumentParser
import Solving

/// How long to search.
struct SolveLengthOptions: ParsableArguments {
  @Option(
    parsing: .unconditional, help: "Seconds; 0 for the first state alone. By default 10, unless --reads or --steps is given.")
  var time: Double?

  @Option(help: "What the seconds measure: wall-clock time or processor time.")
  var clock = SolverSettings.Clock.wall

  @Option(parsing: .unconditional, help: "Independent runs. By default as many as the time allows.")
  var reads: Int?

  @Option(name: [.long, .customLong("sweeps")], help: "Steps, or sweeps of a sampler, of one read.")
  var steps: Int?

  @Option(parsing: .unconditional, help: "Stop at this cut or energy.")
  var target: Double?

  func validate() throws {
    if let time, !(time >= 0 && time.isFinite) { throw ValidationError("--time \(time): expected seconds, 0 or more") }
    if let reads, reads < 1 { throw ValidationError("--reads \(reads): expected 1 or more") }
    if let steps, steps < 0 { throw ValidationError("--steps \(steps): expected 0 or more") }
    if let target, !target.isFinite { throw ValidationError("--target \(target): expected a number") }
  }

  /// Whether any limit is the user's.
  var isGiven: Bool { time != nil || reads != nil || steps != nil || target != nil }

  /// Adds the length to what is asked.
  func describe(_ search: inout QuestionSearch) {
    search.settings.clock = clock
    search.setLength(seconds: time, reads: reads, steps: steps, target: target)
  }
}

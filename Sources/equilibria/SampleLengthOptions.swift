import ArgumentParser
import Sampling

/// How long to sample.
struct SampleLengthOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Rounds of 1, 2, 4 … sweeps; the ladder adapts in all but one more of 2^R, which is measured. By default 12, with --until or --time 6.",
      valueName: "R"))
  var rounds: Int?

  @Option(
    help: ArgumentHelp(
      "Go on for more rounds until all temperatures have this: rhat:1.01, ess:400, energy:1e-3 (error a spin) or converged, with commas.",
      valueName: "goal"))
  var until: SamplingGoal?

  @Option(help: ArgumentHelp("Begin no round that would not end by then. The result depends on the clock.", valueName: "seconds"))
  var time: Double?

  @Option(help: "Measured sweeps, in place of those of the last round; of populations, sweeps after each step (10).")
  var sweeps: Int?

  @Option(help: "Sweeps before the measured ones. By default as many as those.")
  var burnIn: Int?

  @Option(
    help: ArgumentHelp("Sweeps between two measurements of magnetisations and overlaps (8 by default).", valueName: "sweeps"))
  var every: Int?

  /// Adds the length to what is sampled.
  func describe(_ settings: inout SamplerSettings) throws {
    try settings.setLength(rounds: rounds, goal: until, seconds: time, sweeps: sweeps, burnIn: burnIn, every: every)
  }
}

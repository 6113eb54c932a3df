import ArgumentParser
import Experiments
import Host
import Sampling

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Samples the Boltzmann distribution of an Ising problem, with errors and diagnostics.",
    discussion: """
      Chains of replicas at one or many temperatures, which swap by parallel tempering. The chains are divided among the ranks; any \
      number of ranks gives the same bits. docs/guide/sample.md shows every option at work.

        equilibria sample torus:64x64 --temperature 1
        equilibria sample torus:8x8 --temperatures 0.5:2:16 --free-energy
        mpirun -n 2 equilibria sample G22.txt --temperatures 0.5:4:16 \\
          --chains 64 --rounds 10 --json
      """)

  @Argument(
    help:
      "The problem's file, plain, packed by gzip, bzip2 or xz, or in a ZIP archive, or - for standard input; or one to be drawn: sk:SPINS, dense:SPINS, torus:ROWSxCOLUMNS, planted:ROWSxCOLUMNS[xLAYERS]:SHARE.",
    completion: .file())
  var file: String

  @OptionGroup(title: "Problem") var problem: ProblemOptions
  @OptionGroup(title: "Sampling") var sampling: SampleRunOptions
  @OptionGroup(title: "Length") var length: SampleLengthOptions
  @OptionGroup(title: "Output") var output: SampleOutputOptions
  @OptionGroup(title: "Long runs") var folder: LongRunOptions

  func validate() throws {
    try problem.validate()
    try sampling.validate()
    try output.validate()
    try folder.validate()
    do {
      try settings().validate(spins: 1)
    } catch { throw ValidationError("\(error)") }
  }

  /// Without what is read from files.
  private func settings() throws -> SamplerSettings {
    var settings = sampling.settings
    try length.describe(&settings)
    settings.samples = output.sampleCount
    return settings
  }

  func run() {
    Job.run(timeout: folder.timeout) { world in
      var job = SamplingJob(file: file, try settings())
      (job.question, job.folder) = (problem.settings, folder.settings)
      job.settings.marginals = output.marginals != nil
      (job.initial, job.clamp, job.correlations) = (sampling.initial, sampling.clamp, output.correlations)
      let found = try job.run(over: world, outputs: output.paths, write: output.write)
      if found.wasStopped {
        if world.rank == 0, folder.runDir == nil { Job.say("stopped; of a run without --run-dir nothing is kept") }
        return try Job.stopped(on: world)
      }
      if let answer = found.answer { print(output.json ? try answer.json() : answer.text) }
      return output.requireConverged && !found.isConverged ? Exit.notConverged : 0
    }
  }
}

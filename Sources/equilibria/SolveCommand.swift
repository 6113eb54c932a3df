import ArgumentParser
import Experiments
import Host

struct SolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solve",
    abstract: "Searches for the ground state of an Ising problem: Max-Cut, QUBO, communities and others.",
    discussion: """
      The ranks divide the reads, or the spins of each read (--spread); a time limit applies to all of them. If Ctrl-C, SIGTERM, SIGUSR1 \
      or SIGHUP ends the search, the best state so far is written (exit code \(Exit.stopped)). docs/guide/solve.md shows every option in use.

        equilibria solve G22.txt --time 10
        mpirun -n 2 equilibria solve G22.txt --machine cim-cac \\
          --time 10 --reads 8 --seed 1
        equilibria solve karate.gml --problem communities --json
        equilibria solve torus:5x5 --exact
        equilibria solve sk:1000 --machine sb-discrete --steps 2000 \\
          --reads 64 --plot energy.svg
      """)

  @Argument(
    help:
      "The problem's file, plain, packed by gzip, bzip2 or xz, or in a ZIP archive, or - for standard input; or one to be drawn: sk:SPINS, dense:SPINS, torus:ROWSxCOLUMNS, planted:ROWSxCOLUMNS[xLAYERS]:SHARE; a colon and a seed may follow.",
    completion: .file())
  var file: String

  @OptionGroup(title: "Problem") var problem: SolveProblemOptions
  @OptionGroup(title: "Search") var search: SolveSearchOptions
  @OptionGroup(title: "Length") var length: SolveLengthOptions
  @OptionGroup(title: "Device") var device: SolveDeviceOptions
  @OptionGroup(title: "Output") var output: SolveOutputOptions
  @OptionGroup(title: "Long runs") var folder: LongRunOptions

  func validate() throws {
    try problem.validate()
    try search.validate()
    try length.validate()
    try device.validate()
    try output.validate()
    try folder.validate()
    try search.check(length, isKept: folder.runDir != nil)
  }

  func run() {
    Job.run(timeout: folder.timeout) { world in
      var job = SearchJob(file: file)
      (job.question, job.writtenProblem) = (problem.settings, problem.writeProblem)
      (job.folder, job.inputs, job.samples) = (folder.settings, device.inputs, output.samples)
      search.describe(&job.search)
      length.describe(&job.search)
      try device.describe(&job.search)
      let answer = try job.run(over: world, outputs: output.paths, write: output.write)
      if world.rank == 0 {
        print(output.json ? try answer.json(samples: output.samples) : answer.text(samples: output.samples))
      }
      return answer.wasStopped ? try Job.stopped(on: world) : 0
    }
  }
}

import ArgumentParser
import Files
import Host
import Ising
import Solving

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
      StopSignal.install()
      if world.rank == 0 {
        try AtomicFile.check(output.paths, inputs: [file] + search.initial + device.inputs)
        if let path = problem.writeProblem { try ProblemWriter.checkNew(path) }
      }
      let meter = ProcessorEnergy()
      let question = try Question(file: file, problem.settings, over: world)
      if world.rank == 0, let path = problem.writeProblem { try ProblemWriter.write(question, to: path) }
      let folder = try folder.open(on: world)
      defer { folder?.release() }
      var asked = QuestionSearch()
      search.describe(&asked)
      length.describe(&asked)
      try device.describe(&asked)
      asked.store = try folder.map { try SearchStore(folder: $0.path, resumes: $0.resumes, minutes: $0.minutes) }
      let progress = world.rank == 0 ? ProgressLine(limit: asked.settings.time) : nil
      defer { progress?.finish() }
      let answer = try asked.run(
        question, over: world, meter: meter,
        shouldStop: {
          progress?.tick()
          return StopSignal.isRequested
        }, found: { progress?.found($0) })
      progress?.finish()
      if world.rank == 0 {
        try output.write(answer)
        if !answer.wasStopped {
          try folder?.write(json: answer.json(samples: output.samples), text: answer.text(samples: output.samples))
        }
        print(output.json ? try answer.json(samples: output.samples) : answer.text(samples: output.samples))
      }
      return answer.wasStopped ? try Job.stopped() : 0
    }
  }
}

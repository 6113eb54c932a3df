import ArgumentParser
import Files
import Foundation
import Host
import Ising
import MPI
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
  @OptionGroup(title: "Device") var device: SolveDeviceOptions
  @OptionGroup(title: "Output") var output: SolveOutputOptions
  @OptionGroup(title: "Long runs") var folder: LongRunOptions

  func validate() throws {
    try problem.validate()
    try search.validate()
    try device.validate()
    try output.validate()
    try folder.validate()
    if folder.runDir != nil { try search.checkKept() }
  }

  func run() {
    Job.run { world in
      StopSignal.install()
      try output.checkWritable(on: world, inputs: [file] + search.initial + device.inputs)
      try problem.checkWritable(on: world)
      let meter = ProcessorEnergy()
      let question = try Job.question(file, problem.settings, over: world)
      if world.rank == 0 { try problem.write(question) }
      let opened = try folder.open(on: world)
      defer { opened?.lock?.release() }
      var answer = try answer(to: question, keptIn: opened, over: world)
      if var spins = answer as? SpinAnswer {
        (spins.processorJoules, spins.estimate) = (meter?.joules, try device.estimate())
        answer = spins
      }
      if world.rank == 0 {
        try output.write(answer)
        if !answer.wasStopped {
          try opened?.write(json: answer.json(samples: output.samples), text: answer.text(samples: output.samples))
        }
        print(output.json ? try answer.json(samples: output.samples) : answer.text(samples: output.samples))
      }
      return answer.wasStopped ? try Job.stopped() : 0
    }
  }

  /// Searches, with the progress of rank 0 on standard error.
  private func answer(to question: Question, keptIn folder: LongRunOptions.Opened?, over world: Communicator) throws -> any Answer
  {
    let progress = world.rank == 0 ? ProgressLine(limit: search.timeLimit) : nil
    defer { progress?.finish() }
    func shouldStop() -> Bool {
      progress?.tick()
      return StopSignal.isRequested
    }
    switch question {
    case .spins(let question):
      guard !search.exact || device.hardware == nil else {
        throw ProblemError("--exact is of the problem itself: leave out --hardware")
      }
      let count = question.objective.problem.spinCount
      // Annealing is no match for the few divisions of some numbers.
      let isTried =
        question.kind == .partition && count <= SolveSearchOptions.fewNumbers && search.isOpen && device.isIdeal && folder == nil
      let exact = search.exact || isTried ? try ExactMinimum(question.objective, shouldStop: shouldStop) : nil
      let start = ContinuousClock.now
      let spins = try SpinSearch(
        question, try settings(for: question.objective, from: exact),
        on: try device.settings(labels: question.labels, spinCount: count),
        shouldStop: {
          StopSignal.isRequested || search.time.map { $0 > 0 && ContinuousClock.now - start > .seconds($0) } ?? false
        })
      if let path = device.saveEmbedding, let embedding = spins.embedding, world.rank == 0 {
        try AtomicFile.write(ChipFile.text(embedding, labels: question.labels), to: path)
      }
      let bestKnown = question.bestKnown.map { " (best known \(SearchTrace.text($0)))" } ?? ""
      let store = try folder.map { try SearchStore(folder: $0.path, resumes: $0.resumes, minutes: $0.minutes) }
      var answer = try spins.run(over: world, store: store, shouldStop: shouldStop) {
        progress?.found("\(spins.measureName) \(SearchTrace.text($0.measure))\(bestKnown)")
      }
      // Nothing is proven by a part of the states.
      answer.exact = exact?.wasStopped == true ? nil : exact
      return answer
    case .communities(let question):
      try search.checkCommunities(hasChip: device.hardware != nil, isKept: folder != nil)
      let communities = CommunitySearch(
        question, try settings(), couplings: device.couplings, targetModularity: search.target)
      return try communities.run(over: world, shouldStop: shouldStop) {
        progress?.found("modularity " + String(format: "%.6f", $0.measure))
      }
    }
  }

  /// - Parameter objective: what an initial state and a target are of.
  private func settings(
    for objective: (any SpinObjective)? = nil, from exact: ExactMinimum? = nil
  ) throws -> SolverSettings {
    var settings = search.settings
    (settings.stateBits, settings.stateNoise) = (device.stateBits, device.stateNoise)
    guard let objective else { return settings }
    settings.initialStates = try search.initial.flatMap { try StateFile.readAll($0, spinCount: objective.problem.spinCount) }
    if let exact {
      // The one state of a search without time is that which it starts from.
      (settings.initial, settings.time, settings.reads) = (exact.spins, 0, 1)
    }
    settings.targetEnergy = search.target.map { objective.energy(atMeasure: $0) }
    return settings
  }
}

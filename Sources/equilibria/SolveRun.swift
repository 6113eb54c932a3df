import Foundation
import Host
import Ising
import MPI
import Reports
import Solving

/// A search for the ground state of one Ising problem, from the options to the report.
struct SolveRun {
  private let question: SpinQuestion
  private let options: SolveCommand
  private let world: Communicator
  private let target: SolveTarget
  private let settings: SolverSettings
  private let spread: SpreadChoice

  init(_ question: SpinQuestion, options: SolveCommand, over world: Communicator) throws {
    self.question = question
    self.options = options
    self.world = world
    let objective = question.objective
    target = try SolveTarget(objective.problem, device: options.device, seed: options.search.seed)
    let initial = try options.search.initial.map { try StateFile.read($0, spinCount: objective.problem.spinCount) }
    if options.search.target != nil, !target.isFaithful {
      throw ProblemError("--target needs a device without faults: this one's energies are not those of the problem")
    }
    var settings = options.search.settings(
      targetEnergy: options.search.target.map { objective.energy(atMeasure: $0) }, initial: initial.map(target.encode))
    settings.stateBits = options.device.stateBits
    settings.stateNoise = options.device.stateNoise
    self.settings = settings
    spread = try options.search.choice(of: target.problem, settings, over: world)
  }

  /// - Returns: whether a signal ended the search.
  func run() throws -> Bool {
    let meter = ProcessorEnergy()
    let search = SharedSearch(world: world, spread: spread.spread)
    let choice = try automaticChoice(search)
    let settings = choice?.settings ?? settings
    var (result, trace) = try observed(search, settings, known: choice?.best?.spins)
    result.seconds += choice?.seconds ?? 0
    result.spinUpdates += choice?.spinUpdates ?? 0
    guard world.rank == 0 else { return result.wasStopped }
    let samples = try target.decode(result.samples)
    guard let best = samples.best else { throw ProblemError("no state was found") }
    let report = SolveReport(
      question: question, best: best.spins, measure: try question.objective.measure(of: best.spins), samples: samples,
      result: result, settings: settings, ranks: world.size, spread: spread, chip: chip(result.samples), joules: meter?.joules,
      device: try DeviceEstimate(power: options.device.devicePower, settlingTime: options.device.deviceTime))
    try write(report, trace, seconds: result.seconds)
    return result.wasStopped
  }

  /// What `--auto` chooses; all ranks the same.
  private func automaticChoice(_ search: SharedSearch) throws -> AutomaticChoice? {
    guard options.search.auto, let time = settings.time, time > 0 else { return nil }
    return try AutomaticChoice(settings, time: time) { settings in
      let found = try search.run(target.problem, settings)
      return AutomaticChoice.Trial(
        energy: found.energy, state: found.samples.best, seconds: found.seconds, spinUpdates: found.spinUpdates)
    }
  }

  /// The search, with its progress shown and its trace kept.
  private func observed(
    _ search: SharedSearch, _ settings: SolverSettings, known: [Int8]?
  ) throws -> (SharedSearch.Result, SearchTrace) {
    let objective = question.objective
    var trace = SearchTrace(measureName: target.isFaithful ? objective.measureName : "deviceEnergy")
    guard world.rank == 0 else { return (try search.run(target.problem, settings, known: known), trace) }
    let progress = SolveProgress(limit: settings.time)
    let bestKnown = question.bestKnown.map { " (best known \(SearchTrace.text($0)))" } ?? ""
    let isFaithful = target.isFaithful
    let result = try search.run(
      target.problem, settings, known: known, tick: { progress.tick() },
      observe: { found in
        let measure = isFaithful ? objective.measure(atEnergy: found.energy) : found.energy
        trace.append(seconds: found.seconds, measure: measure)
        progress.found("\(trace.measureName) \(SearchTrace.text(measure))\(bestKnown)")
      })
    progress.finish()
    return (result, trace)
  }

  private func chip(_ samples: SampleSet) -> SolveReport.Chip? {
    guard let embedded = target.embedded, let broken = target.chainBreakFraction(samples) else { return nil }
    return SolveReport.Chip(
      spins: embedded.embedding.usedSpinCount, longestChain: embedded.embedding.longestChain,
      chainStrength: embedded.chainStrength, chainBreakFraction: broken)
  }

  private func write(_ report: SolveReport, _ trace: SearchTrace, seconds: Double) throws {
    let output = options.output
    let title = "\(URL(fileURLWithPath: question.file).lastPathComponent): \(report.machine)"
    try output.write(
      state: report.values,
      plot: TracePlot(
        trace: trace, seconds: seconds, title: title, bestKnown: target.isFaithful ? question.bestKnown : nil),
      facts: report.facts, levels: report.levels)
    print(output.json ? try report.json(samples: output.samples) : report.text(samples: output.samples))
  }
}

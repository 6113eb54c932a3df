import Configuration
import Datasets
import Files
import Foundation
import Host
import Kernels
import Learning
import MPI
import Networks
import Parallel

/// What rank 0 writes of a training: folder, metrics, log and progress.
final class RunRecorder {
  let folder: RunFolder
  private let configuration: Configuration
  private let log: RunLog
  private let display: ProgressDisplay
  private let ranks: Int
  private var metrics: MetricsLog?
  private var events: EventFile?
  private var timeBefore = 0.0
  private var startStep = 0
  private let started = ContinuousClock.now
  private var interval = StepMeans()
  /// As last measured.
  private var residual: Double?
  /// Over the steps of the present epoch so far, those before a resume included.
  private(set) var epoch = StepMeans()
  private var intervalStarted = ContinuousClock.now
  private var epochStarted = ContinuousClock.now
  /// When the first step of this start was done, from which on the rest is predicted.
  private var firstStepDone: ContinuousClock.Instant?
  private var hasWarnedOfLoss = false

  init(
    _ configuration: Configuration, folder path: String?, resume: Bool, initial: String?, overrides: [ConfigurationOverride],
    hosts: [String], grid: GridShape
  ) throws {
    self.configuration = configuration
    ranks = hosts.count
    var warnings: [String] = []
    folder = try RunFolder.open(path, configuration: configuration, resume: resume) { warnings.append($0) }
    log = try RunLog(path: folder.path(of: .log))
    display = ProgressDisplay(interval: .seconds(configuration.run.logInterval), log: log)
    try folder.record(
      RunEnvironment(
        mpi: Environment.shortLibraryVersion, instructionSet: InstructionSet.current.name, hosts: hosts,
        grid: [grid.data, grid.spin], seed: configuration.seed, initial: initial, overrides: overrides))
    if let initial { display.message("initial weights from \(initial)") }
    for override in overrides { display.message("set \(override)") }
    if configuration.data.folder == nil, !configuration.data.description.folders.isEmpty, let warning = DatasetSearch.warning() {
      warnings.append(warning)
    }
    for warning in warnings { display.message("warning: \(warning)") }
  }

  func latestCheckpoint() throws -> Checkpoint? {
    try folder.checkpoints.latest { display.message("warning: \($0)") }
  }

  /// Metrics go on after `step`; rows past it, of a run that was killed, are cut.
  ///
  /// - Parameters:
  ///   - epoch: the sums over the steps of the present epoch, from the checkpoint.
  ///   - metricNames: what the network counts besides loss and accuracy.
  ///   - validationIsPending: whether the validation after that step is made anew.
  func start(
    at step: Int, epoch: StepMeans = StepMeans(), metricNames: [String], validationIsPending: Bool = false
  ) throws {
    self.epoch = epoch
    let metrics = try MetricsLog(
      path: folder.path(of: .metrics), resumingAt: step, extraColumns: metricNames, validatesAnew: validationIsPending)
    timeBefore = try metrics.lastTime()
    startStep = step
    self.metrics = metrics
    events = try EventFile(folder: folder.path, step: step)
  }

  /// How much of an evaluation is done.
  func show(_ kind: MetricsLog.Kind, _ share: Double) { display.update(kind.rawValue, fraction: share) }

  /// Whether training tells how many images had the right class.
  private func measuresAccuracy(_ trainer: Trainer) -> Bool {
    !configuration.data.predictsNumbers && trainer.network.measuresAccuracy
  }

  /// Of numbers that are predicted, over the steps of some means.
  private func errors(of trainer: Trainer, _ means: StepMeans) -> [Double] {
    trainer.settings.cost.targets == nil ? [] : Array(means.metrics.suffix(TargetErrors.names.count))
  }

  func say(_ text: String) { display.message(text) }

  /// Seconds of training, those before a resume included.
  private var time: Double { timeBefore + seconds(since: started) }

  private func seconds(since instant: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - instant).seconds
  }

  /// Says what begins; from here on figures of speed count.
  func announce(_ trainer: Trainer, images: DatasetSamplers) {
    (intervalStarted, epochStarted) = (.now, .now)
    let layout = trainer.network.parameterLayout
    let memory = trainer.network.stateMemory
    let moments = trainer.optimiser.moments.count * trainer.optimiser.part.count
    let parameters = 4 * (moments + (trainer.average == nil ? 1 : 2) * layout.parameterCount)
    display.message(
      "\(configuration.name): \(trainer.network.outline), \(counted(layout.trainableCount, "parameter")), \(images.training.count) training, "
        + "\(images.validation.count) validation images, \(counted(ranks, "rank"))\(trainer.grid.spin.size > 1 ? " as \(trainer.grid.shape)" : ""), \(InstructionSet.current.name)"
    )
    display.message(
      "memory a rank: states \(ByteCount(memory.states)), fields \(ByteCount(memory.fields)), weights and optimiser \(ByteCount(parameters))"
    )
    let left = images.training.count % trainer.settings.batch.size
    if left > 0 {
      display.message(
        "each epoch takes \(trainer.batchesPerEpoch) mini-batch\(trainer.batchesPerEpoch == 1 ? "" : "es") of \(trainer.settings.batch.size) and leaves out \(left) of "
          + "\(images.training.count) training images, others every time")
    }
    display.message("run folder \(folder.path)")
  }

  func record(_ report: StepReport, of trainer: Trainer) throws {
    interval.add(report)
    epoch.add(report)
    residual = report.residual?.mean ?? residual
    if report.revived > 0 { say("fresh weights for channels that no image of the epoch moved: \(report.revived)") }
    let done = trainer.epochFraction
    let stepsLeft = Double(trainer.settings.epochs * trainer.batchesPerEpoch - trainer.position.step)
    let elapsed = seconds(since: intervalStarted)
    let rate = rate(at: trainer.position.step)
    display.update(
      ProgressReport(
        epoch: min(Int(done) + 1, trainer.settings.epochs), epochs: trainer.settings.epochs,
        fraction: done / Double(trainer.settings.epochs),
        samplesPerSecond: (rate ?? 1 / max(elapsed, 1e-9)) * Double(report.samples),
        freeSweeps: interval.freeSweeps, nudgedSweeps: interval.nudgedSweeps, residual: residual, loss: interval.loss,
        accuracy: measuresAccuracy(trainer) ? interval.accuracy : nil, errors: errors(of: trainer, interval),
        timeLeft: rate.map { stepsLeft / $0 }))
    if elapsed >= configuration.run.logInterval {
      try append(.interval, means: interval, elapsed: elapsed, of: trainer)
      interval = StepMeans()
      intervalStarted = .now
    }
    if trainer.position.batch == 0 {
      try append(.epoch, means: epoch, elapsed: seconds(since: epochStarted), of: trainer)
      epoch = StepMeans()
      epochStarted = .now
    }
  }

  /// Steps a second, validation and checkpoints included; `nil` after the first step, which waits for much that is done once.
  private func rate(at step: Int) -> Double? {
    guard let firstStepDone else {
      (firstStepDone, startStep) = (.now, step)
      return nil
    }
    return Double(step - startStep) / max(seconds(since: firstStepDone), 1e-9)
  }

  private func append(_ kind: MetricsLog.Kind, means: StepMeans, elapsed: Double, of trainer: Trainer) throws {
    var row = MetricsLog.Row(
      time: time, epoch: trainer.epochFraction, step: trainer.position.step, kind: kind, loss: means.loss,
      accuracy: measuresAccuracy(trainer) ? means.accuracy : nil,
      learningRate: Double(trainer.settings.optimiser.learningRate) * means.rateFactor, freeSweeps: means.freeSweeps,
      nudgedSweeps: means.nudgedSweeps, residual: means.residual?.mean, residual90: means.residual?.percentile90,
      samplesPerSecond: Double(means.samples) / max(elapsed, 1e-9))
    for (name, mean) in zip(trainer.metricNames, means.metrics) { row.extra[name] = mean }
    try append(row, cost: trainer.settings.cost)
  }

  private func append(_ row: MetricsLog.Row, cost: Cost) throws {
    try metrics?.append(row)
    events?.append(row)
    if let loss = row.loss { warn(ofLoss: loss, cost) }
  }

  /// Once a start.
  private func warn(ofLoss loss: Double, _ cost: Cost) {
    // That of a Boltzmann machine is a difference of energies, or a likelihood.
    if case .boltzmann = configuration.model { return }
    guard !hasWarnedOfLoss, let warning = LossFigure.warning(of: loss, cost, classes: configuration.data.classes) else { return }
    hasWarnedOfLoss = true
    display.message("warning: \(warning)")
  }

  func record(_ evaluation: Evaluation, kind: MetricsLog.Kind, of trainer: Trainer) throws {
    var row = MetricsLog.Row(
      time: time, epoch: trainer.epochFraction, step: trainer.position.step, kind: kind, loss: evaluation.loss,
      accuracy: evaluation.tellsClasses ? evaluation.accuracy : nil, freeSweeps: evaluation.sweeps,
      residual: evaluation.residual?.mean, residual90: evaluation.residual?.percentile90)
    if let mean = evaluation.targets?.mean {
      let figures = [mean.meanSquaredError, mean.meanAbsoluteError, mean.r2]
      for (name, figure) in zip(TargetErrors.names, figures) { row.extra[name] = figure }
    }
    try append(row, cost: trainer.settings.cost)
    guard kind == .validation else { return }
    display.message(
      "epoch \(trainer.position.epoch): validation \(EvaluationText.figure(evaluation))"
        + (evaluation.isOfLikelihood ? "" : ", loss " + LossFigure.text(evaluation.loss))
        + String(format: ", %.1f sweeps", evaluation.sweeps)
        + (evaluation.residual.map { String(format: ", residual %.1e", $0.mean) } ?? ""))
    epochStarted = .now
  }

  /// The timing breakdown: a file of the run folder, and the end of the log.
  func record(_ report: TimingReport) throws {
    try AtomicFile.write(report.lines.joined(separator: "\n") + "\n", to: folder.path(of: .timing))
    for line in report.lines { log.write(line) }
  }

  /// Leaves the error in the log, with its time, and gives the folder free.
  func failed(_ error: any Error) {
    display.finish()
    log.write(error)
    folder.close()
  }

  func stopped(at trainer: Trainer) {
    display.finish()
    display.message(
      "\(StopSignal.name ?? "a signal on another rank"): checkpoint written after step \(trainer.position.step); resume with --resume "
        + "--run-dir \(folder.path)")
    folder.close()
  }

  func finished(_ test: Evaluation, best: Double?, transient: TransientWarning?) {
    display.finish()
    if let transient { display.message("warning: \(transient)") }
    if let best {
      display.message("best validation " + EvaluationText.merit(best, of: test))
    }
    display.message("run folder \(folder.path), \(String(format: "%.0f", time)) s of training")
    log.write("test \(EvaluationText.figure(test))")
    folder.close()
  }

  static func percent(_ share: Double) -> String { String(format: "%.2f %%", 100 * share) }
}

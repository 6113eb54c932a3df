import Configuration
import Datasets
import Foundation
import Host
import Kernels
import Learning
import MPI
import Networks
import Parallel

/// A whole training from its configuration: data, run folder, epochs, checkpoints, validation, and the test figure at the end.
///
/// Every rank makes one; rank 0 writes the run folder.
package final class TrainingRun {
  package enum Outcome: Equatable, Sendable {
    /// Trained to the end; the test figure was reported.
    case finished(TrainingResult)
    /// A signal came; the checkpoint is written.
    case stopped
  }

  let configuration: Configuration
  let world: Communicator
  let trainer: Trainer
  let samplers: DatasetSamplers
  private let recorder: RunRecorder?
  private let evaluator: Evaluator
  private let gridReason: String?
  /// The file of the log, also where another rank keeps it.
  private let logPath: String
  private var best: Double?
  private var lastCheckpoint = ContinuousClock.now
  /// Whether the last epoch was stopped before its validation was done.
  private var validationIsPending = false

  /// - Parameters:
  ///   - folder: the run folder; a new one below `run.folder` if `nil`.
  ///   - resume: go on from the folder's last checkpoint, if it has one.
  ///   - initial: a checkpoint or a file of weights, which a new run begins with; a resumed run has its own.
  /// - Throws: whatever is wrong with data, settings, folder or checkpoint, before anything is trained.
  package init(
    _ configuration: Configuration, folder: String? = nil, resume: Bool = false, initial: String? = nil,
    overrides: [ConfigurationOverride] = [], over world: Communicator
  ) throws {
    self.configuration = configuration
    if resume, let initial, let folder, world.rank == 0 {
      guard !CheckpointStore(run: folder).steps().isEmpty else {
        throw RunFolderError(
          "\(folder): has no checkpoint to resume, so --initial \(initial) would begin a new run; leave out --resume for that")
      }
    }
    let world = try configuration.loading(over: world)
    let bare = try ConfiguredNetwork(configuration)
    // The test part too, though it is used at the end alone: what is wrong with it should be said now.
    let dataset = try Dataset.load(configuration.data, over: world)
    samplers = try DatasetSamplers(dataset, settings: configuration.data, seed: configuration.seed)
    let network = try bare.predicting(samplers.targets)
    let (grid, reason) = try network.grid(
      networks: configuration.learning.batch.size / configuration.learning.batch.shard, over: world)
    gridReason = reason
    // From here on nobody waits longer for others than for a neighbour.
    self.world = grid.world
    let times = Profile()
    let initial = resume ? nil : initial
    let parameters = try initial.map { try network.parameters(from: $0) } ?? network.initialParameters(for: samplers.training)
    trainer = try Trainer(
      network.learner(parameters, on: grid, times: times), settings: network.configuration.learning,
      seed: configuration.seed, images: samplers.training, grid: grid, times: times)
    evaluator = try network.evaluator(trainer.measuredParameters, on: grid)
    recorder =
      world.rank == 0
      ? try RunRecorder(
        configuration, folder: folder, resume: resume, initial: initial, overrides: overrides,
        hosts: grid.world.rollCall?.hosts ?? [],
        grid: grid.shape)
      : nil
    logPath = String(
      decoding: try grid.world.broadcastVarying([UInt8]((recorder?.folder.path(of: .log) ?? "").utf8), root: 0), as: UTF8.self)
    try loggingErrors {
      try continueFromCheckpoint(isAskedFor: resume)
      // So that the run can always go on by itself, without the file that it began with.
      if initial != nil { try checkpoint(accuracy: nil, isBest: false) }
    }
  }

  /// Where it is recorded; `nil` on other ranks than the first.
  package var folder: String? { recorder?.folder.path }

  /// What ends a run is the last line of its log.
  private func loggingErrors<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      if let recorder {
        recorder.failed(error)
      } else {
        // Where all ranks fail alike, the first has the word.
        usleep(50_000)
        RunLog.write(error, ofRank: world.rank, to: logPath)
      }
      throw error
    }
  }

  private func continueFromCheckpoint(isAskedFor: Bool) throws {
    let checkpoint = try recorder?.latestCheckpoint()
    guard try world.broadcast(checkpoint != nil, root: 0) else {
      if isAskedFor, let recorder {
        recorder.say("--resume: there is no checkpoint in \(recorder.folder.path); a new run begins")
      }
      try recorder?.start(at: 0, metricNames: trainer.metricNames)
      return
    }
    try checkpoint?.requireNetwork(configuration.networkSignature, source: recorder?.folder.path ?? "")
    // All ranks decide alike whether an epoch was the best.
    best = try world.broadcastVarying([checkpoint?.extra["validation.best"].flatMap(Double.init)].compactMap(\.self), root: 0)
      .first
    validationIsPending = try world.broadcast(checkpoint?.extra[Self.pendingKey] != nil, root: 0)
    let state = try TrainingState.broadcast(checkpoint.map { try TrainingState($0) }, over: world)
    try trainer.restore(state)
    try recorder?.start(
      at: state.position.step, epoch: checkpoint?.extra[Self.epochMeansKey].flatMap(StepMeans.init) ?? StepMeans(),
      metricNames: trainer.metricNames, validationIsPending: validationIsPending)
    recorder?.say("resumed at step \(state.position.step), epoch \(String(format: "%.2f", trainer.epochFraction))")
  }

  /// Trains to the end, or until a signal. Collective.
  package func run() throws -> Outcome { try loggingErrors { try train() } }

  private func train() throws -> Outcome {
    if let gridReason { recorder?.say(gridReason) }
    recorder?.announce(trainer, images: samplers)
    let start = Profile.now
    let firstStep = trainer.position.step
    let energy = ProcessorEnergy()
    trainer.requests = { [unowned self] in requests() }
    if validationIsPending, try !endEpoch() {
      recorder?.stopped(at: trainer)
      return .stopped
    }
    while !trainer.isFinished {
      let report = try trainer.step()
      try recorder?.record(report, of: trainer)
      let epochEnded = trainer.position.batch == 0
      if epochEnded {
        guard try endEpoch() else {
          try reportTimes(since: start, step: firstStep, energy)
          recorder?.stopped(at: trainer)
          return .stopped
        }
      } else if report.requests.contains(.checkpoint) {
        try checkpoint(accuracy: nil, isBest: false)
      }
      if report.requests.contains(.stop), !trainer.isFinished {
        if !epochEnded || !isCheckpointEpoch { try checkpoint(accuracy: nil, isBest: false) }
        try reportTimes(since: start, step: firstStep, energy)
        recorder?.stopped(at: trainer)
        return .stopped
      }
    }
    try reportTimes(since: start, step: firstStep, energy)
    guard let test = try finish() else {
      recorder?.stopped(at: trainer)
      return .stopped
    }
    return .finished(TrainingResult(configuration, test, folder: folder ?? ""))
  }

  private func reportTimes(since start: Double, step first: Int, _ energy: ProcessorEnergy?) throws {
    let seconds = Profile.now - start
    let joules = try energy.joules(over: world)
    let estimate = configuration.device.flatMap {
      DeviceComparison(
        $0, trainer.network, samples: (trainer.position.step - first) * trainer.settings.batch.size, seconds: seconds,
        joules: joules)
    }
    let report = try TimingReport(trainer, seconds: seconds, estimate: estimate, over: world)
    try recorder?.record(report)
  }

  private func requests() -> StepRequests {
    var requests: StepRequests = StopSignal.isRequested ? .stop : []
    let seconds = configuration.run.checkpoint.seconds
    if world.rank == 0, seconds > 0, ContinuousClock.now - lastCheckpoint >= .seconds(seconds) { requests.insert(.checkpoint) }
    return requests
  }

  private var isCheckpointEpoch: Bool {
    let every = configuration.run.checkpoint.epochs
    return trainer.isFinished || (every > 0 && trainer.position.epoch % every == 0)
  }

  private var isValidationEpoch: Bool {
    let every = configuration.run.evaluation.epochs
    return samplers.validation.count > 0 && (trainer.isFinished || (every > 0 && trainer.position.epoch % every == 0))
  }

  /// - Returns: false if a signal came meanwhile; a resumed run validates then.
  private func endEpoch() throws -> Bool {
    var accuracy: Double?
    let wasPending = validationIsPending
    var isBest = false
    if isValidationEpoch {
      guard let evaluation = try evaluate(samplers.validation, .validation) else {
        validationIsPending = true
        try checkpoint(accuracy: nil, isBest: false)
        return false
      }
      validationIsPending = false
      accuracy = evaluation.tellsClasses ? evaluation.accuracy : nil
      isBest = best.map { evaluation.merit > $0 } ?? true
      if isBest { best = evaluation.merit }
      try recorder?.record(evaluation, kind: .validation, of: trainer)
    }
    // The checkpoint that waits for its validation is replaced.
    if isCheckpointEpoch || isBest || wasPending { try checkpoint(accuracy: accuracy, isBest: isBest) }
    return true
  }

  /// - Returns: `nil` if a signal came.
  private func evaluate(_ sampler: ImageSampler, _ kind: MetricsLog.Kind) throws -> Evaluation? {
    evaluator.classifier.parametersChanged()
    return try trainer.times.measure(.evaluation) {
      try evaluator.evaluate(
        sampler, over: trainer.grid, shouldStop: { StopSignal.isRequested }, progress: { [recorder] in recorder?.show(kind, $0) })
    }
  }

  /// Under which a checkpoint says that the epoch before it has not been validated yet.
  static let pendingKey = "validation.pending"

  /// Under which a checkpoint within an epoch holds the sums behind that epoch's row of `metrics.csv`.
  static let epochMeansKey = "epoch.sums"

  private func checkpoint(accuracy: Double?, isBest: Bool) throws {
    try trainer.times.measure(.checkpoint) {
      let state = try trainer.state()
      lastCheckpoint = .now
      guard let recorder else { return }
      try state.requireFinite()
      var checkpoint = try state.checkpoint(
        configuration: configuration, epochs: trainer.epochFraction, accuracy: accuracy, best: best)
      if validationIsPending { checkpoint.extra[Self.pendingKey] = "true" }
      if recorder.epoch.steps > 0 { checkpoint.extra[Self.epochMeansKey] = recorder.epoch.description }
      let kept = configuration.run.checkpoint.keep * trainer.batchesPerEpoch
      try recorder.folder.checkpoints.save(checkpoint, isBest: isBest) { kept > 0 && $0 % kept == 0 }
    }
  }

  /// The test set chooses nothing: the parameters that were best on the validation split are measured on it, once.
  ///
  /// - Returns: `nil` if a signal came; a resumed run measures again.
  private func finish() throws -> Evaluation? {
    if samplers.validation.count > 0 {
      let best = try recorder?.folder.checkpoints.best().map { try TrainingState($0) }
      guard try world.broadcast(best != nil, root: 0) else {
        throw CheckpointError(
          "checkpoints/\(CheckpointStore.bestName) of the run folder is gone, which held the weights that were best on the validation "
            + "images; put it back, or start a new run (`train --initial` with a checkpoint of this one keeps its weights)")
      }
      let state = try TrainingState.broadcast(best, over: world)
      try trainer.network.parameterLayout.assign(
        state.tensors, prefix: trainer.average == nil ? "" : WeightAverage.prefix, to: trainer.measuredParameters)
    }
    guard let evaluation = try evaluate(samplers.test, .test) else { return nil }
    try recorder?.record(evaluation, kind: .test, of: trainer)
    if let recorder {
      let path = recorder.folder.path(of: .predictions)
      if let score = evaluation.targets {
        try TargetPredictions(
          names: configuration.data.files.classNames, measured: samplers.test.targets, predicted: score.predictions
        ).write(to: path)
      } else if evaluation.tellsClasses {
        try TestPredictions(labels: samplers.test.labels, predictions: evaluation.predictions).write(to: path)
      }
    }
    recorder?.finished(evaluation, best: best, transient: TransientWarning(evaluation, of: configuration))
    return evaluation
  }
}

/// What a finished training came to, as text and JSON tell it.
package struct TrainingResult: Encodable, Equatable, Sendable {
  let name: String
  /// The run folder.
  let folder: String
  let epochs: Int
  /// The best weights on the test images.
  let testImages: Int
  /// Absent where there are no classes; numbers that are predicted have the figures below.
  let testAccuracy: Double?
  let testMeanSquaredError: Double?
  let testMeanAbsoluteError: Double?
  let testR2: Double?
  let testLoss: Double
  package let text: String

  private enum CodingKeys: CodingKey {
    case name, folder, epochs, testImages, testAccuracy, testMeanSquaredError, testMeanAbsoluteError, testR2, testLoss
  }

  init(_ configuration: Configuration, _ test: Evaluation, folder: String) {
    (name, self.folder, epochs) = (configuration.name, folder, configuration.learning.epochs)
    (testImages, testLoss) = (test.images, test.loss)
    testAccuracy = test.tellsClasses ? test.accuracy : nil
    let mean = test.targets?.mean
    (testMeanSquaredError, testMeanAbsoluteError, testR2) = (mean?.meanSquaredError, mean?.meanAbsoluteError, mean?.r2)
    text = "test " + EvaluationText.figure(test)
  }
}

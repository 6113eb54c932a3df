import Configuration
import Files
import Learning
import MPI

extension TrainingState {
  /// What a checkpoint holds of a training.
  init(_ checkpoint: Checkpoint) throws {
    func number(_ key: String) throws -> Int {
      guard let text = checkpoint.extra[key], let value = Int(text), value >= 0 else {
        throw CheckpointError("the checkpoint has no \(key): it holds only weights, so training cannot resume from it")
      }
      return value
    }
    self.init(
      tensors: try checkpoint.tensors.mapValues { try $0.rounded(to: .f32) },
      position: TrainingPosition(epoch: try number("position.epoch"), batch: try number("position.batch"), step: checkpoint.step))
  }

  /// - Parameters:
  ///   - epochs: passed, with the fraction of the present one.
  ///   - accuracy: on the validation split, where it was evaluated at this position.
  ///   - best: the greatest merit on the validation split so far (`Evaluation.merit`).
  func checkpoint(configuration: Configuration, epochs: Double, accuracy: Double?, best: Double?) throws -> Checkpoint {
    var extra = ["position.epoch": "\(position.epoch)", "position.batch": "\(position.batch)"]
    extra["validation.best"] = best.map { "\($0)" }
    // A checkpoint does not know the grid that it was written on.
    var configuration = configuration
    configuration.grid = GridSettings()
    return try Checkpoint(
      tensors: tensors, configuration: configuration, epoch: epochs, step: position.step, validationAccuracy: accuracy,
      extra: extra)
  }

  /// The same state on every rank: rank 0's.
  static func broadcast(_ state: TrainingState?, over group: Communicator) throws -> TrainingState {
    let names = state.map { $0.tensors.keys.sorted() } ?? []
    let header = state.map { [$0.position.epoch, $0.position.batch, $0.position.step] } ?? []
    let position = try group.broadcastVarying(header, root: 0)
    let allNames = try group.broadcastVarying(Array(names.joined(separator: "\n").utf8), root: 0)
    var tensors: [String: Tensor] = [:]
    for name in String(decoding: allNames, as: UTF8.self).split(separator: "\n").map(String.init) {
      let shape = try group.broadcastVarying(state?.tensors[name]?.shape ?? [], root: 0)
      let values = try group.broadcastVarying(state?.tensors[name]?.floats() ?? [], root: 0)
      tensors[name] = Tensor(values, shape: shape)
    }
    return TrainingState(
      tensors: tensors, position: TrainingPosition(epoch: position[0], batch: position[1], step: position[2]))
  }
}

import Files
import Kernels
import Networks

/// All that a training needs to go on to the same bits: tensors by name, and its position.
///
/// Names: `<layer>.<from>.weight`, `<layer>.bias`; an optimiser's moments behind `optimiser.<moment>.`, the average of the
/// parameters behind `average.`; warm states as `warm.<layer>`; channels that have moved as `moved.<layer>`. Nothing in it depends on the number of ranks.
public struct TrainingState: Sendable {
  /// By name, as above; in single precision.
  public var tensors: [String: Tensor]
  /// Where the training stands.
  public var position: TrainingPosition

  /// A state from a checkpoint; `Trainer.restore` checks that it fits.
  public init(tensors: [String: Tensor], position: TrainingPosition) {
    self.tensors = tensors
    self.position = position
  }

  /// Refuses a state that the last update has brought out of the numbers, so that no checkpoint is made of it.
  ///
  /// - Throws: `TrainingError.nonFinite` that names the first such tensor, `TensorError` where one holds no floating-point numbers.
  public func requireFinite() throws {
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) where try !tensor.floats().allSatisfy(\.isFinite) {
      let epoch = position.batch == 0 ? position.epoch : position.epoch + 1
      throw TrainingError.nonFinite(what: "tensor \(name)", epoch: epoch, step: position.step)
    }
  }
}

extension ParameterLayout {
  /// Every block of a flat buffer by name.
  public func tensors(of buffer: AlignedBuffer<Float>, prefix: String = "") -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: blocks.map {
        (prefix + $0.name, Tensor(tensor($0, of: buffer), shape: $0.shape))
      })
  }

  /// Writes every block of `tensors` into a flat buffer.
  ///
  /// - Throws: `NetworkError` that names the first tensor that is missing or has another shape, `TensorError` where one holds no
  ///   floating-point numbers.
  public func assign(_ tensors: [String: Tensor], prefix: String = "", to buffer: AlignedBuffer<Float>) throws {
    for block in blocks {
      let name = prefix + block.name
      guard let tensor = tensors[name] else { throw NetworkError("tensor \(name) is missing; expected shape \(block.shape)") }
      guard tensor.shape == block.shape else {
        throw NetworkError("tensor \(name) has shape \(tensor.shape); this network expects \(block.shape)")
      }
      assign(try tensor.floats(), to: block, of: buffer)
    }
  }
}

extension Trainer {
  /// The state of the whole training. Collective; complete on rank 0, where warm states of other ranks are gathered; moments are
  /// gathered on every rank.
  ///
  /// - Throws: the failure of an exchange between ranks; nothing on one rank.
  public func state() throws -> TrainingState {
    let layout = network.parameterLayout
    var tensors = layout.tensors(of: network.parameters)
    for moment in try wholeMoments() {
      tensors.merge(layout.tensors(of: moment.values, prefix: "optimiser.\(moment.name).")) { first, _ in first }
    }
    if let average { tensors.merge(layout.tensors(of: average.values, prefix: WeightAverage.prefix)) { first, _ in first } }
    if let silent { tensors.merge(silent.tensors) { first, _ in first } }
    tensors.merge(try network.extraTensors()) { first, _ in first }
    return TrainingState(tensors: tensors, position: position)
  }

  /// The optimiser's moments of all parameters, of which each rank may hold a part. Collective.
  ///
  /// - Throws: the failure of an exchange between ranks; nothing on one rank.
  package func wholeMoments() throws -> [(name: String, values: AlignedBuffer<Float>)] {
    // The same answer on every rank, also where one rank's part is all there is: the others wait for it in the gather.
    guard wholeGradient == nil else { return optimiser.moments }
    return try optimiser.moments.map { moment in
      let whole = AlignedBuffer<Float>(count: network.parameterLayout.parameterCount)
      try complete(whole, from: moment.values, "moments")
      return (moment.name, whole)
    }
  }

  /// Continues from a state, which every rank has whole.
  ///
  /// - Throws: `NetworkError` that names the first tensor that does not fit, or a position that this training cannot be at.
  public func restore(_ state: TrainingState) throws {
    let position = state.position
    guard position.epoch >= 0, position.step >= 0, (0..<batchesPerEpoch).contains(position.batch) else {
      throw NetworkError(
        "the state stands at batch \(position.batch) of epoch \(position.epoch), step \(position.step); an epoch has "
          + "\(batchesPerEpoch) batches here")
    }
    try network.parameterLayout.assign(state.tensors, to: network.parameters)
    let whole = AlignedBuffer<Float>(count: network.parameterLayout.parameterCount)
    for moment in optimiser.moments {
      try network.parameterLayout.assign(state.tensors, prefix: "optimiser.\(moment.name).", to: whole)
      moment.values.copy(from: whole, at: optimiser.part.lowerBound, count: optimiser.part.count)
    }
    if let average { try network.parameterLayout.assign(state.tensors, prefix: WeightAverage.prefix, to: average.values) }
    try silent?.restore(state.tensors)
    try network.restoreExtra(state.tensors)
    resume(at: position)
  }
}

import CKernels

/// What a machine knows of the system whose spins it moves: the field that they feel.
///
///     f_i = Σ_j J_ij x_j + scale · h_i
///
/// for each replica. Behind it may be a graph, a layered network, or a part of either on this rank.
public protocol FieldOperator: AnyObject {
  /// The spins of this rank, and the replicas.
  var shape: ReplicaShape { get }
  /// `h`, one number for each spin here, padded like a plane of one replica.
  var bias: AlignedBuffer<Float> { get }
  /// Whether any `h`, on any rank, is not zero.
  var hasBias: Bool { get }
  /// `Σ_ij |J_ij| + 2 Σ_i |h_i|` over all ranks: no energy is greater than half of it.
  var magnitude: Double { get }

  /// `field += Σ_j J_ij x_j`.
  ///
  /// - Throws: the failure of an exchange, where several ranks have the spins.
  func addCouplings(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws

  /// The same of states that are all −1 or 1, for which there may be a faster way to the same numbers.
  ///
  /// - Throws: the failure of an exchange, where several ranks have the spins.
  func addCouplings(spins: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws
  /// `field = Σ_j J_ij x_j + scale_r h_i`.
  ///
  /// - Parameter scale: as `ReplicaShape.replicaNumbers` makes them.
  /// - Throws: the failure of an exchange, where several ranks have the spins.
  func evaluate(_ states: AlignedBuffer<Float>, scale: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws

  /// Adds up over the ranks that share the spins. Nothing to do where one rank has them all.
  ///
  /// - Throws: the failure of an exchange, where several ranks have the spins.
  func total(_ sums: AlignedBuffer<Int64>) throws
}

extension FieldOperator {
  public func total(_ sums: AlignedBuffer<Int64>) throws {}

  public func addCouplings(spins: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws {
    try addCouplings(spins, into: field)
  }

  public func evaluate(_ states: AlignedBuffer<Float>, scale: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws {
    precondition(states.count == shape.count)
    startField(scale, field)
    try addCouplings(states, into: field)
  }

  /// `field = Σ_j J_ij s_j + scale_r h_i` for states that are all −1 or 1.
  ///
  /// - Throws: the failure of an exchange, where several ranks have the spins.
  public func evaluate(spins: AlignedBuffer<Float>, scale: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws {
    precondition(spins.count == shape.count)
    startField(scale, field)
    try addCouplings(spins: spins, into: field)
  }

  /// `field = scale_r h_i`.
  private func startField(_ scale: AlignedBuffer<Float>, _ field: AlignedBuffer<Float>) {
    precondition(field.count == shape.count && scale.count == shape.period)
    guard hasBias else { return field.clear() }
    InstructionSet.current.machines.start_field(bias.base, scale.base, Int64(shape.spins), Int64(shape.stride), field.base)
  }
}

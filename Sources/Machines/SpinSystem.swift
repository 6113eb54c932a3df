import Kernels

/// The spins that a machine moves: the field that they feel, and what makes each of them itself.
public final class SpinSystem {
  /// What a draw of noise is for. Draws for different purposes are independent.
  public enum Purpose: UInt32, Sendable {
    /// Of the steps; of the states in which runs begin; of a device's states (`HardwareMachine`).
    case dynamics, start, hardware
  }

  /// What the couplings and biases make of the states.
  public let field: any FieldOperator
  /// The natural unit of fields: `√(Σ_j J_ij² + h_i²)`, root mean square over the spins of all ranks.
  public let fieldScale: Float
  /// The spins of all ranks.
  public let spinCount: Int
  /// The global number of each spin of this rank.
  public let identifiers: [UInt32]
  /// Sums over the spins of all ranks, replica by replica.
  package let sums: PlaneSums
  private let partitioned: (any PartitionedField)?
  /// Where amplitudes may be, if the system says so.
  public let box: SpinBox?
  private let noiseIdentifiers: AlignedBuffer<UInt32>
  private var firstReplica: UInt32
  private let philox: Philox
  private let sizes: AlignedBuffer<Double>
  private let amplitudes: AlignedBuffer<Float>
  private let unit: AlignedBuffer<Float>

  /// - Parameters:
  ///   - identifiers: the global number of each spin of this rank; 0, 1, … if not given.
  ///   - spinCount: of all ranks; those of this rank if not given.
  ///   - firstReplica: the global number of this rank's first replica.
  ///   - box: where amplitudes may be, besides what the machine itself allows.
  public init(
    _ field: any FieldOperator, fieldScale: Float, seed: UInt64, stream: UInt32 = RandomStream.dynamics.rawValue,
    identifiers: [UInt32]? = nil,
    spinCount: Int? = nil, firstReplica: Int = 0, box: SpinBox? = nil
  ) {
    let shape = field.shape
    precondition(identifiers.map { $0.count == shape.spins } ?? true)
    self.field = field
    partitioned = field as? any PartitionedField
    self.box = box
    // Spins that feel nothing may have any scale but 0.
    self.fieldScale = fieldScale > 0 ? fieldScale : 1
    self.spinCount = spinCount ?? shape.spins
    self.firstReplica = UInt32(firstReplica)
    self.identifiers = identifiers ?? (0..<UInt32(shape.spins)).map { $0 }
    noiseIdentifiers = AlignedBuffer(count: ReplicaShape(spins: shape.spins, replicas: 1).count)
    for (spin, identifier) in self.identifiers.enumerated() { noiseIdentifiers[spin] = identifier }
    philox = Philox(seed: seed, stream: stream)
    sums = PlaneSums(field)
    sizes = AlignedBuffer(count: shape.replicas)
    amplitudes = shape.replicaNumbers(1)
    unit = shape.replicaNumbers(1)
  }

  /// Of a plane of this rank's spins.
  public var shape: ReplicaShape { field.shape }

  /// Whether evaluations bring in the present states of other ranks' spins (`PartitionedField`); always so where one rank has them
  /// all.
  public var exchanges: Bool {
    get { partitioned?.exchanges ?? true }
    set { partitioned?.exchanges = newValue }
  }

  /// Planes that are evaluated from now on are others than before.
  public func forgetStates() { partitioned?.forgetStates() }

  /// Machines that are made from now on draw the noise of other replicas.
  public func moveReplicas(to first: Int) { firstReplica = UInt32(truncatingIfNeeded: first) }

  /// Noise of this system's spins and replicas.
  public func noise(_ kind: NoiseKind, purpose: Purpose = .dynamics) -> SpinNoise {
    SpinNoise(
      kind, shape: shape, identifiers: noiseIdentifiers, philox: philox, purpose: purpose.rawValue, firstReplica: firstReplica)
  }

  /// The field of amplitudes. `h` is scaled by the mean amplitude of each replica, so that it weighs as much beside the couplings
  /// as it does among spins of ±1 (the artificial Zeeman term, Mastiyage Don, Inui, … Yamamoto, arXiv:2309.04043).
  public func evaluate(amplitudes states: AlignedBuffer<Float>, into result: AlignedBuffer<Float>) throws {
    if field.hasBias {
      try sums.sizes(states, into: sizes)
      for index in 0..<amplitudes.count {
        amplitudes[index] = Float(sizes[min(index, shape.replicas - 1)] / Double(spinCount))
      }
    }
    try field.evaluate(states, scale: amplitudes, into: result)
  }

  /// Brings amplitudes back into the system's box; momenta are lost at its walls.
  public func confine(_ states: AlignedBuffer<Float>, momenta: AlignedBuffer<Float>? = nil) {
    guard let box else { return }
    MachineSteps.confine(states, momenta: momenta, lower: box.lower, upper: box.upper)
  }

  /// The field of states whose size is at most 1, such as cosines of phases: `h` counts once.
  public func evaluate(cosines states: AlignedBuffer<Float>, into result: AlignedBuffer<Float>) throws {
    try field.evaluate(states, scale: unit, into: result)
  }

  /// The same of states that are all −1 or 1.
  public func evaluate(spins states: AlignedBuffer<Float>, into result: AlignedBuffer<Float>) throws {
    try field.evaluate(spins: states, scale: unit, into: result)
  }
}

/// Inelastic walls: the interval in which each amplitude stays, as two planes of the system's shape.
public struct SpinBox {
  /// The least value of each amplitude.
  public let lower: AlignedBuffer<Float>
  /// The greatest value of each amplitude.
  public let upper: AlignedBuffer<Float>

  /// Two planes of the system's shape, `lower` nowhere above `upper`.
  public init(lower: AlignedBuffer<Float>, upper: AlignedBuffer<Float>) {
    self.lower = lower
    self.upper = upper
  }
}

/// The energies of the spins that amplitudes stand for. A look costs one field, and always an exchange: it tells of one state.
public final class EnergyMeter {
  /// The spins whose energies are computed.
  public let system: SpinSystem
  /// ±1 as of the last look.
  public let spins: AlignedBuffer<Float>
  /// `E = −½ Σ J σ σ − Σ h σ` of each replica as of the last look.
  public let energies: AlignedBuffer<Double>
  private let field: AlignedBuffer<Float>

  /// Takes two planes of the system's shape.
  public init(_ system: SpinSystem) {
    self.system = system
    spins = system.shape.plane()
    field = system.shape.plane()
    energies = AlignedBuffer(count: system.shape.replicas)
  }

  /// Takes the signs of `states` as spins, and computes the energy of each replica. Collective where ranks divide the spins.
  public func look(at states: AlignedBuffer<Float>) throws {
    let exchanges = system.exchanges
    system.exchanges = true
    defer { system.exchanges = exchanges }
    MachineSteps.signs(of: states, into: spins)
    try system.evaluate(spins: spins, into: field)
    try system.sums.energies(spins: spins, field: field, into: energies)
  }
}

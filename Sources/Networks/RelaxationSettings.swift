/// How a network relaxes: the order of updates, and when to stop.
public struct RelaxationSettings: Equatable, Sendable {
  /// Which layers move together.
  public enum Order: String, CaseIterable, Sendable {
    /// Non-adjacent layers together: on a chain the odd-numbered layers, then the even ones. Exact block descent.
    case checkerboard
    /// Every layer at once, from the previous state.
    case synchronous
    /// One layer after the other: upwards while free, downwards while nudged, so that news crosses the network in one sweep.
    /// Exact block descent.
    case sequential
  }

  /// One phase's end: after `sweeps` sweeps, or as soon as the change of a sweep,
  /// `mean over layers of ‖Δs‖ / max(‖s‖, 1e-6)`, falls below `tolerance` (0: never).
  public struct Stop: Equatable, Sendable {
    /// The greatest number of sweeps.
    public var sweeps: Int
    /// The change of a sweep below which the phase ends; 0: never.
    public var tolerance: Float

    /// A fixed number of sweeps, unless `tolerance` is given.
    public init(sweeps: Int, tolerance: Float = 0) {
      self.sweeps = sweeps
      self.tolerance = tolerance
    }
  }

  /// Of machines whose layers can take turns; see `effectiveOrder`.
  public var order: Order
  /// ω of the network's own rule: `s ← s + ω (σ(f) − s)` within the range of the activation; 1 is `s ← σ(f)`. Where layers take
  /// turns and a layer's energy is quadratic, a sweep lowers it for every ω between 0 and 2.
  ///
  /// Source: Young, Trans. AMS 76, 92 (1954); Cryer, SIAM J. Control 9, 385 (1971), for walls.
  public var overRelaxation: Float = 1
  /// The end of the free phase.
  public var free: Stop
  /// The end of each nudged phase.
  public var nudged: Stop
  /// Whether spins under max-pooling stay coupled, while nudged, to the positions that were the greatest when the free phase
  /// ended.
  public var freezesPooling: Bool
  /// What moves the spins.
  public var machine: MachineSettings
  /// What the device that relaxes makes of parameters and states.
  public var hardware = HardwareLimits()

  /// 30 free sweeps or a change of 1e-3, and 6 nudged sweeps, by the network's own rule.
  public init(
    order: Order = .checkerboard, free: Stop = Stop(sweeps: 30, tolerance: 1e-3), nudged: Stop = Stop(sweeps: 6),
    freezesPooling: Bool = true, machine: MachineSettings = MachineSettings()
  ) {
    self.order = order
    self.free = free
    self.nudged = nudged
    self.freezesPooling = freezesPooling
    self.machine = machine
  }

  /// Refuses a network that these settings cannot relax.
  ///
  /// - Throws: `NetworkError`, one message.
  public func check(_ layout: NetworkLayout, cost: Cost) throws {
    guard overRelaxation == 1 || machine.kind == .hopfield else {
      throw NetworkError(
        "`relaxation.overRelaxation` is of the machine hopfield, found \(machine.kind.rawValue); leave it out"
          + (machine.kind == .conjugate ? ", or set `relaxation.conjugate.inertia`" : ""))
    }
    try machine.check(layout, cost: cost)
    try hardware.check(machine)
  }

  /// The order in which layers really move: most machines move all at once.
  public var effectiveOrder: Order { machine.kind == .hopfield || takesTurns ? order : .synchronous }

  /// Whether conjugate variables are followed at every second instant of each layer, see `InertialRelaxation`: not where step and
  /// friction are given, nor where states have noise or bits in every step.
  var takesTurns: Bool {
    machine.kind == .conjugate && machine.conjugate.isAdaptive && order != .synchronous && !hardware.limitsStates
  }
}

/// Which layers move together, and in what order, in one sweep.
struct UpdateSchedule {
  /// Layer indices 1 … N.
  let groups: [[Int]]

  init(groups: [[Int]]) { self.groups = groups }

  init(_ order: RelaxationSettings.Order, layout: NetworkLayout, nudged: Bool) {
    let layers = Array(1...layout.layers.count)
    switch order {
    case .synchronous: groups = [layers]
    case .sequential: groups = (nudged ? layers.reversed() : layers).map { [$0] }
    case .checkerboard: groups = Self.colours(layers, of: layout)
    }
  }

  /// The smallest colour that no earlier neighbour has, layer by layer: odd and even on a chain.
  private static func colours(_ layers: [Int], of layout: NetworkLayout) -> [[Int]] {
    var colour: [Int: Int] = [:]
    for layer in layers {
      let taken = Set(layout.edges.filter { $0.post == layer }.compactMap { colour[$0.pre] })
      var free = 0
      while taken.contains(free) { free += 1 }
      colour[layer] = free
    }
    return (0...(colour.values.max() ?? 0)).map { wanted in layers.filter { colour[$0] == wanted } }
  }
}

import Kernels
import Machines

/// Free and nudged phases of one network by the local rule of an Ising machine, which moves all its spins at once.
///
/// A nudged phase continues from the memory of the free one. A phase ends after its number of sweeps, each one step of the machine,
/// or as soon as the change of a step falls below the tolerance.
public final class MachineRelaxation: NetworkRelaxation {
  public let settings: RelaxationSettings
  private let network: HopfieldNetwork
  private let seed: UInt64
  private let stream: UInt32
  /// By number of samples. A training knows two, an evaluation two at most.
  private var phases: [Int: MachinePhase] = [:]
  /// Where the last free phase has ended.
  private var free: (phase: MachinePhase, sweeps: Int)?
  private var draw = 0

  /// - Precondition: the settings name a machine, and its `check` has passed.
  public init(
    _ settings: RelaxationSettings, of network: HopfieldNetwork, seed: UInt64, stream: UInt32 = RandomStream.dynamics.rawValue
  ) {
    precondition(settings.machine.kind != .hopfield)
    self.settings = settings
    self.network = network
    self.seed = seed
    self.stream = stream
  }

  public func select(_ draw: Int) { self.draw = draw }

  /// The machine that relaxes so many samples.
  private func phase(of samples: Int) -> MachinePhase {
    if let phase = phases[samples] { return phase }
    let phase = MachinePhase(settings, network: network, samples: samples, seed: seed, stream: stream)
    phases[samples] = phase
    return phase
  }

  ///
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  @discardableResult
  public func run(
    _ network: HopfieldNetwork, samples: Int, nudge: Nudge?, observe: ((Int) throws -> Void)?
  ) throws -> RelaxationReport {
    precondition(network === self.network, "a relaxation of another network")
    let isNudged = nudge.map { $0.strengths.contains { $0 != 0 } } ?? false
    let stop = isNudged ? settings.nudged : settings.free
    let phase = phase(of: samples)
    if isNudged, let free {
      phase.goOn(from: free.phase, sweeps: free.sweeps)
    } else {
      phase.begin()
    }
    phase.field.nudge = isNudged ? nudge : nil
    try phase.field.place(phase.machine.states)
    var report = RelaxationReport(sweeps: 0, change: .infinity)
    while report.sweeps < stop.sweeps {
      let wantsChange =
        stop.tolerance > 0 || report.sweeps == stop.sweeps - 1 || observe != nil || phase.machine.isAdaptive
      let time = MachineTime(step: noiseStep(report.sweeps, isNudged: isNudged), fraction: 1)
      try network.times.measureRest(.step) { try phase.machine.step(time) }
      report.change = try phase.field.place(phase.machine.states, wantsChange: wantsChange)
      phase.machine.adapt(to: report.change)
      report.sweeps += 1
      network.sweeps += 1
      try observe?(report.sweeps)
      if report.change < Double(stop.tolerance) { break }
    }
    phase.machine.read()
    if settings.hardware.readBits != nil { try phase.field.place(phase.machine.states) }
    try network.finishExchanges()
    if !isNudged { free = (phase, report.sweeps) }
    return report
  }

  public func residuals(of network: HopfieldNetwork, samples: Int) throws -> [Double] {
    precondition(network === self.network, "a relaxation of another network")
    return try phase(of: samples).residuals(settings.machine)
  }

  /// Every phase of every draw has its own noise.
  private func noiseStep(_ sweep: Int, isNudged: Bool) -> UInt32 {
    // The noise of four steps is drawn together.
    func padded(_ sweeps: Int) -> Int { (sweeps + 3) / 4 * 4 }
    let (free, nudged) = (padded(settings.free.sweeps), padded(settings.nudged.sweeps))
    return UInt32(truncatingIfNeeded: draw &* (free + nudged) &+ (isNudged ? free : 0) &+ sweep)
  }

  /// The products of the machine's features. Inputs and biases couple to the first alone.
  ///
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  public func addDifference(
    of network: HopfieldNetwork, scale: AlignedBuffer<Float>, samples: Int, into gradients: [AlignedBuffer<Float>]
  ) throws {
    precondition(network === self.network, "a relaxation of another network")
    let others = try phase(of: 2 * samples).copySecondFeature()
    try network.addDifference(scale: scale, samples: samples, into: gradients, and: others)
  }
}

/// A machine at work on some samples of a network.
final class MachinePhase {
  let field: NetworkField
  let machine: any PhasedMachine
  private let network: HopfieldNetwork
  private lazy var second = network.spins.map { SpinPlanes(shape: $0.shape, capacity: field.places.samples) }

  init(_ settings: RelaxationSettings, network: HopfieldNetwork, samples: Int, seed: UInt64, stream: UInt32) {
    self.network = network
    let rule = settings.machine
    field = NetworkField(network, samples: samples, force: rule.keepsOutputEnergy ? .minimiser : .gradient)
    let system = SpinSystem(
      field, fieldScale: 1, seed: seed, stream: stream, identifiers: network.spinNumbers(as: field.places),
      box: rule.hasBox ? network.box(as: field.places) : nil)
    machine = rule.machine(system, layout: network.layout, places: field.places, limits: settings.hardware)
  }

  /// The planes of the machine's second feature, if it has one, with the rows of neighbours.
  func copySecondFeature() throws -> [SpinPlanes]? {
    guard machine.features.count > 1 else { return nil }
    try field.place(machine.features[1])
    try network.finishExchanges()
    for (copy, planes) in zip(second, network.spins) { copy.buffer.copy(from: planes.buffer, count: copy.buffer.count) }
    try field.place(machine.states)
    try network.finishExchanges()
    return second
  }

  /// How far each sample is from equilibrium, with the fields on all features at once.
  func residuals(_ rule: MachineSettings) throws -> [Double] {
    let shape = field.shape
    var planes = StatesAndFields(states: machine.states, field: shape.plane())
    try field.evaluate(machine.states, scale: shape.replicaNumbers(1), into: planes.field)
    if machine.features.count > 1 {
      let second = shape.plane()
      try field.evaluate(machine.features[1], scale: shape.replicaNumbers(0), into: second)
      planes.second = (machine.features[1], second)
      try field.place(machine.states)
    }
    try network.finishExchanges()
    return try network.residuals(of: planes, as: field.places, under: rule)
  }

  /// From the network's states.
  func begin() {
    network.take(into: machine.states, as: field.places)
    machine.begin()
  }

  /// From where another phase has ended, each of whose samples is here once or several times, all of them one time after the
  /// other.
  func goOn(from other: MachinePhase, sweeps: Int) {
    let (here, there) = (field.places, other.field.places)
    precondition(here.samples % there.samples == 0, "\(here.samples) samples from \(there.samples)")
    for (target, source) in zip(machine.memory, other.machine.memory) where target !== source {
      for layer in 0..<network.layout.layers.count {
        let part = there.part(layer)
        for copy in 0..<here.samples / there.samples {
          target.copy(from: source, at: part.lowerBound, to: here.offsets[layer] + copy * part.count, count: part.count)
        }
      }
    }
    machine.resume(after: sweeps)
  }
}

extension HopfieldNetwork {
  /// What noise is counted by: of each sample in turn, the spins of the whole network, whichever strip has them.
  func spinNumbers(as places: PlaneLayout) -> [UInt32] {
    let total = layout.layers.reduce(0) { $0 + $1.shape.spins }
    var numbers = Array(repeating: UInt32.max, count: places.count)
    var first = 0
    for (index, layer) in layout.layers.enumerated() {
      let shape = spins[index].shape
      let firstRow = strip.ownedRows(index + 1).lowerBound
      var place = places.offsets[index]
      for sample in 0..<places.samples {
        for row in firstRow..<firstRow + shape.rows {
          for column in 0..<shape.columns {
            let pixel = sample * total + first + (row * shape.columns + column) * shape.channels
            for channel in 0..<shape.channels { numbers[place + channel] = UInt32(truncatingIfNeeded: pixel + channel) }
            place += shape.paddedChannels
          }
        }
      }
      first += layer.shape.spins
    }
    return numbers
  }

  /// The ranges of the layers' activations; the output is free.
  func box(as places: PlaneLayout) -> SpinBox {
    let shape = ReplicaShape(spins: places.count, replicas: 1)
    let box = SpinBox(lower: shape.plane(), upper: shape.plane())
    for (index, layer) in layout.layers.enumerated() {
      let activation = index == layout.layers.count - 1 ? Activation.linear : layer.activation
      guard let range = activation.box else { continue }
      for spin in places.part(index) { (box.lower[spin], box.upper[spin]) = (range.lowerBound, range.upperBound) }
    }
    return box
  }
}

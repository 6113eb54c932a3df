import Kernels
import Networks

/// An Ising network at work: its parameters, and the machine that relaxes it.
///
/// Not thread-safe; every user has its own, which may share parameters with others.
public final class IsingNetwork {
  /// The spins, their pairs, and where parameters lie.
  public let layout: IsingNetworkLayout
  /// As `layout` places them; may be shared with other networks.
  public let parameters: AlignedBuffer<Float>
  /// The machine's kind and numbers.
  public let settings: IsingMachineSettings
  let relaxation: any SpinRelaxation
  /// Of the last free phase.
  let free: SpinCorrelations
  let nudged: SpinCorrelations
  private var inputs: PackedMatrix?
  private var images = AlignedBuffer<Float>(count: 0)
  private var products = AlignedBuffer<Float>(count: 0)
  private var fields: [Float]
  private var nudgedFields: [Float]

  /// What the network relaxes for: each draws noise of its own.
  public enum Purpose: Sendable { case training, evaluation }

  /// - Throws: `NetworkError` if the network has no place on the machine's chip.
  public init(
    _ layout: IsingNetworkLayout, parameters: AlignedBuffer<Float>, settings: IsingMachineSettings,
    hardware: IsingHardware = IsingHardware(), seed: UInt64, for purpose: Purpose = .training
  ) throws {
    precondition(parameters.count == layout.parameterCount)
    self.layout = layout
    self.parameters = parameters
    self.settings = settings
    let stream: RandomStream = purpose == .training ? .isingTraining : .isingEvaluation
    relaxation =
      switch settings.kind {
      case .anneal: try Annealer(layout, settings: settings, hardware: hardware, seed: seed, stream: stream)
      case .gibbs: try GibbsSampler(layout, settings: settings, hardware: hardware, seed: seed, stream: stream)
      case .langevin: try LangevinSampler(layout, settings: settings, seed: seed, stream: stream)
      }
    free = SpinCorrelations(layout)
    nudged = SpinCorrelations(layout)
    fields = Array(repeating: 0, count: layout.spinCount)
    nudgedFields = fields
  }

  /// What was programmed before is that of other parameters.
  public func parametersChanged() { inputs = nil }

  /// Takes images, one after the other, and computes the fields that they exert: one product for all of them.
  func clamp(_ pixels: [Float], samples: Int) throws {
    let inputs = try inputs ?? program()
    let size = layout.pixelCount
    if images.count < samples * size {
      images = AlignedBuffer(count: samples * size)
      products = AlignedBuffer(count: samples * inputs.productStride)
    }
    for index in 0..<samples * size { images[index] = pixels[index] }
    inputs.multiply(left: images, leftRows: samples, into: products)
  }

  private func program() throws -> PackedMatrix {
    func values(_ block: ParameterBlock) -> [Float] {
      (block.offset..<block.offset + block.count).map { parameters[$0] }
    }
    try relaxation.program(values(layout.couplings))
    // As they lie, the input's weights are a matrix of pixels × spins.
    let made = PackedMatrix(values(layout.inputWeights), rows: layout.pixelCount, columns: layout.targetCount)
    inputs = made
    return made
  }

  /// The free phase of one of the clamped images.
  ///
  /// - Parameter number: by which noise is counted.
  func relaxFreely(sample: Int, number: Int) throws {
    let stride = inputs?.productStride ?? 0
    for spin in fields.indices {
      let image = spin < layout.targetCount ? products[sample * stride + spin] : 0
      fields[spin] = parameters[layout.bias.offset + spin] + image
    }
    try relaxation.relaxFreely(fields: fields, number: number, into: free)
  }

  /// A phase of the sample that relaxed freely just now, its output spins nudged by `β` towards their targets.
  ///
  /// An annealer's spins, each right or wrong, are nudged by `β t`. A sampler's are nudged by `β (t − ⟨s⟩⁰)`, the slope of the
  /// squared error of their averages: under `β t` all outputs would end at −1, where the targets are most of the time.
  ///
  /// - Parameter smoothing: of the targets; see `Cost`.
  func relaxNudged(by beta: Float, label: Int, smoothing: Float = 0, number: Int) throws {
    nudgedFields = fields
    let cost = Cost(.signedSquaredError, smoothing: smoothing)
    for classIndex in 0..<layout.description.classes {
      let target = cost.target(classIndex, label, of: layout.description.classes)
      for spin in layout.spins(ofClass: classIndex) {
        nudgedFields[spin] += beta * (settings.kind == .anneal ? target : target - free.spins[spin])
      }
    }
    try relaxation.relaxNudged(fields: nudgedFields, number: number, into: nudged)
  }

  /// The mean output of each class in the last free phase, from 0 to 1.
  func prediction() -> [Float] {
    (0..<layout.description.classes).map { label in
      let spins = layout.spins(ofClass: label)
      return (spins.reduce(0) { $0 + free.spins[$1] } / Float(spins.count) + 1) / 2
    }
  }

  /// Whether every output spin of the last free phase is at its target.
  func isSettled(label: Int) -> Bool {
    (0..<layout.description.classes).allSatisfy { classIndex in
      layout.spins(ofClass: classIndex).allSatisfy { free.spins[$0] == (classIndex == label ? 1 : -1) }
    }
  }
}

/// What an Ising network takes images for: the class whose output spins are highest on average when it has relaxed freely.
public final class IsingClassifier: Classifier {
  private let network: IsingNetwork

  /// - Parameter network: one made for evaluation.
  public init(_ network: IsingNetwork) { self.network = network }

  public func parametersChanged() { network.parametersChanged() }

  public func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification {
    var result = Classification()
    try network.clamp(pixels, samples: labels.count)
    for (sample, label) in labels.enumerated() {
      try network.relaxFreely(sample: sample, number: first + sample)
      result.append(network.prediction(), label: label, cost: .squaredError)
    }
    result.sweeps = labels.count * network.relaxation.sweepsPerPhase.free
    return result
  }
}

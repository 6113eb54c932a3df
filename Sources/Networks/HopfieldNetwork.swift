import Host
import Kernels

/// A layered Hopfield network, or one strip of it, at work on a number of samples at once.
///
///     E(θ, x, s) = Σ_k g_k [Σ ∫σ_k⁻¹(s_k) − Σ_edges into k ⟨s_k, P(w ⋆ s_pre)⟩ − ⟨b_k, s_k⟩]
///
/// The factors g of the graded energy fall by γ a layer, down to 1 of the output: g_k = γ^(k−N), if γ is one number (Xie & Seung
/// 2003). γ = 1 is the symmetric network of Hopfield (1984). The field on layer k is `∂/∂s_k` of what is subtracted, divided by g_k:
///
///     f_k = Σ_edges into k P(w ⋆ s_pre) + b_k + Σ_edges from k (g_post/g_k) wᵀ ⋆ P⁻¹(s_post)
///
/// so layers act on those below them by γ more weakly than they are driven, and `s_k ← σ_k(f_k)` is the exact minimum of E over that
/// layer (Scellier 2023; Laborieux 2021). As γ falls the network becomes the feed-forward one of the same layers, and equilibrium
/// propagation its back-propagation. All memory is taken when the network is made; nothing is allocated while it relaxes.
///
/// On a strip every method that throws is collective over the strips, and throws what the exchange with them throws. A whole
/// network throws nothing.
public final class HopfieldNetwork {
  /// The layers and edges of the whole network, and where their parameters lie.
  public let layout: NetworkLayout
  /// The part of the network that is here.
  public let strip: Strip
  /// What nudges the output; a read-out's output spins stay zero while free.
  public let cost: Cost
  /// Samples that fit.
  public let capacity: Int
  /// Weights and biases, as `layout` places them. Call `parametersChanged()` after writing to them.
  public let parameters: AlignedBuffer<Float>
  /// What a device makes of the parameters, and of the states where a machine moves them.
  public var limits = HardwareLimits() {
    didSet {
      guard limits != oldValue else { return }
      device = limits.limitsWeights ? DeviceParameters(limits, layout: layout) : nil
      parametersChanged()
    }
  }
  private var device: DeviceParameters?
  /// The parameters as the device has them.
  var realised: AlignedBuffer<Float> { device?.values ?? parameters }
  /// The states of layers 1 … N: on a strip, of its own rows, with copies of its neighbours' around them.
  package let spins: [SpinPlanes]
  /// Where the time goes.
  public let times: Profile

  /// 1 … N: what moves together under a machine.
  let everyLayer: [Int]
  let edges: [CoupledEdge]
  let workspace: Workspace
  /// Fields by layer: from the clamped input (once a sample), from below, and from above. Absent where no edge gives one.
  let base: [AlignedBuffer<Float>?]
  let drive: [AlignedBuffer<Float>?]
  let topDown: [AlignedBuffer<Float>?]
  /// The field on the output, of which cost and read-out are functions.
  let outputField: AlignedBuffer<Float>
  /// A drive that is computed for its arg-max alone.
  let unusedDrive: AlignedBuffer<Float>
  /// By layer: the pieces of this strip, with their own rows.
  let pieces: [[(piece: Int, rows: Range<Int>)]]
  let sums: PieceSums
  let boundary: Boundary?
  /// `Σ(Δs)²` and `Σs²` of every layer and piece in the present sweep.
  let changes: AlignedBuffer<Double>
  /// Of an edge under max-pooling: in how many samples, from the first on, the arg-max is that of the present pre state.
  var validArgMaxSamples: [Int]
  /// Of a layer: from which sample on every spin is known to be zero. Products with a layer that is zero everywhere are left out.
  var nonzeroSamples: [Int]
  /// Sweeps so far.
  public internal(set) var sweeps = 0
  var outputRow: [Float]
  var fieldRow: [Float]
  /// The scale of each sample's correlations, of the layer at hand.
  let layerScale: AlignedBuffer<Float>

  /// A whole network.
  public convenience init(
    layout: NetworkLayout, parameters: AlignedBuffer<Float>, cost: Cost = .squaredError, capacity: Int,
    times: Profile = Profile()
  ) {
    self.init(Strip(whole: layout), parameters: parameters, cost: cost, capacity: capacity, times: times) { _ in nil }
  }

  /// A whole network, or a strip of one with its boundary.
  init(
    _ strip: Strip, parameters: AlignedBuffer<Float>, cost: Cost, capacity: Int, times: Profile,
    boundary: (Memory) -> Boundary?
  ) {
    let layout = strip.layout
    precondition(parameters.count == layout.parameterCount && capacity > 0)
    let workspace = Workspace()
    let memory = Memory(strip, capacity: capacity, workspace: workspace)
    (self.layout, self.strip, self.parameters) = (layout, strip, parameters)
    (self.cost, self.capacity, self.times, self.workspace) = (cost, capacity, times, workspace)
    (spins, edges, pieces) = (memory.spins, memory.edges, memory.pieces)
    (base, drive, topDown) = (memory.base, memory.drive, memory.topDown)
    (outputField, unusedDrive, changes, sums) = (memory.outputField, memory.unusedDrive, memory.changes, memory.sums)
    everyLayer = Array(1...layout.layers.count)
    self.boundary = boundary(memory)
    validArgMaxSamples = Array(repeating: 0, count: layout.edges.count)
    nonzeroSamples = Array(repeating: 0, count: layout.layers.count)
    outputRow = Array(repeating: 0, count: layout.output.shape.channels)
    fieldRow = outputRow
    layerScale = AlignedBuffer(count: capacity)
    parametersChanged()
  }

  /// Arranges the parameters as the products read them. What `clamp` computed stays that of the former ones until it is called
  /// again.
  public func parametersChanged() {
    times.measure(.update) {
      device?.realise(parameters)
      for edge in edges { edge.load(realised) }
    }
    forgetArgMax()
  }

  /// Clamps the input of samples 0 … `samples` − 1 to images that begin at image `first` of `pixels` (rows, columns, channels),
  /// and computes their convolutions, which no sweep changes.
  public func clamp(_ pixels: [Float], first: Int = 0, samples: Int) {
    clamp(pixels, first: first, samples: samples, into: base)
  }

  /// The same with the fields of the clamped input in other buffers, those of samples that wait.
  func clamp(_ pixels: [Float], first: Int = 0, samples: Int, into base: [AlignedBuffer<Float>?]) {
    precondition(samples <= capacity)
    releasePooling()
    var written = Array(repeating: false, count: layout.layers.count)
    for edge in edges {
      let post = edge.layout.post - 1
      // Each layer that the input drives has a base field.
      guard let input = edge.clamped, let field = base[post] else { continue }
      times.measure(.load) { input.load(pixels, first: first, samples: samples) }
      times.measure(.field) {
        edge.coupling.drive(from: input.planes, into: field, samples: samples, accumulate: written[post])
      }
      written[post] = true
    }
  }

  /// Sets every spin to zero.
  public func reset() {
    for planes in spins { planes.buffer.clear() }
    for layer in nonzeroSamples.indices { nonzeroSamples[layer] = 0 }
    forgetArgMax()
  }

  /// Says that `spins` were written from outside; on a strip, the copies of its neighbours' rows too.
  public func spinsChanged() {
    for layer in nonzeroSamples.indices { nonzeroSamples[layer] = capacity }
    forgetArgMax()
  }

  private func forgetArgMax() {
    for index in validArgMaxSamples.indices { validArgMaxSamples[index] = 0 }
    boundary?.forget()
  }

  /// Lets every spin under max-pooling stay coupled to the position that is the greatest of its window now, until other images
  /// are clamped.
  ///
  /// To first order in the nudge nothing else changes (the derivative of a maximum is that of its greatest member), so the limit
  /// β → 0 of the gradient is the same. At finite β no arg-max flips, which would each add noise of order 1/β.
  ///
  /// Spins that can be negative are left as they are: they press the positions of their window together, so that at the
  /// equilibrium none of them is the greatest.
  ///
  /// - Parameter all: them too: a linearised network has one position of each window.
  public func freezePooling(samples: Int, all: Bool = false) {
    for index in edges.indices { refreshArgMax(index, samples: samples) }
    for edge in edges where all || !layout.layers[edge.layout.post - 1].activation.isSigned { edge.freezePooling(true) }
  }

  private func releasePooling() {
    for edge in edges { edge.freezePooling(false) }
  }

  /// Copies states, clamped inputs and fields of samples 0 … `count` − 1 over those from `target` on.
  ///
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  public func duplicate(count: Int, to target: Int) throws {
    precondition(count <= target && target + count <= capacity)
    try finishExchanges()
    for layer in layout.layers.indices {
      spins[layer].duplicate(first: 0, count: count, to: target)
      let size = spins[layer].shape.fieldCount
      if let field = base[layer] { field.copy(from: field, to: target * size, count: count * size) }
      if nonzeroSamples[layer] > 0 { nonzeroSamples[layer] = max(nonzeroSamples[layer], target + count) }
    }
    for (index, edge) in edges.enumerated() {
      edge.clampedInput?.duplicate(first: 0, count: count, to: target)
      edge.coupling.duplicateArgMax(count: count, to: target)
      if validArgMaxSamples[index] >= count, validArgMaxSamples[index] == target { validArgMaxSamples[index] = target + count }
      boundary?.duplicate(edge: index, count: count, to: target)
    }
  }

  func isZero(_ layer: Int) -> Bool { nonzeroSamples[layer - 1] == 0 }

  /// Waits for rows of neighbours that are still under way.
  ///
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  public func finishExchanges() throws { try boundary?.finishExchanges() }

  /// The output of one sample as the cost sees it: the field of the read-out, which while free is the output itself.
  public func prediction(sample: Int) -> [Float] {
    let stride = layout.output.shape.paddedChannels
    return (0..<layout.output.shape.channels).map { outputField[sample * stride + $0] }
  }

  /// Bytes of states, of the fields that move them, and of work space; parameters are apart.
  public var memory: (states: Int, fields: Int, work: Int) {
    let clamped = edges.compactMap { $0.clampedInput?.buffer.count }.reduce(0, +)
    let states = spins.reduce(clamped) { $0 + $1.buffer.count } * 4
    let fields = (base + drive + topDown).compactMap { $0?.count }.reduce(outputField.count + unusedDrive.count, +) * 4
    return (states, fields, workspace.bytes)
  }

  /// What a network takes when it is made.
  struct Memory {
    let spins: [SpinPlanes]
    let edges: [CoupledEdge]
    let pieces: [[(piece: Int, rows: Range<Int>)]]
    let base: [AlignedBuffer<Float>?]
    let drive: [AlignedBuffer<Float>?]
    let topDown: [AlignedBuffer<Float>?]
    let outputField: AlignedBuffer<Float>
    let unusedDrive: AlignedBuffer<Float>
    let changes: AlignedBuffer<Double>
    let sums: PieceSums

    init(_ strip: Strip, capacity: Int, workspace: Workspace) {
      let layout = strip.layout
      let shapes = layout.layers.indices.map { strip.plane($0 + 1) }
      func fields(_ isNeeded: (Int) -> Bool) -> [AlignedBuffer<Float>?] {
        shapes.indices.map { isNeeded($0 + 1) ? AlignedBuffer(count: capacity * shapes[$0].fieldCount) : nil }
      }
      spins = shapes.map { SpinPlanes(shape: $0, capacity: capacity) }
      edges = layout.edges.map { CoupledEdge($0, of: strip, capacity: capacity, workspace: workspace) }
      pieces = layout.layers.indices.map { strip.pieces($0 + 1) }
      base = fields { layer in layout.edges.contains { $0.post == layer && $0.pre == 0 } }
      drive = fields { layer in layout.edges.contains { $0.post == layer && $0.pre != 0 } }
      topDown = fields { layer in layout.edges.contains { $0.pre == layer } }
      outputField = AlignedBuffer(count: capacity * layout.output.shape.fieldCount)
      let pooled = layout.edges.filter(\.isMaxPooled).map { shapes[$0.post - 1].fieldCount }
      unusedDrive = AlignedBuffer(count: capacity * (pooled.max() ?? 0))
      changes = AlignedBuffer(count: 2 * strip.partition.pieces * layout.layers.count)
      sums = PieceSums(strip, count: layout.blocks.map(\.count).max() ?? 0)
    }
  }
}

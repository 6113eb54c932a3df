import Kernels

/// A layered Hopfield network at work on a number of samples at once.
///
///     E(θ, x, s) = Σ_k Σ ∫σ_k⁻¹(s_k) − Φ,   Φ = Σ_edges ⟨s_post, P(w ⋆ s_pre)⟩ + Σ_k ⟨b_k, s_k⟩
///
/// The field on layer k is `∂Φ/∂s_k`, and `s_k ← σ_k(field)` is the exact minimum of E over that layer (Scellier 2023;
/// Laborieux 2021). All memory is taken when the network is made; nothing is allocated while it relaxes.
public final class HopfieldNetwork {
  public let layout: NetworkLayout
  /// What nudges the output; a read-out's output spins stay zero while free.
  public let cost: Cost
  /// Samples that fit.
  public let capacity: Int
  /// Weights and biases, as `layout` places them. Call `parametersChanged()` after writing to them.
  public let parameters: AlignedBuffer<Float>
  /// The states of layers 1 … N.
  public let spins: [SpinPlanes]

  let edges: [CoupledEdge]
  let workspace: Workspace
  /// Fields by layer: from the clamped input (once a sample), from below, and from above. Absent where no edge gives one.
  let base: [AlignedBuffer<Float>?]
  let drive: [AlignedBuffer<Float>?]
  let topDown: [AlignedBuffer<Float>?]
  /// The field on the output, of which cost and read-out are functions.
  private let outputField: AlignedBuffer<Float>
  /// A drive that is computed for its arg-max alone.
  private let unusedDrive: AlignedBuffer<Float>
  /// Of an edge under max-pooling: in how many samples, from the first on, the arg-max is that of the present pre state.
  private var current: [Int]
  private var holdsArgMax = false
  /// Of a layer: from which sample on every spin is known to be zero. Products with a layer that is zero everywhere are left out.
  private var extents: [Int]
  private var outputRow: [Float]
  private var fieldRow: [Float]

  public init(layout: NetworkLayout, parameters: AlignedBuffer<Float>, cost: Cost = .squaredError, capacity: Int) {
    precondition(parameters.count == layout.parameterCount && capacity > 0)
    self.layout = layout
    self.parameters = parameters
    self.cost = cost
    self.capacity = capacity
    let workspace = Workspace()
    self.workspace = workspace
    spins = layout.layers.map { SpinPlanes(shape: $0.shape, capacity: capacity) }
    edges = layout.edges.map { CoupledEdge($0, of: layout, capacity: capacity, workspace: workspace) }
    func fields(_ isNeeded: (Int) -> Bool) -> [AlignedBuffer<Float>?] {
      layout.layers.indices.map { isNeeded($0 + 1) ? AlignedBuffer(count: capacity * layout.layers[$0].shape.fieldCount) : nil }
    }
    base = fields { layer in layout.edges.contains { $0.post == layer && $0.pre == 0 } }
    drive = fields { layer in layout.edges.contains { $0.post == layer && $0.pre != 0 } }
    topDown = fields { layer in layout.edges.contains { $0.pre == layer } }
    outputField = AlignedBuffer(count: capacity * layout.output.shape.fieldCount)
    unusedDrive = AlignedBuffer(
      count: capacity
        * (layout.edges.filter { $0.description.pooling == .max }.map { layout.shape($0.post).fieldCount }.max() ?? 0))
    current = Array(repeating: 0, count: layout.edges.count)
    extents = Array(repeating: 0, count: layout.layers.count)
    outputRow = Array(repeating: 0, count: layout.output.shape.channels)
    fieldRow = outputRow
    parametersChanged()
  }

  /// Arranges the parameters as the products read them. What `clamp` computed stays that of the former ones until it is called
  /// again.
  public func parametersChanged() {
    for edge in edges { edge.load(parameters) }
    forgetArgMax()
  }

  /// Clamps the input of samples 0 … `samples` − 1 to images that begin at image `first` of `pixels` (rows, columns, channels),
  /// and computes their convolutions, which no sweep changes.
  public func clamp(_ pixels: [Float], first: Int = 0, samples: Int) {
    precondition(samples <= capacity)
    releaseArgMax()
    var written = Array(repeating: false, count: layout.layers.count)
    for edge in edges where edge.layout.pre == 0 {
      let post = edge.layout.post - 1
      edge.unfolding!.unfold(pixels, first: first, samples: samples, into: edge.clampedInput!)
      edge.coupling.drive(from: edge.clampedInput!, into: base[post]!, samples: samples, accumulate: written[post])
      written[post] = true
    }
  }

  /// Sets every spin to zero.
  public func reset() {
    for planes in spins { planes.buffer.clear() }
    for layer in extents.indices { extents[layer] = 0 }
    forgetArgMax()
  }

  /// Says that `spins` were written from outside.
  public func spinsChanged() {
    for layer in extents.indices { extents[layer] = capacity }
    forgetArgMax()
  }

  private func forgetArgMax() {
    for index in current.indices { current[index] = 0 }
  }

  /// Lets every spin under max-pooling stay coupled to the position that is the greatest of its window now, until other images
  /// are clamped.
  ///
  /// To first order in the nudge nothing else changes (the derivative of a maximum is that of its greatest member), so the limit
  /// β → 0 of the gradient is the same. At finite β no arg-max flips, which would each add noise of order 1/β.
  public func holdArgMax(samples: Int) {
    for index in edges.indices { refreshArgMax(index, samples: samples) }
    for edge in edges { edge.holdArgMax(true) }
    holdsArgMax = true
  }

  private func releaseArgMax() {
    guard holdsArgMax else { return }
    for edge in edges { edge.holdArgMax(false) }
    holdsArgMax = false
  }

  /// Copies states, clamped inputs and fields of samples 0 … `count` − 1 over those from `target` on.
  public func duplicate(count: Int, to target: Int) {
    precondition(count <= target && target + count <= capacity)
    for layer in layout.layers.indices {
      spins[layer].duplicate(first: 0, count: count, to: target)
      let size = layout.layers[layer].shape.fieldCount
      base[layer]?.copy(from: base[layer]!, to: target * size, count: count * size)
      if extents[layer] > 0 { extents[layer] = max(extents[layer], target + count) }
    }
    for (index, edge) in edges.enumerated() {
      edge.clampedInput?.duplicate(first: 0, count: count, to: target)
      edge.coupling.duplicateArgMax(count: count, to: target)
      if current[index] >= count, current[index] == target { current[index] = target + count }
    }
  }

  /// One sweep: every layer moves once.
  ///
  /// - Returns: the residual, `mean over layers of ‖Δs‖ / max(‖s‖, 1e-6)` over the samples at hand.
  func sweep(_ schedule: UpdateSchedule, samples: Int, nudge: Nudge?) -> Double {
    var residual = 0.0
    for group in schedule.groups {
      for layer in group { computeDrive(layer, samples: samples) }
      for layer in group { computeTopDown(layer, samples: samples) }
      for layer in group { residual += move(layer, samples: samples, nudge: nudge) }
    }
    return residual / Double(layout.layers.count)
  }

  private func computeDrive(_ layer: Int, samples: Int) {
    guard let field = drive[layer - 1] else { return }
    var accumulate = false
    for (index, edge) in edges.enumerated() where edge.layout.post == layer && edge.layout.pre != 0 && !isZero(edge.layout.pre) {
      edge.coupling.drive(from: spins[edge.layout.pre - 1], into: field, samples: samples, accumulate: accumulate)
      current[index] = samples
      accumulate = true
    }
    if !accumulate { field.clear() }
  }

  private func computeTopDown(_ layer: Int, samples: Int) {
    guard let field = topDown[layer - 1] else { return }
    var accumulate = false
    for (index, edge) in edges.enumerated() where edge.layout.pre == layer && !isZero(edge.layout.post) {
      refreshArgMax(index, samples: samples)
      edge.coupling.topDown(from: spins[edge.layout.post - 1], into: field, samples: samples, accumulate: accumulate)
      accumulate = true
    }
    if !accumulate { field.clear() }
  }

  /// Under max-pooling a top-down field needs the arg-max of the *current* drive, which the last drive of that edge left unless
  /// the pre layer has moved since.
  private func refreshArgMax(_ index: Int, samples: Int) {
    let edge = edges[index]
    guard !holdsArgMax, edge.isMaxPooled, current[index] < samples, edge.layout.pre != 0 else { return }
    edge.coupling.drive(from: spins[edge.layout.pre - 1], into: unusedDrive, samples: samples, accumulate: false)
    current[index] = samples
  }

  private func move(_ layer: Int, samples: Int, nudge: Nudge?) -> Double {
    let description = layout.layers[layer - 1]
    let change: SpinChange
    if layer == layout.layers.count {
      change = moveOutput(samples: samples, nudge: nudge)
    } else {
      change = spins[layer - 1].update(
        description.activation.rule, bias: parameters, biasOffset: description.bias.offset, base: base[layer - 1],
        drive: drive[layer - 1], topDown: topDown[layer - 1], samples: samples)
    }
    if change.size != 0 {
      extents[layer - 1] = max(extents[layer - 1], samples)
    } else if extents[layer - 1] <= samples {
      extents[layer - 1] = 0
    }
    for (index, edge) in edges.enumerated() where edge.layout.pre == layer { current[index] = 0 }
    return change.relative
  }

  private func isZero(_ layer: Int) -> Bool { extents[layer - 1] == 0 }

  private func moveOutput(samples: Int, nudge: Nudge?) -> SpinChange {
    let layer = layout.layers.count - 1
    let planes = spins[layer]
    let stride = planes.shape.paddedChannels
    var change = SpinChange(moved: 0, size: 0)
    for sample in 0..<samples {
      for unit in fieldRow.indices {
        var field = parameters[layout.output.bias.offset + unit]
        if let base = base[layer] { field += base[sample * stride + unit] }
        if let drive = drive[layer] { field += drive[sample * stride + unit] }
        outputField[sample * stride + unit] = field
        fieldRow[unit] = field
        outputRow[unit] = planes[sample, unit, 0, 0]
      }
      cost.relax(
        &outputRow, field: fieldRow, label: nudge?.labels[sample] ?? 0, nudge: nudge?.strengths[sample] ?? 0)
      for unit in outputRow.indices {
        let moved = Double(outputRow[unit]) - Double(planes[sample, unit, 0, 0])
        change.moved += moved * moved
        change.size += Double(outputRow[unit]) * Double(outputRow[unit])
        planes[sample, unit, 0, 0] = outputRow[unit]
      }
    }
    return change
  }

  /// The output of one sample as the cost sees it: the field of the read-out, which while free is the output itself.
  public func prediction(sample: Int) -> [Float] {
    let stride = layout.output.shape.paddedChannels
    return (0..<layout.output.shape.channels).map { outputField[sample * stride + $0] }
  }

  /// `gradient += −Σ_n scale_n ∂E/∂θ(s_n)`: correlations of the states of samples 0 … `samples` − 1.
  public func addCorrelations(scale: AlignedBuffer<Float>, samples: Int, into gradient: AlignedBuffer<Float>) {
    precondition(gradient.count >= layout.parameterCount && scale.count >= samples)
    for (index, edge) in edges.enumerated() where !isZero(edge.layout.post) {
      refreshArgMax(index, samples: samples)
      let pre = edge.clampedInput ?? spins[edge.layout.pre - 1]
      edge.addGradient(pre: pre, post: spins[edge.layout.post - 1], scale: scale, samples: samples, into: gradient)
    }
    for (layer, planes) in zip(layout.layers, spins) {
      planes.addChannelSums(scale: scale, samples: samples, into: gradient, at: layer.bias.offset)
    }
  }

  /// `F = E + βC` of each sample, in double precision over single-precision products. Not meant for the inside of a training.
  public func energies(samples: Int, nudge: Nudge?) -> [Double] {
    var energies = Array(repeating: 0.0, count: samples)
    for layer in layout.layers.indices {
      computeDrive(layer + 1, samples: samples)
      let isOutput = layer == layout.layers.count - 1
      if isOutput, cost == .crossEntropyReadout { continue }  // A read-out is no part of E.
      let description = layout.layers[layer]
      for sample in 0..<samples {
        energies[sample] += spins[layer].sum(sample: sample, description.activation.selfEnergy)
        for field in [base[layer], drive[layer]].compactMap({ $0 }) {
          energies[sample] -= spins[layer].product(with: field, sample: sample)
        }
        energies[sample] -= spins[layer].sumWithBias(parameters, at: description.bias.offset, sample: sample)
      }
    }
    if let nudge {
      for sample in 0..<samples {
        energies[sample] +=
          Double(nudge.strengths[sample]) * cost.value(prediction: costArgument(sample), label: nudge.labels[sample])
      }
    }
    return energies
  }

  /// What the cost is a function of: the output spins, or the read-out's field in the current state.
  private func costArgument(_ sample: Int) -> [Float] {
    let layer = layout.layers.count - 1
    let units = layout.output.shape.channels
    guard cost == .crossEntropyReadout else { return (0..<units).map { spins[layer][sample, $0, 0, 0] } }
    let stride = layout.output.shape.paddedChannels
    return (0..<units).map { unit in
      parameters[layout.output.bias.offset + unit] + (base[layer]?[sample * stride + unit] ?? 0)
        + (drive[layer]?[sample * stride + unit] ?? 0)
    }
  }

  /// Bytes of states, of the fields that move them, and of work space; parameters are apart.
  public var memory: (states: Int, fields: Int, work: Int) {
    let clamped = edges.compactMap { $0.clampedInput?.buffer.count }.reduce(0, +)
    let states = spins.reduce(clamped) { $0 + $1.buffer.count } * 4
    let fields = (base + drive + topDown).compactMap { $0?.count }.reduce(outputField.count + unusedDrive.count, +) * 4
    return (states, fields, workspace.bytes)
  }
}

/// A nudge of the output towards its label.
public struct Nudge: Sendable {
  /// The right class of each sample.
  public var labels: [Int]
  /// β of each sample; 0 leaves it free.
  public var strengths: [Float]

  public init(labels: [Int], strengths: [Float]) {
    self.labels = labels
    self.strengths = strengths
  }
}

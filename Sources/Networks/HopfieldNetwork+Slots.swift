import Kernels

/// Samples that come and go, each in a slot of its own: what they are to the others is a place in memory.
extension HopfieldNetwork {
  /// One free sweep of samples 0 … `samples` − 1, each with its own ω, and the change of each.
  func sweepEach(_ schedule: UpdateSchedule, samples: Int, factors: [Float], changes: SampleSums) throws {
    changes.clear()
    try sweep(schedule, samples: samples, exchanges: true) { moveEach($0, samples: samples, factors: factors, changes: changes) }
    try changes.share(among: self)
  }

  private func moveEach(_ layer: Int, samples: Int, factors: [Float], changes: SampleSums) {
    let isOutput = layer == layout.layers.count
    let isWhole = isOutput || strip.partition.isReplicated(layer)
    var total = SpinChange(moved: 0, size: 0)
    for sample in 0..<samples {
      let (own, factor) = (sample..<sample + 1, factors[sample])
      if isWhole {
        let change =
          isOutput
          ? moveOutput(samples: own, nudge: nil, factor: factor)
          : update(layer, factor: factor, samples: own, rows: 0..<spins[layer - 1].shape.rows)
        for (piece, _) in pieces[layer - 1] { changes.note(change, sample: sample, layer: layer - 1, piece: piece) }
        total.size += change.size
      } else {
        for (piece, rows) in pieces[layer - 1] {
          let change = update(layer, factor: factor, samples: own, rows: rows)
          changes.note(change, sample: sample, layer: layer - 1, piece: piece)
          total.size += change.size
        }
      }
    }
    noteNonzeroSamples(of: layer, total, samples: samples)
  }

  /// Lets a sample begin at zero, with the fields of a clamped input that `clamped` has at number `source`.
  ///
  /// What is remembered of the arg-max stays: it moves nothing where every spin is zero, and is found anew before one is not.
  func begin(sample: Int, with clamped: [AlignedBuffer<Float>?], at source: Int) {
    for layer in layout.layers.indices {
      spins[layer].clear(sample: sample)
      copyBase(of: layer, from: clamped, at: source, to: sample)
    }
  }

  /// Moves sample `source` over sample `target`.
  func move(sample source: Int, to target: Int) {
    for layer in layout.layers.indices {
      spins[layer].duplicate(first: source, count: 1, to: target)
      copyBase(of: layer, from: base, at: source, to: target)
    }
    spinsChanged()
  }

  private func copyBase(of layer: Int, from fields: [AlignedBuffer<Float>?], at source: Int, to target: Int) {
    guard let own = base[layer], let other = fields[layer] else { return }
    let size = spins[layer].shape.fieldCount
    own.copy(from: other, at: source * size, to: target * size, count: size)
  }
}

/// Samples that are not at work: states, and the fields of the clamped input, of a number of them.
final class SampleStore {
  let spins: [SpinPlanes]
  let base: [AlignedBuffer<Float>?]
  private let network: HopfieldNetwork

  init(of network: HopfieldNetwork, capacity: Int, holdsStates: Bool = true) {
    self.network = network
    spins = holdsStates ? network.spins.map { SpinPlanes(shape: $0.shape, capacity: capacity) } : []
    base = zip(network.spins, network.base).map { planes, field in
      field.map { _ in AlignedBuffer(count: capacity * planes.shape.fieldCount) }
    }
  }

  /// Keeps a sample of the network as number `target`.
  func keep(sample: Int, as target: Int) {
    for layer in spins.indices {
      let (from, to) = (network.spins[layer], spins[layer])
      to.buffer.copy(from: from.buffer, at: sample * from.shape.stride, to: target * to.shape.stride, count: from.shape.stride)
      let size = from.shape.fieldCount
      if let kept = base[layer], let field = network.base[layer] {
        kept.copy(from: field, at: sample * size, to: target * size, count: size)
      }
    }
  }

  /// Exchanges the first `count` samples with those of the network.
  func swap(count: Int) {
    for layer in spins.indices {
      spins[layer].buffer.swap(with: network.spins[layer].buffer, count: count * spins[layer].shape.stride)
      if let kept = base[layer], let field = network.base[layer] {
        kept.swap(with: field, count: count * spins[layer].shape.fieldCount)
      }
    }
    network.spinsChanged()
  }
}

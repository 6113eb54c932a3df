import Kernels

/// How a machine's plane holds the spins of a network's layers: one layer after the other, each as fields lie,
/// [sample][row][column][channel] with padded channels.
struct PlaneLayout {
  let samples: Int
  /// Of each layer, and the end.
  let offsets: [Int]

  var count: Int { offsets[offsets.count - 1] }

  init(_ network: HopfieldNetwork, samples: Int) {
    self.samples = samples
    offsets = network.spins.reduce(into: [0]) { $0.append($0[$0.count - 1] + samples * $1.shape.fieldCount) }
  }

  func part(_ layer: Int) -> Range<Int> { offsets[layer]..<offsets[layer + 1] }
}

/// How the cost acts on the output's field.
enum OutputForce {
  /// `f − β ∂C/∂o` at the present output.
  case gradient
  /// The output that the network's own rule would move to: what is left of it, f − o, is a force of the same direction.
  case minimiser
}

extension HopfieldNetwork {
  /// Takes all spins from a machine's plane, as if every layer had just moved there.
  ///
  /// - Returns: the change, `mean over layers of ‖Δs‖ / max(‖s‖, 1e-6)`, if it is wanted; on strips it takes a sum over them.
  func place(_ plane: AlignedBuffer<Float>, as places: PlaneLayout, wantsChange: Bool) throws -> Double {
    try finishExchanges()
    changes.clear()
    times.measure(.step) {
      for layer in 1...layout.layers.count { place(plane, at: places.offsets[layer - 1], layer: layer, samples: places.samples) }
    }
    try boundary?.follow(everyLayer, samples: places.samples, validArgMaxSamples: validArgMaxSamples, exchanges: true)
    for (index, edge) in edges.enumerated() where edge.layout.pre != 0 {
      validArgMaxSamples[index] = 0
      boundary?.forget(edge: index)
    }
    return wantsChange ? try meanChange() : .infinity
  }

  private func place(_ plane: AlignedBuffer<Float>, at offset: Int, layer: Int, samples: Int) {
    let planes = spins[layer - 1]
    let isOutput = layer == layout.layers.count
    var change = SpinChange(moved: 0, size: 0)
    if isOutput || strip.partition.isReplicated(layer) {
      change = planes.place(plane, at: offset, samples: samples, rows: 0..<planes.shape.rows)
      for (piece, _) in pieces[layer - 1] { note(change, of: layer, piece: piece) }
    } else {
      for (piece, rows) in pieces[layer - 1] {
        let part = planes.place(plane, at: offset, samples: samples, rows: rows)
        note(part, of: layer, piece: piece)
        change.moved += part.moved
        change.size += part.size
      }
    }
    noteNonzeroSamples(of: layer, change, samples: samples)
    guard isOutput, !cost.isReadout else { return }
    outputField.copy(from: plane, at: offset, to: 0, count: samples * planes.shape.fieldCount)
  }

  /// Copies all spins into a machine's plane.
  func take(into plane: AlignedBuffer<Float>, as places: PlaneLayout) {
    for (layer, planes) in spins.enumerated() { planes.take(into: plane, at: places.offsets[layer], samples: places.samples) }
  }

  /// The fields on all layers, into a machine's plane.
  ///
  /// - Parameters:
  ///   - groups: of layers whose rows travel together between strips; all of them under a machine.
  ///   - isExternal: whether biases, the clamped input and the cost are part of it, or couplings alone.
  ///   - force: how the cost acts; absent where it does not.
  ///   - accumulate: add to what is there; of couplings alone.
  func collectFields(
    into plane: AlignedBuffer<Float>, as places: PlaneLayout, groups: [[Int]]? = nil, isExternal: Bool, force: OutputForce?,
    nudge: Nudge?, accumulate: Bool = false
  ) throws {
    precondition(!(isExternal && accumulate))
    for group in groups ?? [everyLayer] { try computeFields(group, samples: places.samples, exchanges: true) }
    times.measure(.step) {
      for (index, layer) in layout.layers.enumerated() {
        let fields = LayerFields(
          bias: isExternal ? (realised, layer.bias.offset) : nil, base: isExternal ? base[index] : nil, drive: drive[index],
          topDown: topDown[index])
        fields.sum(
          into: plane, at: places.offsets[index], shape: spins[index].shape, samples: places.samples, accumulate: accumulate)
      }
      if isExternal, let force { forceOutput(plane, as: places, force, nudge: nudge) }
    }
  }

  /// Lets the cost act on the field of the output.
  private func forceOutput(_ plane: AlignedBuffer<Float>, as places: PlaneLayout, _ force: OutputForce, nudge: Nudge?) {
    guard nudge != nil || cost.isReadout else { return }
    let layer = layout.layers.count - 1
    let stride = spins[layer].shape.paddedChannels
    for sample in 0..<places.samples {
      let first = places.offsets[layer] + sample * stride
      for unit in fieldRow.indices {
        fieldRow[unit] = plane[first + unit]
        outputRow[unit] = spins[layer][sample, unit, 0, 0]
        if cost.isReadout { outputField[sample * stride + unit] = fieldRow[unit] }
      }
      let (label, strength) = (nudge?.labels[sample] ?? 0, nudge?.strengths[sample] ?? 0)
      switch force {
      case .minimiser: cost.relax(&outputRow, field: fieldRow, label: label, nudge: strength)
      case .gradient: cost.addForce(of: outputRow, to: &fieldRow, label: label, nudge: strength)
      }
      for unit in fieldRow.indices { plane[first + unit] = force == .minimiser ? outputRow[unit] : fieldRow[unit] }
    }
  }
}

import Kernels

extension HopfieldNetwork {
  /// One sweep: every layer moves once.
  ///
  /// - Parameters:
  ///   - factor: ω of `s ← σ(s + ω (f − s))`; 1 is the network's own rule.
  ///   - exchanges: whether the strips refresh their copies of each other's rows.
  ///   - wantsChange: whether the result is needed; on strips it takes a sum over them.
  /// - Returns: the change, `mean over layers of ‖Δs‖ / max(‖s‖, 1e-6)` over the samples at hand, of all strips.
  func sweep(
    _ schedule: UpdateSchedule, samples: Int, nudge: Nudge?, factor: Float = 1, exchanges: Bool = true, wantsChange: Bool = true
  ) throws -> Double {
    changes.clear()
    try sweep(schedule, samples: samples, exchanges: exchanges) { layer in
      move(layer, samples: samples) { rows in
        layer == layout.layers.count
          ? moveOutput(samples: 0..<samples, nudge: nudge, factor: factor)
          : update(layer, factor: factor, samples: 0..<samples, rows: rows)
      }
    }
    return wantsChange ? try meanChange() : .infinity
  }

  /// One sweep in which `move` moves each layer in its field.
  func sweep(_ schedule: UpdateSchedule, samples: Int, exchanges: Bool, move: (Int) -> Void) throws {
    sweeps += 1
    for group in schedule.groups {
      try computeFields(group, samples: samples, exchanges: exchanges)
      times.measure(.step) { for layer in group { move(layer) } }
      try boundary?.follow(group, samples: samples, validArgMaxSamples: validArgMaxSamples, exchanges: exchanges)
      for (index, edge) in edges.enumerated() where group.contains(edge.layout.pre) {
        validArgMaxSamples[index] = 0
        boundary?.forget(edge: index)
      }
    }
  }

  /// Adds up the changes piece by piece, so that the bits do not depend on the strips.
  func meanChange() throws -> Double {
    if let boundary { try times.measure(.reduce) { try boundary.sum(changes) } }
    let pieces = strip.partition.pieces
    var mean = 0.0
    for layer in layout.layers.indices {
      var change = SpinChange(moved: 0, size: 0)
      for piece in 0..<pieces {
        change.moved += changes[2 * (layer * pieces + piece)]
        change.size += changes[2 * (layer * pieces + piece) + 1]
      }
      mean += change.relative
    }
    return mean / Double(layout.layers.count)
  }

  // MARK: - Fields

  /// The fields on a group of layers: the drives first, which leave the arg-max that top-down fields read.
  func computeFields(_ group: [Int], samples: Int, exchanges: Bool) throws {
    if let boundary { return try computeFields(group, of: boundary, samples: samples, exchanges: exchanges) }
    for layer in group { computeDrive(layer, samples: samples, rows: 0..<spins[layer - 1].shape.rows) }
    for layer in group { computeTopDown(layer, samples: samples, rows: 0..<spins[layer - 1].shape.rows) }
  }

  func computeDrive(_ layer: Int, samples: Int, rows: Range<Int>) {
    guard let field = drive[layer - 1], !rows.isEmpty || spins[layer - 1].shape.rows == 0 else { return }
    times.measure(.field) {
      var accumulate = false
      for (index, edge) in edges.enumerated()
      where edge.layout.post == layer && edge.layout.pre != 0 && !isZero(edge.layout.pre) {
        edge.coupling.drive(
          from: spins[edge.layout.pre - 1], into: field, samples: samples, rows: rows, accumulate: accumulate)
        validArgMaxSamples[index] = samples
        accumulate = true
      }
      if !accumulate { field.clear() }
    }
  }

  func computeTopDown(_ layer: Int, samples: Int, rows: Range<Int>) {
    guard let field = topDown[layer - 1], !rows.isEmpty else { return }
    times.measure(.field) {
      let shape = spins[layer - 1].shape
      /// By which the sum so far is still to be multiplied; absent while there is none.
      var factor: Float?
      for (index, edge) in edges.enumerated() where edge.layout.pre == layer && !isZero(edge.layout.post) {
        refreshArgMax(index, samples: samples)
        if let factor { field.scale(by: factor / edge.layout.topDownFactor, of: shape, samples: samples, rows: rows) }
        edge.coupling.topDown(
          from: spins[edge.layout.post - 1], into: field, samples: samples, rows: rows, accumulate: factor != nil)
        factor = edge.layout.topDownFactor
      }
      if let factor {
        field.scale(by: factor, of: shape, samples: samples, rows: rows)
      } else {
        field.clear()
      }
    }
  }

  /// Under max-pooling a top-down field needs the arg-max of the *current* drive, which the last drive of that edge left unless
  /// the pre layer has moved since.
  func refreshArgMax(_ index: Int, samples: Int) {
    let edge = edges[index]
    guard edge.isMaxPooled, !edge.isPoolingFrozen, validArgMaxSamples[index] < samples, edge.layout.pre != 0 else { return }
    edge.coupling.drive(from: spins[edge.layout.pre - 1], into: unusedDrive, samples: samples, accumulate: false)
    validArgMaxSamples[index] = samples
  }

  // MARK: - Steps

  /// Moves a layer piece by piece, and notes by how much; the output, and other layers that every strip has, in one.
  func move(_ layer: Int, samples: Int, _ step: (Range<Int>) -> SpinChange) {
    var change = SpinChange(moved: 0, size: 0)
    if layer == layout.layers.count || strip.partition.isReplicated(layer) {
      change = step(0..<spins[layer - 1].shape.rows)
      for (piece, _) in pieces[layer - 1] { note(change, of: layer, piece: piece) }
    } else {
      for (piece, rows) in pieces[layer - 1] {
        let part = step(rows)
        note(part, of: layer, piece: piece)
        change.moved += part.moved
        change.size += part.size
      }
    }
    noteNonzeroSamples(of: layer, change, samples: samples)
  }

  /// Keeps account of which layers are zero, after one has moved.
  func noteNonzeroSamples(of layer: Int, _ change: SpinChange, samples: Int) {
    // Strips must agree on what is zero without asking; the output is the same on all of them.
    let isKnown = boundary == nil || layer == layout.layers.count
    if change.size != 0 || !isKnown {
      nonzeroSamples[layer - 1] = max(nonzeroSamples[layer - 1], samples)
    } else if nonzeroSamples[layer - 1] <= samples {
      nonzeroSamples[layer - 1] = 0
    }
  }

  func update(_ layer: Int, factor: Float, samples: Range<Int>, rows: Range<Int>) -> SpinChange {
    let description = layout.layers[layer - 1]
    return spins[layer - 1].update(
      description.activation.rule, bias: realised, biasOffset: description.bias.offset, base: base[layer - 1],
      drive: drive[layer - 1], topDown: topDown[layer - 1], factor: factor, samples: samples, rows: rows)
  }

  func note(_ change: SpinChange, of layer: Int, piece: Int) {
    let place = 2 * ((layer - 1) * strip.partition.pieces + piece)
    changes[place] = change.moved
    changes[place + 1] = change.size
  }

  func moveOutput(samples: Range<Int>, nudge: Nudge?, factor: Float) -> SpinChange {
    let layer = layout.layers.count - 1
    let planes = spins[layer]
    let stride = planes.shape.paddedChannels
    var change = SpinChange(moved: 0, size: 0)
    for sample in samples {
      for unit in fieldRow.indices {
        var field = realised[layout.output.bias.offset + unit]
        if let base = base[layer] { field += base[sample * stride + unit] }
        if let drive = drive[layer] { field += drive[sample * stride + unit] }
        outputField[sample * stride + unit] = field
        fieldRow[unit] = field
        outputRow[unit] = planes[sample, unit, 0, 0]
      }
      cost.relax(
        &outputRow, field: fieldRow, label: nudge?.labels[sample] ?? 0, nudge: nudge?.strengths[sample] ?? 0)
      for unit in outputRow.indices {
        let before = planes[sample, unit, 0, 0]
        if factor != 1 { outputRow[unit] = before + factor * (outputRow[unit] - before) }
        let moved = Double(outputRow[unit]) - Double(before)
        change.moved += moved * moved
        change.size += Double(outputRow[unit]) * Double(outputRow[unit])
        planes[sample, unit, 0, 0] = outputRow[unit]
      }
    }
    return change
  }

  /// The drives of all layers in the present state.
  func computeDrives(samples: Int) throws {
    try finishExchanges()
    for layer in 1...layout.layers.count { computeDrive(layer, samples: samples, rows: 0..<spins[layer - 1].shape.rows) }
  }
}

import Kernels

/// How the states of a free phase answer a nudge that is infinitely small: `ds/dβ` at β = 0, by one relaxation of the network
/// linearised there.
///
/// With the arg-max of every window held, and σ' the slope of each spin's activation (1 within a clamp, 0 at its ends), the derivative of
/// `s = σ(f)` is
///
///     δ_k ← σ'_k ⊙ [Σ_edges into k P(w ⋆ δ_pre) + Σ_edges from k (g_post/g_k) wᵀ ⋆ P⁻¹(δ_post)],   δ_output ← its field − ∂C/∂o
///
/// the couplings, the order and the factors being the network's. It is as local as the network's own rule. What equilibrium propagation
/// takes from a difference of states over 2β, whose digits cancel, is here a number of its own (the implicit derivative of Scellier &
/// Bengio 2017, theorem 1, solved by the network itself).
public final class LinearResponse {
  private let settings: RelaxationSettings
  private let schedule: UpdateSchedule
  /// `−∂C/∂o` by sample.
  private let sources: AlignedBuffer<Float>

  /// - Parameter samples: that relax together.
  public init(_ settings: RelaxationSettings, of network: HopfieldNetwork, samples: Int) {
    precondition(2 * samples <= network.capacity)
    self.settings = settings
    schedule = UpdateSchedule(settings.effectiveOrder, layout: network.layout, nudged: true)
    sources = AlignedBuffer(count: samples * network.layout.output.shape.channels)
  }

  /// Relaxes the responses of samples 0 … `labels.count` − 1 from zero: until the change of a sweep, or the number of sweeps of a nudged
  /// phase, says stop. They take the places of the states, which are behind them then: what `HopfieldNetwork.addDerivative` reads.
  ///
  /// - Precondition: pooling is frozen on all edges.
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  public func run(_ network: HopfieldNetwork, labels: ArraySlice<Int>) throws -> RelaxationReport {
    let samples = labels.count
    let classes = network.layout.output.shape.channels
    try network.predictFromStates(samples: samples)
    for (sample, label) in labels.enumerated() {
      let slope = network.cost.slope(prediction: network.prediction(sample: sample), label: label)
      for unit in 0..<classes { sources[sample * classes + unit] = -slope[unit] }
    }
    try network.beginResponse(samples: samples)
    let stop = settings.nudged
    var report = RelaxationReport(sweeps: 0, change: .infinity)
    while report.sweeps < stop.sweeps {
      report.change = try network.respond(
        schedule, to: sources, samples: samples, factor: settings.overRelaxation,
        wantsChange: stop.tolerance > 0 || report.sweeps == stop.sweeps - 1)
      report.sweeps += 1
      if report.change < Double(stop.tolerance) { break }
    }
    try network.finishExchanges()
    network.spinsChanged()
    return report
  }
}

extension HopfieldNetwork {
  /// Lets the prediction be that of the present states: the output itself, or the read-out's field.
  fileprivate func predictFromStates(samples: Int) throws {
    let layer = layout.layers.count - 1
    let planes = spins[layer]
    let stride = planes.shape.paddedChannels
    if cost.isReadout {
      try finishExchanges()
      computeDrive(layer + 1, samples: samples, rows: 0..<1)
    }
    for sample in 0..<samples {
      for unit in 0..<planes.shape.channels {
        var value = planes[sample, unit, 0, 0]
        if cost.isReadout {
          value = realised[layout.output.bias.offset + unit]
          if let base = base[layer] { value += base[sample * stride + unit] }
          if let drive = drive[layer] { value += drive[sample * stride + unit] }
        }
        outputField[sample * stride + unit] = value
      }
    }
  }

  /// Moves the states of the first samples behind them, and begins with responses of zero.
  fileprivate func beginResponse(samples: Int) throws {
    try duplicate(count: samples, to: samples)
    for (layer, planes) in spins.enumerated() {
      planes.buffer.clear(count: samples * planes.shape.stride)
      nonzeroSamples[layer] = 0
    }
  }

  /// One sweep of the responses; as `sweep`, but that strips exchange every time.
  fileprivate func respond(
    _ schedule: UpdateSchedule, to sources: AlignedBuffer<Float>, samples: Int, factor: Float, wantsChange: Bool
  ) throws -> Double {
    changes.clear()
    try sweep(schedule, samples: samples, exchanges: true) { layer in
      move(layer, samples: samples) { rows in
        layer == layout.layers.count
          ? respondAtOutput(to: sources, samples: samples, factor: factor)
          : spins[layer - 1].respond(
            layout.layers[layer - 1].activation.rule, states: samples, drive: drive[layer - 1], topDown: topDown[layer - 1],
            factor: factor, samples: samples, rows: rows)
      }
    }
    return wantsChange ? try meanChange() : .infinity
  }

  /// A read-out sends down its source alone: it has no state that could answer.
  private func respondAtOutput(to sources: AlignedBuffer<Float>, samples: Int, factor: Float) -> SpinChange {
    let layer = layout.layers.count - 1
    let planes = spins[layer]
    var change = SpinChange(moved: 0, size: 0)
    for sample in 0..<samples {
      for unit in 0..<planes.shape.channels {
        let before = planes[sample, unit, 0, 0]
        var response = sources[sample * planes.shape.channels + unit]
        if !cost.isReadout, let drive = drive[layer] { response += drive[sample * planes.shape.paddedChannels + unit] }
        if factor != 1 { response = before + factor * (response - before) }
        let moved = Double(response) - Double(before)
        change.moved += moved * moved
        change.size += Double(response) * Double(response)
        planes[sample, unit, 0, 0] = response
      }
    }
    return change
  }
}

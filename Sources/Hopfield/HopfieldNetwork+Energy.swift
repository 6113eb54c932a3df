import Kernels

extension HopfieldNetwork {
  /// `F = E + βC` of each sample, in double precision over single-precision products. Not meant for the inside of a training.
  public func energies(samples: Int, nudge: Nudge?) throws -> [Double] {
    try computeDrives(samples: samples)
    let energies = AlignedBuffer<Double>(count: samples)
    for layer in layout.layers.indices {
      let isOutput = layer == layout.layers.count - 1
      if isOutput, cost == .crossEntropyReadout { continue }  // A read-out is no part of E.
      guard !strip.countedRows(layer + 1).isEmpty else { continue }
      let description = layout.layers[layer]
      for sample in 0..<samples {
        energies[sample] += spins[layer].sum(sample: sample, description.activation.selfEnergy)
        for field in [base[layer], drive[layer]].compactMap({ $0 }) {
          energies[sample] -= spins[layer].product(with: field, sample: sample)
        }
        energies[sample] -= spins[layer].sumWithBias(parameters, at: description.bias.offset, sample: sample)
      }
    }
    if let nudge, !strip.countedRows(layout.layers.count).isEmpty {
      for sample in 0..<samples {
        energies[sample] +=
          Double(nudge.strengths[sample]) * cost.value(prediction: costArgument(sample), label: nudge.labels[sample])
      }
    }
    try boundary?.exchange.sum(energies)
    return energies.elements
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
}

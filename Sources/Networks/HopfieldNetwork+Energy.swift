import Kernels

extension HopfieldNetwork {
  /// `F = E + βC` of each sample, in double precision over single-precision products. Not meant for the inside of a training.
  ///
  /// - Throws: the failure of an exchange between strips; nothing in a whole network.
  public func energies(samples: Int, nudge: Nudge?) throws -> [Double] {
    try computeDrives(samples: samples)
    // By sample and piece, so that the bits do not depend on the strips.
    let count = strip.partition.pieces
    let energies = AlignedBuffer<Double>(count: samples * count)
    for layer in layout.layers.indices {
      let isOutput = layer == layout.layers.count - 1
      if isOutput, cost.isReadout { continue }  // A read-out is no part of E.
      for (piece, rows) in pieces[layer] {
        for sample in 0..<samples { energies[sample * count + piece] += energy(ofLayer: layer, rows: rows, sample: sample) }
      }
    }
    if let nudge {
      for (piece, _) in pieces[layout.layers.count - 1] {
        for sample in 0..<samples {
          energies[sample * count + piece] +=
            Double(nudge.strengths[sample]) * cost.value(prediction: costArgument(sample), label: nudge.labels[sample])
        }
      }
    }
    try boundary?.sum(energies)
    return (0..<samples).map { sample in (0..<count).reduce(0) { $0 + energies[sample * count + $1] } }
  }

  /// What some rows of a layer contribute: their own energy, and that of the edges into them.
  private func energy(ofLayer layer: Int, rows: Range<Int>, sample: Int) -> Double {
    let description = layout.layers[layer]
    var energy = spins[layer].sum(sample: sample, rows: rows, description.activation.selfEnergy)
    for field in [base[layer], drive[layer]].compactMap({ $0 }) {
      energy -= spins[layer].product(with: field, sample: sample, rows: rows)
    }
    energy -= spins[layer].sumWithBias(realised, at: description.bias.offset, sample: sample, rows: rows)
    return Double(description.energyFactor) * energy
  }

  /// What the cost is a function of: the output spins, or the read-out's field in the current state.
  private func costArgument(_ sample: Int) -> [Float] {
    let layer = layout.layers.count - 1
    let units = layout.output.shape.channels
    guard cost.isReadout else { return (0..<units).map { spins[layer][sample, $0, 0, 0] } }
    let stride = layout.output.shape.paddedChannels
    return (0..<units).map { unit in
      realised[layout.output.bias.offset + unit] + (base[layer]?[sample * stride + unit] ?? 0)
        + (drive[layer]?[sample * stride + unit] ?? 0)
    }
  }
}

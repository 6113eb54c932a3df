import Kernels

extension HopfieldNetwork {
  /// `gradient += Σ_n scale_n [−∂E/∂θ(a_n) + ∂E/∂θ(b_n)]`, of the states a of samples 0 … `samples` − 1 and b of as many behind them, which
  /// see the same images. They are lost: in their places are then differences and means, see `SpinPlanes.formDifference`.
  ///
  /// Where the arg-max of a is that of b, the difference of an edge's correlations is `(a − b)(a' + b')/2 + (a + b)/2 (a' − b')`, in which
  /// nothing cancels; one product in place of two on edges from the input. Where pooling is not frozen it is the difference of two
  /// products.
  ///
  /// - Parameters:
  ///   - gradients: on a strip, one buffer for each of `StripPartition.subtrees`, which together make up the sum; of a whole
  ///     network, one.
  ///   - others: a further feature of every spin, by layer, with the neighbours' rows: its products of pairs are part of each
  ///     piece's sum. The clamped input and the biases have no part in it.
  package func addDifference(
    scale: AlignedBuffer<Float>, samples: Int, into gradients: [AlignedBuffer<Float>], and others: [SpinPlanes]? = nil
  ) throws {
    precondition(2 * samples <= capacity)
    try finishExchanges()
    times.measure(.gradient) {
      for (index, edge) in edges.enumerated() where poolsFreely(edge) && !(isZero(edge.layout.post) && others == nil) {
        refreshArgMax(index, samples: 2 * samples)
        for (first, sign) in [(0, Float(1)), (samples, -1)] {
          let scale = graded(scale, layer: edge.layout.post, sign: sign, samples: samples)
          add(edge, to: gradients) { rows, sum, offset in
            for planes in [spins] + (others.map { [$0] } ?? []) {
              edge.addGradient(
                pre: planes[edge.layout.pre - 1], preSample: first, post: planes[edge.layout.post - 1], postSample: first,
                scale: scale, samples: samples, rows: rows, into: sum, at: offset)
            }
          }
        }
      }
      for planes in spins + (others ?? []) { planes.formDifference(samples: samples) }
    }
    try addDerivative(scale: scale, samples: samples, into: gradients, and: others)
  }

  /// `gradient += Σ_n scale_n d(−∂E/∂θ)`: the change of the correlations of the states of samples `samples` … 2 `samples` − 1, where these
  /// change by those of samples 0 … `samples` − 1. Edges under max-pooling that is not frozen have no part in it. The parameters are as
  /// those of `addDifference`.
  package func addDerivative(
    scale: AlignedBuffer<Float>, samples: Int, into gradients: [AlignedBuffer<Float>], and others: [SpinPlanes]? = nil
  ) throws {
    precondition(gradients.count == sums.subtrees.count && scale.count >= samples)
    precondition(gradients.allSatisfy { $0.count >= layout.parameterCount })
    try finishExchanges()
    times.measure(.gradient) {
      for edge in edges where !poolsFreely(edge) && !(isZero(edge.layout.post) && others == nil) {
        let scale = graded(scale, layer: edge.layout.post, samples: samples)
        add(edge, to: gradients) { rows, sum, offset in
          if let input = edge.clampedInput {
            edge.addGradient(
              pre: input, post: spins[edge.layout.post - 1], scale: scale, samples: samples, rows: rows, into: sum, at: offset)
          } else {
            for planes in [spins] + (others.map { [$0] } ?? []) {
              for (pre, post) in [(0, samples), (samples, 0)] {
                edge.addGradient(
                  pre: planes[edge.layout.pre - 1], preSample: pre, post: planes[edge.layout.post - 1], postSample: post,
                  scale: scale, samples: samples, rows: rows, into: sum, at: offset)
              }
            }
          }
        }
      }
      for (index, layer) in layout.layers.enumerated() {
        let scale = graded(scale, layer: index + 1, samples: samples)
        sums.add(
          pieces[index], to: gradients, at: layer.bias.offset, count: layer.bias.count,
          isSinglePiece: strip.partition.isReplicated(index + 1)
        ) { rows, sum, offset in
          spins[index].addChannelSums(scale: scale, samples: samples, rows: rows, into: sum, at: offset)
        }
      }
    }
    spinsChanged()
  }

  /// Whether the arg-max of an edge's windows can differ from one sample to its duplicate.
  private func poolsFreely(_ edge: CoupledEdge) -> Bool {
    edge.isMaxPooled && edge.layout.pre != 0 && !edge.isPoolingFrozen
  }

  /// What the pieces of an edge's post layer contribute to the gradient of its weights.
  private func add(
    _ edge: CoupledEdge, to gradients: [AlignedBuffer<Float>], _ contribute: (Range<Int>, AlignedBuffer<Float>, Int) -> Void
  ) {
    let block = edge.layout.weight
    sums.add(
      pieces[edge.layout.post - 1], to: gradients, at: block.offset, count: block.count,
      isSinglePiece: strip.partition.isReplicated(edge.layout.post), contribute)
  }

  /// `scale` times a layer's factor in the energy and `sign`, in memory that the next layer uses again.
  private func graded(_ scale: AlignedBuffer<Float>, layer: Int, sign: Float = 1, samples: Int) -> AlignedBuffer<Float> {
    let factor = sign * layout.layers[layer - 1].energyFactor
    guard factor != 1 else { return scale }
    for sample in 0..<samples { layerScale[sample] = factor * scale[sample] }
    return layerScale
  }

  /// `addDifference` of a whole network, into one buffer.
  public func addDifference(scale: AlignedBuffer<Float>, samples: Int, into gradient: AlignedBuffer<Float>) throws {
    try addDifference(scale: scale, samples: samples, into: [gradient])
  }
}

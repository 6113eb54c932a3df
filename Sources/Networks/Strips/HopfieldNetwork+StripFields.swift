extension HopfieldNetwork {
  /// The fields on a group of layers. What reads only rows of this strip is computed while those of its neighbours travel.
  func computeFields(_ group: [Int], of boundary: Boundary, samples: Int, exchanges: Bool) throws {
    // Top-down fields along an edge within the group need the arg-max of the drives that are computed here.
    let inner = boundary.innerEdges(of: group)
    let waitsForArgMax = inner.contains { !isZero(edges[$0].layout.post) }
    if !waitsForArgMax { try shareArgMax(of: group, boundary, samples: samples) }
    let divides = boundary.divides
    if divides {
      for layer in group {
        computeDrive(layer, samples: samples, rows: boundary.driveInterior[layer - 1])
        try boundary.exchange.poll()
      }
      for layer in group where !waitsForArgMax {
        computeTopDown(layer, samples: samples, rows: boundary.topDownInterior[layer - 1])
        try boundary.exchange.poll()
      }
    }
    try boundary.finishExchanges()
    for layer in group {
      forRows(of: layer, without: divides ? boundary.driveInterior[layer - 1] : 0..<0) {
        computeDrive(layer, samples: samples, rows: $0)
      }
    }
    if waitsForArgMax {
      times.measure(.field) { for edge in inner { refreshArgMax(edge, samples: samples) } }
      if exchanges { try boundary.exchangeNow(before: group, samples: samples) }
      for edge in inner { boundary.noteShared(edge, samples: samples) }
      try shareArgMax(of: group, boundary, samples: samples)
    }
    for layer in group {
      forRows(of: layer, without: divides && !waitsForArgMax ? boundary.topDownInterior[layer - 1] : 0..<0) {
        computeTopDown(layer, samples: samples, rows: $0)
      }
    }
  }

  /// The own rows of a layer above and below some that are done.
  private func forRows(of layer: Int, without done: Range<Int>, _ body: (Range<Int>) -> Void) {
    let rows = spins[layer - 1].shape.rows
    guard !done.isEmpty else { return body(0..<rows) }
    if done.lowerBound > 0 { body(0..<done.lowerBound) }
    if done.upperBound < rows { body(done.upperBound..<rows) }
  }

  /// Makes sure that the arg-max around this strip is current where the top-down fields of a group read it. It is, except in a
  /// phase's first sweep: later it has come with the states.
  private func shareArgMax(of group: [Int], _ boundary: Boundary, samples: Int) throws {
    for (index, edge) in edges.enumerated() where group.contains(edge.layout.pre) && !isZero(edge.layout.post) {
      guard let repair = boundary.repair(index, samples: samples) else { continue }
      try boundary.finishExchanges()
      times.measure(.field) { refreshArgMax(index, samples: samples) }
      try boundary.exchangeNow(repair, samples: samples)
      boundary.noteShared(index, samples: samples)
    }
  }
}

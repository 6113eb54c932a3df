import CKernels

/// The flips of the spins of one rank, a colour at a time, next to ghosts: spins of other ranks, as of their last news.
///
/// Positions are the rank's own spins, those of the first colour first, and then the ghosts.
package final class ColouredFlips {
  /// Own spins and ghosts.
  package let spins: AlignedBuffer<Float>
  /// The global number of each own spin, by which noise is drawn.
  package let identifiers: AlignedBuffer<UInt32>
  /// Where each colour begins among the own spins, and at the end where the last one does.
  package let colourStarts: [Int]
  /// What flips have added to `−½ΣJss − Σhs` of all ranks since it was last set to 0.
  package var energyChange = 0.0
  private let couplings: SparseCouplings
  private let ghostCouplings: SparseCouplings
  private let bias: [Float]
  /// Those of ghosts are not used: a flip's row may write there.
  private let fields: AlignedBuffer<Float>

  /// - Parameters:
  ///   - couplings: a row for each own spin, which names positions.
  ///   - ghostCouplings: a row for each ghost, which names own spins.
  ///   - bias: `h` of the own spins.
  ///   - identifiers: the global numbers of the own spins.
  package init(
    _ couplings: SparseCouplings, ghostCouplings: SparseCouplings, bias: [Float], identifiers: [UInt32], colourStarts: [Int]
  ) {
    precondition(identifiers.count == couplings.rowCount && bias.count == couplings.rowCount)
    precondition(couplings.columnCount == couplings.rowCount + ghostCouplings.rowCount)
    precondition(ghostCouplings.columnCount == couplings.rowCount && colourStarts.last == couplings.rowCount)
    self.couplings = couplings
    self.ghostCouplings = ghostCouplings
    self.bias = bias
    self.colourStarts = colourStarts
    let padded = ReplicaShape(spins: couplings.columnCount, replicas: 1).count
    spins = AlignedBuffer(count: padded)
    fields = AlignedBuffer(count: padded)
    self.identifiers = AlignedBuffer(count: ReplicaShape(spins: couplings.rowCount, replicas: 1).count)
    for (position, identifier) in identifiers.enumerated() { self.identifiers[position] = identifier }
  }

  /// Own spins, without ghosts.
  package var count: Int { couplings.rowCount }

  /// Works out the fields of the present spins and ghosts.
  ///
  /// - Returns: `Σ s_i (f_i + h_i)` of the own spins, −2 times their part of the energy.
  package func computeFields() -> Double {
    var sum = 0.0
    for position in 0..<count {
      var field = Double(bias[position])
      for entry in couplings.row(position) {
        let neighbour = couplings.neighbours.base[entry]
        field += Double(neighbour.coupling) * Double(spins.base[Int(neighbour.spin)])
      }
      fields[position] = Float(field)
      sum += Double(spins[position]) * (field + Double(bias[position]))
    }
    return sum
  }

  /// Visits the own spins of one colour.
  ///
  /// - Returns: flips.
  package func flip(colour: Int, thresholds: NoisePlane, scale: Float) -> Int {
    precondition(thresholds.count >= count)
    return Int(
      InstructionSet.current.machines.flip_sparse(
        spins.base, fields.base, thresholds.base, scale, Int64(colourStarts[colour]), Int64(colourStarts[colour + 1]),
        couplings.rows.base, couplings.neighbours.base, &energyChange))
  }

  /// Takes the news of ghosts: `news[place + k]` is ghost `ghosts.lowerBound + k`.
  package func update(ghosts: Range<Int>, from news: AlignedBuffer<Float>, at place: Int) {
    precondition(ghosts.lowerBound >= 0 && ghosts.upperBound <= ghostCouplings.rowCount && place + ghosts.count <= news.count)
    for (offset, ghost) in ghosts.enumerated() where news.base[place + offset] != spins.base[count + ghost] {
      let spin = news.base[place + offset]
      spins.base[count + ghost] = spin
      for entry in ghostCouplings.row(ghost) {
        let neighbour = ghostCouplings.neighbours.base[entry]
        fields.base[Int(neighbour.spin)] += 2 * spin * neighbour.coupling
      }
    }
  }
}

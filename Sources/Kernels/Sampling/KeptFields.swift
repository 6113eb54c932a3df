/// Fields of dense couplings, which are kept, and what they change by.
struct KeptFields {
  /// Places from one replica to the next: an odd multiple of 16, so that one spin's fields do not share a few lines of the cache.
  let length: Int
  /// [replica][place], in units of the row.
  let fields: AlignedBuffer<Int32>
  /// [place][other]: 2J in units of the other's row.
  let matrix: AlignedBuffer<Int32>

  init(_ couplings: ReplicaCouplings, _ units: RowUnits, _ layout: ReplicaLayout, lanes: Int) {
    length = ((layout.free.count + 15) / 16 | 1) * 16
    fields = AlignedBuffer(count: lanes * length)
    matrix = AlignedBuffer(count: layout.free.count * length)
    let places = layout.places(of: couplings.spinCount)
    for (place, spin) in layout.free.enumerated() {
      for entry in couplings.row(spin) {
        let other = Int(couplings.neighbours[entry])
        let coupling = units.rounded(couplings.couplings[entry], spin, other) / units.units[other]
        matrix.base[place * length + Int(places[other])] = Int32(2 * coupling)
      }
    }
  }
}

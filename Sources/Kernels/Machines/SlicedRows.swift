import CKernels

/// Sparse rows in slices of 16 of similar length, for one replica: lane `l` of a vector works on row `l` of a slice.
///
/// Source: SELL-C-σ of Kreutzer, Hager, Wellein, Fehske & Bishop, SIAM J. Sci. Comput. 36 (2014), with C = 16, σ = 4096.
final class SlicedRows {
  let sliceCount: Int
  private let slices: AlignedBuffer<Int64>
  private let columns: AlignedBuffer<Int32>
  private let couplings: AlignedBuffer<Float>
  private let targets: AlignedBuffer<Int32>

  private static let window = 4096

  init(_ source: SparseCouplings, rows range: Range<Int>) {
    var order = Array(range)
    for start in stride(from: 0, to: order.count, by: Self.window) {
      let end = min(start + Self.window, order.count)
      let greatest = order[start..<end].reduce(0) { max($0, source.row($1).count) }
      order.replaceSubrange(start..<end, with: Buckets(Array(order[start..<end])) { greatest - source.row($0).count }.items)
    }
    sliceCount = (order.count + 15) / 16
    slices = AlignedBuffer(count: sliceCount + 1)
    targets = AlignedBuffer(count: sliceCount * 16)
    for slice in 0..<sliceCount {
      let rows = order[slice * 16..<min(slice * 16 + 16, order.count)]
      slices[slice + 1] = slices[slice] + Int64(rows.map { source.row($0).count }.max() ?? 0)
      // Rows that a last slice lacks add nothing behind the last spin.
      for lane in 0..<16 { targets[slice * 16 + lane] = Int32(lane < rows.count ? order[slice * 16 + lane] : source.rowCount) }
    }
    columns = AlignedBuffer(count: Int(slices[sliceCount]) * 16)
    couplings = AlignedBuffer(count: columns.count)
    for (place, row) in order.enumerated() {
      let start = Int(slices[place / 16])
      for (entry, neighbour) in source.row(row).enumerated() {
        columns[(start + entry) * 16 + place % 16] = source.neighbours.base[neighbour].spin
        couplings[(start + entry) * 16 + place % 16] = source.neighbours.base[neighbour].coupling
      }
    }
  }

  func add(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) {
    InstructionSet.current.machines.sliced_field(
      slices.base, columns.base, couplings.base, targets.base, 0, Int64(sliceCount), states.base, field.base)
  }
}

/// A matrix arranged for being multiplied from the left again and again.
package final class PackedMatrix {
  /// The length of a row of the left factor.
  package let rows: Int
  /// The length of a row of the product, without padding.
  package let columns: Int
  private let paddedColumns: Int
  private let packed: AlignedBuffer<Float>
  private let zero = AlignedBuffer<Int64>(count: 1)

  /// - Parameter elements: row-major, `rows × columns`.
  package init(_ elements: [Float], rows: Int, columns: Int) {
    precondition(elements.count == rows * columns, "\(elements.count) elements for a \(rows)×\(columns) matrix")
    self.rows = rows
    self.columns = columns
    paddedColumns = PlaneShape.padded(columns)
    let padded = AlignedBuffer<Float>(count: rows * paddedColumns)
    for row in 0..<rows {
      for column in 0..<columns { padded[row * paddedColumns + column] = elements[row * columns + column] }
    }
    packed = AlignedBuffer(count: rows * paddedColumns)
    withExtendedLifetime(padded) {
      InstructionSet.current.kernels.pack(padded.base, Int64(paddedColumns), Int64(rows), Int64(paddedColumns), packed.base)
    }
  }

  /// Floats from one row of a product to the next: `columns` up to a multiple of 16.
  package var productStride: Int { paddedColumns }

  /// `product (+)= left · self`, in single precision; `left` is row-major, `leftRows × rows`, `product` has rows of `productStride` floats.
  package func multiply(left: AlignedBuffer<Float>, leftRows: Int, into product: AlignedBuffer<Float>, accumulate: Bool = false) {
    precondition(left.count >= leftRows * rows && product.count >= leftRows * paddedColumns)
    InstructionSet.current.kernels.convolve(
      left.base, zero.base, Int64(rows), zero.base, 1, Int64(rows), packed.base, Int64(paddedColumns), product.base, zero.base,
      Int64(paddedColumns), 1, Int64(leftRows), accumulate ? 1 : 0)
  }
}

import Kernels
import Networks

/// Networks whose strips have every kind of boundary.
enum GridNetworks {
  private static func convolution(
    _ from: String, kernel: Int = 3, stride: Int = 1, padding: Int = 1, _ pooling: EdgeDescription.Pooling = .none,
    window: Int = 2
  ) -> EdgeDescription {
    EdgeDescription(
      from: from, kind: .convolution, kernel: kernel, stride: stride, padding: padding, pooling: pooling, window: window,
      gain: 0.8)
  }

  private static func dense(_ from: String) -> EdgeDescription { EdgeDescription(from: from, kind: .dense, gain: 0.8) }

  private static func network(
    _ channels: Int, _ rows: Int, _ columns: Int, _ layers: [(String, Int, [EdgeDescription])], feedback: [Float] = [1]
  ) -> NetworkDescription {
    NetworkDescription(
      input: ImageShape(channels: channels, rows: rows, columns: columns),
      layers: layers.map { LayerDescription(name: $0.0, channels: $0.1, edges: $0.2) }, feedback: feedback)
  }

  static let all: [String: NetworkDescription] = [
    // 16, 8 and 4 rows: of eight strips some own nothing of the upper layer.
    "max-pooled chain": network(
      3, 32, 12,
      [
        ("a", 5, [convolution("input", .max)]), ("b", 16, [convolution("a", kernel: 5, padding: 2, .max)]),
        ("c", 18, [convolution("b", stride: 2)]), ("output", 3, [dense("c")]),
      ]),
    "Winograd": network(
      1, 32, 32,
      [
        ("a", 16, [convolution("input", .max)]), ("b", 16, [convolution("a", .max)]), ("c", 32, [convolution("b", .max)]),
        ("d", 16, [convolution("c", .max)]), ("output", 4, [dense("d")]),
      ]),
    "average pooling": network(
      2, 24, 8,
      [
        ("a", 6, [convolution("input", kernel: 2, stride: 2, padding: 0)]), ("b", 7, [convolution("a", .average)]),
        ("output", 4, [dense("b"), dense("a")]),
      ]),
    "skip edges": network(
      1, 17, 8,
      [
        ("a", 4, [convolution("input")]),
        ("b", 5, [convolution("a", stride: 2), convolution("input", kernel: 1, stride: 2, padding: 0)]),
        ("c", 6, [convolution("b"), convolution("a", kernel: 1, stride: 2, padding: 0)]),
        ("d", 4, [convolution("c", stride: 2), convolution("b", kernel: 1, stride: 2, padding: 0)]),
        ("e", 9, [dense("d"), dense("b")]), ("output", 3, [dense("e")]),
      ]),
    "graded skip edges": network(
      1, 16, 16,
      [
        ("a", 4, [convolution("input", .max)]), ("b", 5, [convolution("a", .max)]),
        ("c", 6, [convolution("b"), convolution("a", kernel: 1, stride: 2, padding: 0)]),
        ("output", 3, [dense("c"), dense("a")]),
      ], feedback: [1, 0.5, 0.1, 0.3]),
    // Rows that divide by nothing, windows of 3, an even kernel, and a convolution that ends in one row.
    "uneven": network(
      2, 35, 35,
      [
        ("a", 6, [convolution("input", padding: 0, .max, window: 3)]), ("b", 8, [convolution("a", kernel: 4, padding: 1)]),
        ("c", 9, [convolution("b", padding: 0, .max, window: 4)]), ("d", 6, [convolution("c", kernel: 2, padding: 0)]),
        ("output", 5, [dense("d")]),
      ]),
    // Kernels that reach past the next strip, and one window as large as the plane.
    "wide kernel": network(
      1, 9, 9,
      [
        ("a", 4, [convolution("input")]), ("b", 5, [convolution("a", kernel: 7, padding: 3)]),
        ("c", 4, [convolution("b", kernel: 5, padding: 4, .max, window: 13)]), ("output", 3, [dense("c")]),
      ]),
  ]

  static let names = all.keys.sorted()
}

import Kernels
import Testing

@testable import Networks

/// The geometry of strips, without any exchange.
@Suite struct StripTests {
  /// 32, 16, 8, 4 rows of 32, 64, 128, 128 channels: the small CIFAR-10 network.
  static func pyramid() throws -> NetworkLayout {
    var from = NetworkDescription.inputName
    var layers: [LayerDescription] = []
    for (index, channels) in [32, 64, 128, 128].enumerated() {
      let edge = EdgeDescription(from: from, kind: .convolution, kernel: 3, padding: 1, pooling: .max)
      layers.append(LayerDescription(name: "conv\(index + 1)", channels: channels, edges: [edge]))
      from = "conv\(index + 1)"
    }
    layers.append(LayerDescription(name: "output", channels: 10, edges: [EdgeDescription(from: from, kind: .dense)]))
    return try NetworkLayout(
      NetworkDescription(input: ImageShape(channels: 3, rows: 32, columns: 32), layers: layers))
  }

  static func layouts() throws -> [NetworkLayout] { try Networks.all.map { try NetworkLayout($0) } + [pyramid()] }

  /// Every row is moved by one strip, or by all of them, and counted by one.
  @Test func stripsTileEveryLayer() throws {
    for layout in try Self.layouts() {
      for strips in 1...StripPartition.greatestCount(layout) {
        let partition = try StripPartition(layout, strips: strips)
        for layer in 1...layout.layers.count {
          let rows = Array(0..<layout.shape(layer).rows)
          #expect((0..<strips).flatMap { Array(partition.countedRows(layer, strip: $0)) } == rows)
          let owned = (0..<strips).map { Array(partition.ownedRows(layer, strip: $0)) }
          #expect(partition.isReplicated(layer) ? owned.allSatisfy { $0 == [0] } : owned.flatMap { $0 } == rows)
        }
      }
    }
  }

  /// More strips than rows in the tallest layer are refused in one sentence that says how many rows there are.
  @Test func strips() throws {
    let layout = try Self.pyramid()
    #expect(StripPartition.greatestCount(layout) == 16)
    for wrong in [0, -1, 17] {
      #expect {
        try StripPartition(layout, strips: wrong)
      } throws: { ("\($0)").contains("\(wrong) strips") && ("\($0)").contains("16 rows") }
    }
  }

  /// Whatever a product of one strip reads is its own, or comes from another strip, or lies beyond the layer.
  @Test func everyRowReadIsHeld() throws {
    for layout in try Self.layouts() {
      for strips in 1...StripPartition.greatestCount(layout) {
        let partition = try StripPartition(layout, strips: strips)
        for index in 0..<strips {
          let strip = Strip(partition, index: index)
          for edge in layout.edges where edge.pre != 0 {
            check(edge.preRows(of: strip.ownedRows(edge.post), in: layout), of: edge.pre, on: strip)
            check(edge.postRows(of: strip.ownedRows(edge.pre), in: layout), of: edge.post, on: strip)
          }
        }
      }
    }
  }

  private func check(_ rows: Range<Int>, of layer: Int, on strip: Strip) {
    let partition = strip.partition
    let own = strip.ownedRows(layer)
    let plane = strip.plane(layer)
    for row in rows {
      let comes = (0..<partition.strips).contains { partition.copiedStates(layer, from: $0, to: strip.index).contains(row) }
      let exists = (0..<partition.layout.shape(layer).rows).contains(row)
      #expect(own.contains(row) || comes || !exists)
      #expect(row - own.lowerBound >= -plane.rowsAbove && row - own.lowerBound < plane.rows + plane.rowsBelow)
    }
  }

  /// A strip of the pyramid sends each neighbour one row of every layer's states, or as many as are read by a tile of two rows that
  /// the cut divides, and one of the arg-max of every convolution above the first, and the read-out's rows to all: nothing else.
  @Test func trafficIsTheBoundary() throws {
    let layout = try Self.pyramid()
    let plan = RowPlan(try StripPartition(layout, strips: 2), order: .checkerboard)
    // conv4 has one row a strip, both of one tile that reads all of conv3; the read-out reads it whole, and so do its neighbours.
    let states = 16 * 32 + 8 * 64 + 2 * 4 * 128 + 2 * 128
    let argMax = 8 * 64 + 4 * 128 + 2 * 128
    for strip in 0..<2 {
      #expect(plan.traffic(from: strip) == (2, 4 * states + argMax))
    }
    let quarters = RowPlan(try StripPartition(layout, strips: 4), order: .checkerboard)
    // Of conv3's four rows the first and second are one tile, for which strip 1 reads both of strip 0's rows of conv2. conv4's two rows
    // lie on strips 1 and 3, which both read all of conv3.
    #expect(quarters.traffic(from: 0).bytesPerSample == 4 * (16 * 32 + 2 * 8 * 64 + 2 * 4 * 128) + 8 * 64 + 4 * 128)
  }

  /// A network of one strip sends nothing.
  @Test func oneStripIsTheWhole() throws {
    for layout in try Self.layouts() {
      let strip = Strip(whole: layout)
      #expect(RowPlan(strip.partition, order: .synchronous).traffic(from: 0) == (0, 0))
      for layer in 1...layout.layers.count { #expect(strip.plane(layer) == layout.shape(layer)) }
      #expect(strip.partition.subtrees(of: 0) == [0..<16])
    }
  }
}

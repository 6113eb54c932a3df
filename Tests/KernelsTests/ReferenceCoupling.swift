@testable import Kernels

/// A coupling as its definition reads: plain loops in double precision over one sample, in the order channels, rows, columns.
struct ReferenceCoupling {
  enum Pooling: Sendable { case none, max, average }

  let pre: ImageShape
  let postChannels: Int
  let kernelRows: Int
  let kernelColumns: Int
  let stride: Int
  let padding: Int
  let pooling: Pooling
  let window: Int
  /// In the order post channel, kernel row, kernel column, pre channel; no padding.
  var weights: [Double]

  /// The convolution before pooling.
  var convolved: ImageShape {
    ImageShape(
      channels: postChannels, rows: (pre.rows + 2 * padding - kernelRows) / stride + 1,
      columns: (pre.columns + 2 * padding - kernelColumns) / stride + 1)
  }

  var post: ImageShape {
    ImageShape(channels: postChannels, rows: convolved.rows / window, columns: convolved.columns / window)
  }

  var weightCount: Int { postChannels * kernelRows * kernelColumns * pre.channels }

  /// `P(w ⋆ s)`, and for each output the place in its window of the first greatest.
  func drive(_ spins: [Double]) -> (values: [Double], argMax: [Int]) {
    var plane = Array(repeating: 0.0, count: convolved.size)
    forEachTerm { weight, input, output in plane[output] += weights[weight] * spins[input] }
    var values: [Double] = []
    var argMax: [Int] = []
    for index in 0..<post.size {
      let members = self.members(of: index).map { plane[$0] }
      let greatest = members.max()!
      argMax.append(members.firstIndex(of: greatest)!)
      values.append(pooling == .average ? members.reduce(0, +) / Double(members.count) : greatest)
    }
    return (values, argMax)
  }

  /// `wᵀ ⋆ P⁻¹(y)`.
  func topDown(_ spins: [Double], argMax: [Int]) -> [Double] {
    let plane = unpooled(spins, argMax: argMax)
    var field = Array(repeating: 0.0, count: pre.size)
    forEachTerm { weight, input, output in field[input] += weights[weight] * plane[output] }
    return field
  }

  /// The derivative of `⟨P(w ⋆ s), y⟩` by the weights.
  func gradient(pre spins: [Double], post: [Double], argMax: [Int]) -> [Double] {
    let plane = unpooled(post, argMax: argMax)
    var gradient = Array(repeating: 0.0, count: weightCount)
    forEachTerm { weight, input, output in gradient[weight] += spins[input] * plane[output] }
    return gradient
  }

  private func unpooled(_ spins: [Double], argMax: [Int]) -> [Double] {
    var plane = Array(repeating: 0.0, count: convolved.size)
    for index in 0..<post.size {
      let members = self.members(of: index)
      switch pooling {
      case .average: for member in members { plane[member] = spins[index] / Double(members.count) }
      case .max, .none: plane[members[argMax[index]]] = spins[index]
      }
    }
    return plane
  }

  /// The places in the convolution that one output pools, row by row.
  private func members(of output: Int) -> [Int] {
    let (channel, pixel) = output.quotientAndRemainder(dividingBy: post.planeSize)
    let (row, column) = pixel.quotientAndRemainder(dividingBy: post.columns)
    return (0..<window * window).map {
      (channel * convolved.rows + row * window + $0 / window) * convolved.columns + column * window + $0 % window
    }
  }

  private func forEachTerm(_ body: (_ weight: Int, _ input: Int, _ output: Int) -> Void) {
    for channel in 0..<postChannels {
      for row in 0..<convolved.rows {
        for column in 0..<convolved.columns {
          let output = (channel * convolved.rows + row) * convolved.columns + column
          for tap in 0..<kernelRows * kernelColumns {
            let preRow = row * stride - padding + tap / kernelColumns
            let preColumn = column * stride - padding + tap % kernelColumns
            guard (0..<pre.rows).contains(preRow), (0..<pre.columns).contains(preColumn) else { continue }
            for preChannel in 0..<pre.channels {
              body(
                (channel * kernelRows * kernelColumns + tap) * pre.channels + preChannel,
                (preChannel * pre.rows + preRow) * pre.columns + preColumn, output)
            }
          }
        }
      }
    }
  }
}

import Kernels

extension LabelledImages {
  /// The same images with fewer pixels: each is the mean over the area that it covers.
  ///
  /// - Parameter rows, columns: at most as many as there are.
  func resized(rows: Int, columns: Int) throws -> LabelledImages {
    guard rows != shape.rows || columns != shape.columns else { return self }
    let target = ImageShape(channels: shape.channels, rows: rows, columns: columns)
    guard count > 0 else { return LabelledImages(noneOf: target, classes: classes) }
    let vertical = Self.shares(from: shape.rows, to: rows)
    let horizontal = Self.shares(from: shape.columns, to: columns)
    var result: [UInt8] = []
    result.reserveCapacity(count * target.size)
    for plane in 0..<count * shape.channels {
      let start = plane * shape.planeSize
      for row in vertical {
        for column in horizontal {
          var sum = 0.0
          for (source, height) in row {
            for (place, width) in column { sum += height * width * Double(pixels[start + source * shape.columns + place]) }
          }
          result.append(UInt8(sum.rounded()))
        }
      }
    }
    return try LabelledImages(shape: target, classes: classes, pixels: result, labels: labels, source: "resized images")
  }

  /// For each of `target` stretches of equal length, the pixels that it covers, each with its share of the stretch.
  private static func shares(from source: Int, to target: Int) -> [[(pixel: Int, share: Double)]] {
    let length = Double(source) / Double(target)
    return (0..<target).map { index in
      let (start, end) = (Double(index) * length, Double(index + 1) * length)
      return (Int(start)..<min(source, Int(end.rounded(.up)))).compactMap { pixel in
        let covered = min(end, Double(pixel + 1)) - max(start, Double(pixel))
        return covered > 0 ? (pixel, covered / length) : nil
      }
    }
  }
}

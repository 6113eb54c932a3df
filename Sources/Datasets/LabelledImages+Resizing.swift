import Kernels

extension LabelledImages {
  /// The same images with another number of pixels. Where there are to be fewer, each is the mean over the area that it covers; where
  /// there are to be more, the image stands in the middle and zeros around it.
  func resized(rows: Int, columns: Int) throws -> LabelledImages {
    guard rows != shape.rows || columns != shape.columns else { return self }
    let target = ImageShape(channels: shape.channels, rows: rows, columns: columns)
    guard count > 0 else { return LabelledImages(noneOf: target, classes: classes) }
    let resizing = Resizing(from: (shape.rows, shape.columns), to: (rows, columns))
    let store =
      switch pixelType {
      case .byte:
        ByteStore(
          resizing.planes(count * shape.channels) {
            Double(pixels[$0])
          } pixel: {
            UInt8($0.rounded())
          })
      case .float:
        ByteStore(
          floats: resizing.planes(count * shape.channels) {
            Double(pixels.float($0))
          } pixel: {
            Float($0)
          })
      }
    return try LabelledImages(
      shape: target, classes: classes, pixels: store, pixelType: pixelType, labels: labels, targets: targets,
      source: "resized images")
  }
}

/// Planes of pixels brought to another size: averaged down, or framed in zeros.
struct Resizing {
  private let source: (rows: Int, columns: Int)
  private let vertical: [[(pixel: Int, share: Double)]]
  private let horizontal: [[(pixel: Int, share: Double)]]

  init(from source: (rows: Int, columns: Int), to target: (rows: Int, columns: Int)) {
    self.source = source
    vertical = Self.shares(from: source.rows, to: target.rows)
    horizontal = Self.shares(from: source.columns, to: target.columns)
  }

  /// Planes that lie one after the other.
  ///
  /// - Parameters:
  ///   - value: of a pixel, by its place.
  ///   - pixel: makes one of a value.
  func planes<Pixel>(_ count: Int, value: (Int) -> Double, pixel: (Double) -> Pixel) -> [Pixel] {
    var result: [Pixel] = []
    result.reserveCapacity(count * vertical.count * horizontal.count)
    for plane in 0..<count {
      let start = plane * source.rows * source.columns
      for row in vertical {
        for column in horizontal {
          var sum = 0.0
          for (source, height) in row {
            for (place, width) in column { sum += height * width * value(start + source * self.source.columns + place) }
          }
          result.append(pixel(sum))
        }
      }
    }
    return result
  }

  /// For each of `target` stretches of equal length, the pixels that it covers, each with its share of the stretch. Where there are more
  /// stretches than pixels, those in the middle are a pixel each, and the others empty.
  private static func shares(from source: Int, to target: Int) -> [[(pixel: Int, share: Double)]] {
    if target > source {
      let first = (target - source) / 2
      return (0..<target).map { (first..<first + source).contains($0) ? [($0 - first, 1)] : [] }
    }
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

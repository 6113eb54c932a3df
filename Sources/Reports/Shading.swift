/// Numbers as colours.
enum Shading {
  /// 0 white, 1 dark blue; beyond it stays.
  static func sequential(_ value: Float) -> (UInt8, UInt8, UInt8) {
    mixed((255, 255, 255), (8, 48, 107), by: value)
  }

  /// −1 blue, 0 white, 1 red.
  static func diverging(_ value: Float) -> (UInt8, UInt8, UInt8) {
    value < 0 ? mixed((255, 255, 255), (33, 82, 172), by: -value) : mixed((255, 255, 255), (178, 24, 43), by: value)
  }

  private static func mixed(_ from: (Float, Float, Float), _ to: (Float, Float, Float), by share: Float) -> (UInt8, UInt8, UInt8)
  {
    let share = share.isFinite ? min(max(share, 0), 1) : 0
    func mix(_ from: Float, _ to: Float) -> UInt8 { UInt8(from + (to - from) * share) }
    return (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
  }

  /// One plane of numbers, divided by `scale`.
  static func plane(
    _ values: ArraySlice<Float>, rows: Int, columns: Int, scale: Float, by colour: (Float) -> (UInt8, UInt8, UInt8)
  ) -> Picture {
    var picture = Picture(width: columns, height: rows)
    for (index, value) in values.enumerated() {
      picture.set(row: index / columns, column: index % columns, to: colour(value / scale))
    }
    return picture
  }

  /// Three planes one after the other as red, green and blue; `level` says what is black (0) and what is full (1).
  static func colours(_ values: ArraySlice<Float>, rows: Int, columns: Int, level: (Float) -> Float) -> Picture {
    var picture = Picture(width: columns, height: rows)
    let size = rows * columns
    func byte(_ place: Int) -> UInt8 { UInt8(255 * min(max(level(values[values.startIndex + place]), 0), 1)) }
    for place in 0..<size {
      picture.set(row: place / columns, column: place % columns, to: (byte(place), byte(size + place), byte(2 * size + place)))
    }
    return picture
  }
}

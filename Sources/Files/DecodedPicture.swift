import CPNG
import CTurboJPEG

/// A picture in memory: bytes of one channel (grey) or three (red, green, blue), plane after plane.
package struct DecodedPicture: Equatable {
  package let rows: Int
  package let columns: Int
  package let channels: Int
  package let planes: [UInt8]

  /// The endings of files that can be read.
  package static let endings = ["png", "jpg", "jpeg"]

  private static let greatestSide = 1 << 15
  private static let greatestPixels = 1 << 28
  private static let greatestFile = 1 << 30

  /// Reads a PNG or JPEG file, by its content.
  ///
  /// Transparent pixels are seen on black. Grey becomes three equal channels and colour becomes its brightness where `channels` asks for it.
  ///
  /// - Parameter channels: 1 or 3; those of the file if `nil`.
  /// - Throws: `FileError` with the library's words where the file is damaged or of another kind.
  package init(contentsOf path: String, channels: Int? = nil) throws {
    let bytes = try FileBytes.read(path, atMost: Self.greatestFile)
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      self = try Self.png(bytes, channels: channels, path: path)
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = try Self.jpeg(bytes, channels: channels, path: path)
    } else {
      throw FileError(path: path, reason: "is neither a PNG nor a JPEG file")
    }
  }

  private init(rows: Int, columns: Int, channels: Int, interleaved: [UInt8]) {
    (self.rows, self.columns, self.channels) = (rows, columns, channels)
    guard channels > 1 else {
      planes = interleaved
      return
    }
    var planes = [UInt8](repeating: 0, count: interleaved.count)
    for channel in 0..<channels {
      for pixel in 0..<rows * columns { planes[channel * rows * columns + pixel] = interleaved[pixel * channels + channel] }
    }
    self.planes = planes
  }

  private static func requireSize(_ rows: Int, _ columns: Int, path: String) throws {
    guard (1...greatestSide).contains(rows), (1...greatestSide).contains(columns), rows * columns <= greatestPixels else {
      throw FileError(
        path: path, reason: "has \(rows)×\(columns) pixels, expected 1 to \(greatestSide) a side and at most \(greatestPixels)")
    }
  }

  private static func png(_ bytes: [UInt8], channels: Int?, path: String) throws -> DecodedPicture {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    func failure() -> FileError {
      let message = withMessage(of: image)
      return FileError(path: path, reason: "is not a complete PNG file: \(message)")
    }
    guard png_image_begin_read_from_memory(&image, bytes, bytes.count) != 0 else { throw failure() }
    let (rows, columns) = (Int(image.height), Int(image.width))
    try requireSize(rows, columns, path: path)
    // A byte of a deflated stream stands for 1032 at most (zlib, "Technical details"), and one of those for 8 pixels.
    guard rows * columns <= 8 * 1032 * bytes.count else {
      throw FileError(
        path: path, reason: "is not a complete PNG file: \(bytes.count) bytes cannot hold \(rows)×\(columns) pixels")
    }
    let colour = UInt32(PNG_FORMAT_FLAG_COLOR)
    let channels = channels ?? (image.format & colour == 0 ? 1 : 3)
    // Without a flag for transparency, libpng puts the picture upon what the memory holds: black.
    image.format = channels == 1 ? 0 : colour
    var content = [UInt8](repeating: 0, count: rows * columns * channels)
    guard png_image_finish_read(&image, nil, &content, 0, nil) != 0 else { throw failure() }
    return DecodedPicture(rows: rows, columns: columns, channels: channels, interleaved: content)
  }

  /// libpng's own words, from an array of C characters.
  private static func withMessage(of image: png_image) -> String {
    let characters = Mirror(reflecting: image.message).children.compactMap { $0.value as? CChar }
    return String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func jpeg(_ bytes: [UInt8], channels: Int?, path: String) throws -> DecodedPicture {
    guard let decoder = tjInitDecompress() else { throw FileError(path: path, reason: "no memory to read a JPEG file") }
    defer { tjDestroy(decoder) }
    func failure() -> FileError {
      FileError(path: path, reason: "is not a complete JPEG file: \(String(cString: tjGetErrorStr2(decoder)))")
    }
    var (columns, rows, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    guard tjDecompressHeader3(decoder, bytes, UInt(bytes.count), &columns, &rows, &subsampling, &colours) == 0 else {
      throw failure()
    }
    try requireSize(Int(rows), Int(columns), path: path)
    // Each block of 8×8 takes a bit or more in every component, and components stand for 16 blocks of the picture at most.
    guard Int(rows) * Int(columns) <= 1024 * bytes.count else {
      throw FileError(
        path: path, reason: "is not a complete JPEG file: \(bytes.count) bytes cannot hold \(rows)×\(columns) pixels")
    }
    let channels = channels ?? (colours == TJCS_GRAY.rawValue.signed ? 1 : 3)
    var content = [UInt8](repeating: 0, count: Int(rows) * Int(columns) * channels)
    let format = channels == 1 ? TJPF_GRAY : TJPF_RGB
    // The exact transforms, so that the same file gives the same bytes with every version of the library.
    let flags = TJFLAG_ACCURATEDCT
    let code = tjDecompress2(decoder, bytes, UInt(bytes.count), &content, columns, 0, rows, format.rawValue.signed, flags)
    // Cameras write much that is not quite right and harms nothing; an end in the middle is no such thing.
    let isWarning = tjGetErrorCode(decoder) == TJERR_WARNING.rawValue.signed
    guard code == 0 || (isWarning && !String(cString: tjGetErrorStr2(decoder)).contains("Premature")) else { throw failure() }
    return DecodedPicture(rows: Int(rows), columns: Int(columns), channels: channels, interleaved: content)
  }
}

extension FixedWidthInteger {
  /// C's enumerations are unsigned in Swift; its functions take them as `int`.
  fileprivate var signed: Int32 { Int32(truncatingIfNeeded: self) }
}

import Files
import Foundation
import Kernels

/// A folder that holds a folder of PNG and JPEG pictures for each class.
struct PictureFolder {
  private let path: String
  /// In the order of the class's name and then of the file's.
  private let pictures: [(file: String, label: String)]

  /// - Parameter isLabelled: whether the pictures lie in folders of their classes; without, those in the folder itself count too.
  /// - Throws: `DatasetError` where there are no pictures in folders.
  init(_ path: String, isLabelled: Bool = true) throws {
    self.path = path
    func names(in folder: String) throws -> [String] {
      do {
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
          .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      } catch {
        throw DatasetError.unreadable(file: folder, reason: FileError.reason(error))
      }
    }
    let loose =
      try isLabelled
      ? []
      : names(in: path).filter { Self.isPicture($0) && !UserPath.isFolder("\(path)/\($0)") }.map {
        (file: "\(path)/\($0)", label: "")
      }
    pictures =
      try loose
      + names(in: path).filter { UserPath.isFolder("\(path)/\($0)") }.flatMap { label in
        try names(in: "\(path)/\(label)").filter(Self.isPicture).map { (file: "\(path)/\(label)/\($0)", label: label) }
      }
    guard !pictures.isEmpty else {
      throw DatasetError.malformed(
        file: path, place: "the folder",
        reason:
          "expected a folder for each class with pictures in it (\(DecodedPicture.endings.joined(separator: ", "))), found none")
    }
  }

  private static func isPicture(_ name: String) -> Bool {
    let lower = name.lowercased()
    return DecodedPicture.endings.contains { lower.hasSuffix(".\($0)") }
  }

  private func labels(_ settings: FilesSettings) -> OwnLabels {
    guard settings.isLabelled else { return .none(pictures.count, settings, source: path) }
    let files = pictures.map(\.file)
    return OwnLabels(words: pictures.map(\.label), source: path) { files.indices.contains($0) ? files[$0] : "picture \($0)" }
  }

  /// The first picture decides about channels and size.
  func survey(_ settings: FilesSettings) throws -> OwnImages {
    let picture = try Self.picture(pictures[0].file, channels: settings.shape?.channels)
    let shape = ImageShape(channels: picture.channels, rows: picture.rows, columns: picture.columns)
    return OwnImages(shape: settings.shape ?? shape, values: .none, labels: labels(settings), source: path)
  }

  /// - Parameter size: to which each picture is brought; those of another size are refused if `nil`.
  func read(_ settings: FilesSettings, size: ImageSize?) throws -> OwnImages {
    var shape = try survey(settings).shape
    if let size { shape = ImageShape(channels: shape.channels, rows: size.rows, columns: size.columns) }
    let bytes = pictures.count.multipliedReportingOverflow(by: shape.size)
    guard !bytes.overflow, bytes.partialValue <= OwnFile.greatestSize else {
      throw DatasetError.malformed(
        file: path, place: "the folder",
        reason:
          "\(pictures.count) pictures of \(shape) take more memory than a file may; reduce them with data.size")
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(bytes.partialValue)
    for (file, _) in pictures {
      let picture = try Self.picture(file, channels: shape.channels)
      let extents = (rows: picture.rows, columns: picture.columns)
      if extents == (shape.rows, shape.columns) {
        pixels += picture.planes
      } else {
        guard let size else {
          throw DatasetError.malformed(
            file: file, place: "the picture",
            reason: "\(extents.rows)×\(extents.columns) pixels, expected \(shape.rows)×\(shape.columns) as in the first one; "
              + "data.size brings all to one size")
        }
        pixels += Resizing(from: extents, to: (size.rows, size.columns)).planes(shape.channels) {
          Double(picture.planes[$0])
        } pixel: {
          UInt8($0.rounded())
        }
      }
    }
    return OwnImages(shape: shape, values: .bytes(pixels), labels: labels(settings), source: path)
  }

  private static func picture(_ file: String, channels: Int?) throws -> DecodedPicture {
    do {
      return try DecodedPicture(contentsOf: file, channels: channels)
    } catch let error as FileError {
      throw DatasetError.malformed(file: error.path, place: "the picture", reason: error.reason)
    }
  }
}

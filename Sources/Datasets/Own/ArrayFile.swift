import Files
import Kernels

/// Arrays of images and labels: `.npz`, `.npy`, `.safetensors` and idx files.
struct ArrayFile {
  let path: String
  private let names: [String]

  /// What people call them, in the order in which they are looked for; `#` stands for the part.
  private static let usualImages = ["x_#", "X_#", "#_x", "#_X", "#_images", "images_#", "#_data"]
  private static let usualLabels = ["y_#", "Y_#", "#_y", "#_Y", "#_labels", "labels_#", "#_targets"]
  private static let plainImages = ["x", "X", "images", "data", "features", "inputs", "arr_0"]
  private static let plainLabels = ["y", "Y", "labels", "label", "targets", "target", "arr_1"]

  private enum Form { case npz, npy, safetensors, idx }
  private let form: Form

  /// - Throws: `FileError`.
  init(_ path: String) throws {
    self.path = path
    let start = try OwnFile.start(of: path, bytes: 8)
    if ZipArchive.begins(start) {
      (form, names) = (.npz, try NumpyArchive.names(in: path))
    } else if NumpyArray.begins(start) {
      (form, names) = (.npy, [])
    } else if IdxArray.begins(start) {
      (form, names) = (.idx, [])
    } else {
      (form, names) = (.safetensors, try TensorFile(contentsOf: path).tensors.keys.sorted())
    }
  }

  /// Whether it is a `.npy` or idx file, whose only array has no name.
  var holdsOneArray: Bool { form == .npy || form == .idx }

  /// Whether there are arrays whose names say that they are the test part.
  func holdsTest(_ settings: FilesSettings) -> Bool {
    settings.images == nil && Self.candidates(.test, Self.usualImages, [], settings).contains(where: names.contains)
  }

  /// - Parameter labelPath: a file for the labels alone.
  func images(_ part: DatasetPart, _ settings: FilesSettings, labels labelPath: String?) throws -> OwnImages {
    let (tensor, imageName) = try array(
      settings.images,
      among: [settings.trainedImages].compactMap(\.self) + Self.candidates(part, Self.usualImages, Self.plainImages, settings),
      key: "files.images", what: "images", settings)
    let shape = try Self.shape(of: tensor, wanted: settings.shape, path: path)
    var targets: OwnTargets?
    let labels: OwnLabels
    if !settings.isLabelled {
      labels = .none(tensor.shape[0], settings, source: path)
    } else if settings.predictsNumbers, labelPath != nil || !holdsOneArray {
      let read = try labelPath.map { try Self.targets(in: $0, part, settings) } ?? self.targets(part, settings, beside: imageName)
      targets = try read.checked(images: tensor.shape[0], names: settings.classNames, of: path)
      labels = .none(tensor.shape[0], settings, source: path)
    } else if let labelPath {
      labels = try Self.labels(in: labelPath, part, settings)
    } else if holdsOneArray {
      throw DatasetError.setting(
        key: "files.\(part.rawValue)Labels",
        reason: "\(path) holds images alone; name the file of their \(settings.predictsNumbers ? "targets" : "labels") here")
    } else {
      let (tensor, name) = try array(
        settings.labels, among: Self.candidates(part, Self.usualLabels, Self.plainLabels, settings), key: "files.labels",
        what: "labels", settings, beside: imageName)
      labels = try Self.labels(of: tensor, source: "\(path): array `\(name)`")
    }
    guard labels.words.count == tensor.shape.first ?? 0 else {
      throw DatasetError.malformed(
        file: labels.source, place: "record \(labels.words.count)",
        reason: "\(labels.words.count) labels for \(tensor.shape.first ?? 0) images in \(path)")
    }
    return OwnImages(
      shape: shape.shape, values: try values(of: tensor, shape), labels: labels, targets: targets, source: path)
  }

  private static func candidates(
    _ part: DatasetPart, _ usual: [String], _ plain: [String], _ settings: FilesSettings
  ) -> [String] {
    func named(_ part: DatasetPart) -> [String] { usual.map { $0.replacing("#", with: part.rawValue) } }
    return named(part) + plain + (settings.takesAnyName ? named(part == .test ? .train : .test) : [])
  }

  /// The array that is wanted, the first of the candidates, or, where any name will do, the only one that is left.
  ///
  /// - Parameter other: an array that is something else.
  func array(
    _ wanted: String?, among candidates: [String], key: String, what: String, _ settings: FilesSettings,
    beside other: String? = nil
  ) throws -> (Tensor, String) {
    func read(_ name: String) throws -> Tensor? {
      switch form {
      case .npz: return try NumpyArchive.read(path, names: [name], atMost: OwnFile.greatestSize)[name]
      case .safetensors: return try TensorFile(contentsOf: path).tensors[name]
      case .npy, .idx: return nil
      }
    }
    if holdsOneArray { return (try single(), "") }
    let left = names.filter { $0 != other }
    let any = settings.takesAnyName && left.count == 1 ? left[0] : nil
    if let name = wanted ?? candidates.first(where: left.contains) ?? any, let tensor = try read(name) { return (tensor, name) }
    let hint =
      settings.takesAnyName
      ? "\(what == "images" ? "--array" : "--label-array") names the array of \(what)" : "data.\(key) names the array"
    let list = names.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
    throw DatasetError.malformed(
      file: path, place: wanted.map { "array `\($0)`" } ?? "the \(what)",
      reason: "there is none; the file has \(names.isEmpty ? "no arrays" : list), and \(hint)")
  }

  /// The array of a `.npy` or idx file, which may be gzipped.
  func single() throws -> Tensor {
    let content = try OwnFile.content(of: path)
    do {
      return try IdxArray.begins(content) ? IdxArray.tensor(content) : NumpyArray.tensor(content)
    } catch let error as TensorError {
      throw FileError(path: path, reason: error.description)
    }
  }

  /// Labels in a file of their own, an array or a table.
  static func labels(in path: String, _ part: DatasetPart, _ settings: FilesSettings) throws -> OwnLabels {
    if try OwnFile.isTable(path) { return try TableFile(path, labels: settings.labels).labels(settings) }
    let file = try ArrayFile(path)
    let (tensor, name) = try file.array(
      settings.labels, among: candidates(part, usualLabels, plainLabels + plainImages, settings), key: "files.labels",
      what: "labels", settings)
    return try labels(of: tensor, source: name.isEmpty ? path : "\(path): array `\(name)`")
  }

  /// A vector of whole numbers, or a matrix with a single 1 in each row.
  private static func labels(of tensor: Tensor, source: String) throws -> OwnLabels {
    func failure(_ place: String, _ reason: String) -> DatasetError { .malformed(file: source, place: place, reason: reason) }
    let numbers: [Float]
    do { numbers = try tensor.numbers() } catch let error as TensorError { throw failure("the labels", "\(error)") }
    let isEmpty = tensor.shape.isEmpty || tensor.shape.contains(0)
    let width = isEmpty ? 0 : tensor.shape.dropFirst().reduce(1, *)
    guard width >= 1 else {
      throw failure("the labels", "of shape \(tensor.shape), expected one an image")
    }
    guard width > 1 else {
      return OwnLabels(
        words: try numbers.enumerated().map { record, number in
          guard let label = Int(exactly: number), abs(number) <= 0x1p24 else {
            throw failure(
              "record \(record)",
              "the label \(number), expected a whole number: that of a class; data.files.targets is for numbers to predict")
          }
          return String(label)
        }, source: source)
    }
    return OwnLabels(
      words: try (0..<tensor.shape[0]).map { record in
        let row = numbers[record * width..<(record + 1) * width]
        guard row.count(where: { $0 == 1 }) == 1, row.count(where: { $0 == 0 }) == width - 1, let one = row.firstIndex(of: 1)
        else {
          throw failure("record \(record)", "\(width) numbers, expected a single 1 among zeros, or one label an image")
        }
        return String(one - row.startIndex)
      }, source: source)
  }

  /// Where rows, columns and channels are in an array.
  private struct Arrangement {
    let shape: ImageShape
    let isChannelsLast: Bool
  }

  /// `[N, H, W]`, `[N, C, H, W]`, `[N, H, W, C]`, or `[N, F]`: as many channels of one pixel, unless a shape is wanted.
  private static func shape(of tensor: Tensor, wanted: ImageShape?, path: String) throws -> Arrangement {
    let extents = Array(tensor.shape.dropFirst())
    func failure(_ reason: String) -> DatasetError { .malformed(file: path, place: "the images", reason: reason) }
    guard let count = tensor.shape.first, count >= 1, extents.count <= 3, extents.allSatisfy({ $0 >= 1 }) else {
      throw failure("of shape \(tensor.shape), expected [images, …] with one to three extents of an image")
    }
    let depths = [1, 3, 4]
    var found: Arrangement
    switch extents.count {
    case 0: found = Arrangement(shape: ImageShape(channels: 1, rows: 1, columns: 1), isChannelsLast: false)
    case 1: found = Arrangement(shape: ImageShape(channels: extents[0], rows: 1, columns: 1), isChannelsLast: false)
    case 2: found = Arrangement(shape: ImageShape(channels: 1, rows: extents[0], columns: extents[1]), isChannelsLast: false)
    default:
      let first = ImageShape(channels: extents[0], rows: extents[1], columns: extents[2])
      let last = ImageShape(channels: extents[2], rows: extents[0], columns: extents[1])
      let isLast = wanted.map { $0 == last && $0 != first } ?? (depths.contains(extents[2]) && !depths.contains(extents[0]))
      found = Arrangement(shape: isLast ? last : first, isChannelsLast: isLast)
    }
    if let wanted, wanted != found.shape {
      guard extents.count < 3, wanted.size == found.shape.size else {
        throw failure("of \(extents.map(String.init).joined(separator: "×")), expected \(wanted), the shape of data.files.shape")
      }
      found = Arrangement(shape: wanted, isChannelsLast: false)
    }
    guard found.shape.channels <= 65_536, found.shape.rows <= 4096, found.shape.columns <= 4096 else {
      throw failure("of \(found.shape), expected at most 65,536 channels of 4096×4096 pixels")
    }
    return found
  }

  private func values(of tensor: Tensor, _ arrangement: Arrangement) throws -> OwnImages.Values {
    if tensor.type == .uint8 { return .bytes(Self.planes(tensor.bytes, arrangement)) }
    let numbers: [Float]
    do { numbers = try tensor.numbers() } catch let error as TensorError {
      throw DatasetError.malformed(file: path, place: "the images", reason: "\(error)")
    }
    if let place = numbers.firstIndex(where: { !$0.isFinite }) {
      let size = arrangement.shape.size
      throw DatasetError.malformed(
        file: path, place: "record \(place / size), number \(place % size)",
        reason: "found \(numbers[place]), expected a finite number")
    }
    return .numbers(Self.planes(numbers, arrangement))
  }

  /// Channels from innermost to outermost.
  private static func planes<Pixel>(_ pixels: [Pixel], _ arrangement: Arrangement) -> [Pixel] {
    let shape = arrangement.shape
    guard arrangement.isChannelsLast, shape.channels > 1 else { return pixels }
    var result = pixels
    for image in 0..<pixels.count / shape.size {
      let start = image * shape.size
      for channel in 0..<shape.channels {
        for pixel in 0..<shape.planeSize {
          result[start + channel * shape.planeSize + pixel] = pixels[start + pixel * shape.channels + channel]
        }
      }
    }
    return result
  }
}

import Kernels
import MPI
import Parallel

/// A data set in memory.
public struct Dataset: Sendable {
  /// The name by which a configuration asks for it.
  public let name: DatasetName
  /// Of every image.
  public let shape: ImageShape
  /// The number of classes, labels being 0 … `classes` − 1; or how many numbers are predicted of each image.
  public let classes: Int
  /// One a class, in the order of the labels, or one a number.
  public let classNames: [String]
  /// The folder that it was read from; nil for a synthetic one.
  public let folder: String?
  /// Empty if not asked for.
  public let train: LabelledImages
  /// Empty if not asked for. It chooses nothing: what is held out for choices comes from `train`, see `TrainingSplit`.
  public let test: LabelledImages

  /// A data set from images in memory: all of `shape`, labels below `classes`, one class name for each class.
  public init(
    name: DatasetName, shape: ImageShape, classes: Int, classNames: [String], folder: String?, train: LabelledImages,
    test: LabelledImages
  ) {
    (self.name, self.shape, self.classes, self.classNames) = (name, shape, classes, classNames)
    (self.folder, self.train, self.test) = (folder, train, test)
  }

  /// Finds and reads the data set of `settings`, or the `parts` of it that are needed.
  /// - Throws: `DatasetError`: nowhere found, unreadable, malformed, or impossible settings.
  public static func load(
    _ settings: DatasetSettings, parts: Set<DatasetPart> = Set(DatasetPart.allCases), search: DatasetSearch? = nil
  ) throws -> Dataset {
    try settings.validate()
    let description = settings.description
    let search = search ?? .standard(folder: settings.folder)
    let found = description.folders.isEmpty ? nil : try search.find(description, parts: parts)
    func part(_ part: DatasetPart) throws -> LabelledImages {
      guard parts.contains(part) else { return LabelledImages(noneOf: settings.shape, classes: description.classes) }
      let images = try (found?.reader ?? description.reader).read(
        part, folder: found?.folder ?? "", shape: description.shape, classes: settings.fileDescription.classes
      ).keeping(settings.only)
      return try settings.size.map { try images.resized(rows: $0.rows, columns: $0.columns) } ?? images
    }
    return Dataset(
      name: settings.name, shape: settings.shape, classes: description.classes, classNames: description.classNames,
      folder: found?.folder, train: try part(.train), test: try part(.test))
  }
}

/// Why a data set cannot be used. Every description is one message that names the thing, the place and what was expected.
public enum DatasetError: Error, Equatable, Sendable {
  /// No folder of the search path holds the data set. `looked` are the folders in order, each with what is wrong with it.
  case notFound(name: DatasetName, looked: [String], remedy: String)
  /// The file cannot be opened or read at all.
  case unreadable(file: String, reason: String)
  /// The file's content is not what its format says; `place` is a byte or a record.
  case malformed(file: String, place: String, reason: String)
  /// A setting is impossible; `key` is its name within the data settings.
  case setting(key: String, reason: String)
}

extension DatasetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFound(let name, let looked, let remedy):
      let list = looked.map { "\n  \($0)" }.joined()
      return "data set \(name.rawValue) not found; looked in:\(list)\n\(remedy)"
    case .unreadable(let file, let reason):
      return "\(file): cannot be read: \(reason)"
    case .malformed(let file, let place, let reason):
      return "\(file): \(place): \(reason)"
    case .setting(let key, let reason):
      return "data.\(key): \(reason)"
    }
  }
}

extension Dataset {
  /// Reads a data set once a node: the first rank of each node reads, and all its ranks hold one copy of the images between them.
  /// Collective.
  ///
  /// - Throws: `DatasetError`, on the rank that reads.
  package static func load(
    _ settings: DatasetSettings, parts: Set<DatasetPart> = Set(DatasetPart.allCases), over world: Communicator
  ) throws -> Dataset {
    try settings.validate()
    let node = try world.splitShared()
    guard node.size > 1 else { return try load(settings, parts: parts) }
    let own = node.rank == 0 ? try load(settings, parts: parts) : nil
    let folder = try node.broadcastVarying(Array((own?.folder ?? "").utf8), root: 0)
    let description = settings.description
    return Dataset(
      name: settings.name, shape: settings.shape, classes: description.classes, classNames: description.classNames,
      folder: folder.isEmpty ? nil : String(decoding: folder, as: UTF8.self),
      train: try (own?.train ?? LabelledImages(noneOf: settings.shape, classes: description.classes)).shared(over: node),
      test: try (own?.test ?? LabelledImages(noneOf: settings.shape, classes: description.classes)).shared(over: node))
  }
}

extension LabelledImages {
  /// Those of the node's first rank, on all its ranks. Collective.
  fileprivate func shared(over node: Communicator) throws -> LabelledImages {
    try LabelledImages(
      shape: shape, classes: classes, pixels: NodeBytes.share(pixels, over: node),
      pixelType: node.broadcast(pixelType == .byte, root: 0) ? .byte : .float, labels: node.broadcastVarying(labels, root: 0),
      targets: node.broadcastVarying(targets, root: 0), source: "shared memory")
  }
}

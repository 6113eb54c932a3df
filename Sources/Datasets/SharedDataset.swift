import MPI
import Parallel

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
      shape: shape, classes: classes, pixels: NodeBytes.share(pixels, over: node), labels: node.broadcastVarying(labels, root: 0),
      source: "shared memory")
  }
}

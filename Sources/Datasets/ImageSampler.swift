import Kernels
import Learning

/// Assembles batches: chosen images, augmented and normalised, in the order that the networks want.
///
/// What it writes for an image depends on (seed, epoch, image) alone, so ranks that share an `EpochOrder` may divide a batch in
/// any way. It holds no copy of the images. A value is immutable and may be used by several threads at once.
public struct ImageSampler: TrainingImages, Sendable {
  /// The whole part of the data set, of which `selection` names images.
  public let images: LabelledImages
  /// The images that may be asked for: index `i` of a batch is image `selection[i]`.
  public private(set) var selection: [Int]
  /// What is done to images at random; nil for evaluations.
  public let augmentation: Augmentation?

  /// The row of the first image among all rows of targets: images of numbers to predict have their row for a label.
  private let firstRow: Int
  private let seed: UInt64
  private let generator: Philox
  /// Of pixels that are numbers.
  private let normalisation: Normalisation
  /// Normalised value of every byte: `channel × 256 + byte`.
  private let table: [Float]
  private let padding: Int
  /// The source row of each row of a window: `window × rows + row`; −1 for black.
  private let sourceRows: [Int]
  /// The source column of each column: `(window × 2 + flip) × columns + column`; −1 for black.
  private let sourceColumns: [Int]

  /// - Parameters:
  ///   - selection: A part of the images, such as a `TrainingSplit`'s; nil for all. Every element is below `images.count`.
  ///   - augmentation: nil for none, as in evaluation.
  ///   - seed: Of the augmentation and of the order.
  ///   - firstRow: where there are numbers to predict, how many rows of them belong to other images before these.
  /// - Throws: `DatasetError.setting` if normalisation or augmentation do not fit the images' shape.
  public init(
    images: LabelledImages, selection: [Int]? = nil, normalisation: Normalisation, augmentation: Augmentation? = nil,
    seed: UInt64, firstRow: Int = 0
  ) throws {
    self.firstRow = firstRow
    let shape = images.shape
    try normalisation.validate(channels: shape.channels)
    try augmentation?.validate(for: shape)
    self.images = images
    self.selection = selection ?? Array(0..<images.count)
    self.augmentation = augmentation
    self.seed = seed
    generator = Philox(seed: seed, .augmentation)
    self.normalisation = normalisation
    table = normalisation.table()
    let crop = augmentation?.crop ?? Augmentation.Crop(padding: 0)
    padding = crop.padding
    sourceRows = (0...2 * crop.padding).flatMap { window in
      (0..<shape.rows).map { crop.mode.resolve($0 + window - crop.padding, extent: shape.rows) ?? -1 }
    }
    sourceColumns = (0...2 * crop.padding).flatMap { window in
      [false, true].flatMap { flip in
        (0..<shape.columns).map { column in
          let place = (flip ? shape.columns - 1 - column : column) + window - crop.padding
          return crop.mode.resolve(place, extent: shape.columns) ?? -1
        }
      }
    }
  }

  /// The same of all images, each at its place in the data set.
  package var unselected: ImageSampler {
    var sampler = self
    sampler.selection = Array(0..<images.count)
    return sampler
  }

  /// The number of images that may be asked for.
  public var count: Int { selection.count }

  /// Their labels, in order.
  public var labels: [Int] { selection.map { label(of: $0) } }

  /// Their numbers to predict, `images.classes` of each, in order; none where there are classes.
  public var targets: [Double] {
    guard !images.targets.isEmpty else { return [] }
    return selection.flatMap { images.targets[$0 * images.classes..<($0 + 1) * images.classes] }
  }

  private func label(of image: Int) -> Int { images.targets.isEmpty ? images.labels[image] : firstRow + image }

  /// All places in the selection, in the order of one epoch: see `EpochOrder`.
  public func order(epoch: Int) -> [Int] { EpochOrder(seed: seed, epoch: epoch, count: count).indices }

  /// Writes the images `indices` of the selection as they appear in `epoch`, one after the other.
  ///
  /// - Parameters:
  ///   - indices: Places in the selection, 0 to `count − 1`.
  ///   - pixels: Takes `indices.count` × rows × columns × channels values, channels innermost, from its first element on. It is
  ///     enlarged if it is shorter; elements beyond are left alone.
  ///   - labels: Takes `indices.count` labels in the same way.
  public func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int]) {
    let size = images.shape.size
    Self.enlarge(&pixels, to: indices.count * size, with: 0)
    Self.enlarge(&labels, to: indices.count, with: 0)
    for (place, index) in indices.enumerated() {
      let image = selection[index]
      let draw =
        augmentation?.draw(image: image, epoch: epoch, pixels: images.shape.planeSize, generator: generator)
        ?? AugmentationDraw(row: padding, column: padding, flip: false)
      labels[place] = label(of: image)
      switch images.pixelType {
      case .byte: write(image: image, draw, at: place * size, of: &pixels)
      case .float: writeNumbers(image: image, draw, at: place * size, of: &pixels)
      }
      if let hole = draw.hole { hide(around: hole, at: place * size, of: &pixels) }
    }
  }

  /// Writes zeros into the square around a pixel, as far as it lies within the image.
  private func hide(around pixel: Int, at start: Int, of pixels: inout [Float]) {
    let shape = images.shape
    let side = augmentation?.cutout ?? 0
    let (row, column) = pixel.quotientAndRemainder(dividingBy: shape.columns)
    let columns = max(column - side / 2, 0)..<min(column - side / 2 + side, shape.columns)
    for row in max(row - side / 2, 0)..<min(row - side / 2 + side, shape.rows) {
      let first = start + row * shape.columns * shape.channels
      for place in first + columns.lowerBound * shape.channels..<first + columns.upperBound * shape.channels { pixels[place] = 0 }
    }
  }

  /// Writes one image from channel planes to channels innermost.
  private func write(image: Int, _ draw: AugmentationDraw, at start: Int, of pixels: inout [Float]) {
    let shape = images.shape
    let rowStart = draw.row * shape.rows
    let columnStart = (2 * draw.column + (draw.flip ? 1 : 0)) * shape.columns
    let (source, values) = (images.pixels, table.span)
    let (rows, columns) = (sourceRows.span, sourceColumns.span)
    var target = pixels.mutableSpan
    var cursor = start
    for row in 0..<shape.rows {
      let sourceRow = rows[rowStart + row]
      for column in 0..<shape.columns {
        let sourceColumn = columns[columnStart + column]
        let black = sourceRow | sourceColumn < 0
        var byte = image * shape.size + sourceRow * shape.columns + sourceColumn
        for channel in 0..<shape.channels {
          target[cursor] = values[channel << 8 | (black ? 0 : Int(source[byte]))]
          cursor += 1
          byte += shape.planeSize
        }
      }
    }
  }

  /// The same of pixels that are numbers.
  private func writeNumbers(image: Int, _ draw: AugmentationDraw, at start: Int, of pixels: inout [Float]) {
    let shape = images.shape
    var cursor = start
    for row in 0..<shape.rows {
      let sourceRow = sourceRows[draw.row * shape.rows + row]
      for column in 0..<shape.columns {
        let sourceColumn = sourceColumns[(2 * draw.column + (draw.flip ? 1 : 0)) * shape.columns + column]
        for channel in 0..<shape.channels {
          let place = image * shape.size + channel * shape.planeSize + sourceRow * shape.columns + sourceColumn
          let value = sourceRow | sourceColumn < 0 ? 0 : images.pixels.float(place)
          pixels[cursor] = (value - normalisation.mean[channel]) / normalisation.deviation[channel]
          cursor += 1
        }
      }
    }
  }

  private static func enlarge<Element>(_ array: inout [Element], to count: Int, with filler: Element) {
    if array.count < count { array += repeatElement(filler, count: count - array.count) }
  }
}

/// The three sets of images that a run uses, ready to assemble batches.
public struct DatasetSamplers: Sendable {
  /// What is learned from: augmented.
  public let training: ImageSampler
  /// What choices are made by: held out of the training images, not augmented. It may be empty.
  public let validation: ImageSampler
  /// What is reported once: not augmented.
  public let test: ImageSampler
  /// Numbers to predict in the place of classes; `nil` where there are classes.
  public let targets: SampledTargets?

  /// - Parameter seed: Of the split, the augmentation and the order.
  /// - Throws: `DatasetError.setting` if the settings do not fit the data.
  public init(_ dataset: Dataset, settings: DatasetSettings, seed: UInt64) throws {
    let normalisation = settings.normalisation ?? settings.description.normalisation
    // Whoever asked for the test part alone has nothing to split.
    let split =
      try dataset.train.count == 0
      ? nil
      : TrainingSplit(
        labels: dataset.train.labels, validation: settings.validation, limit: settings.limit,
        limitPerClass: settings.limitPerClass, selection: settings.selection, seed: seed)
    training = try ImageSampler(
      images: dataset.train, selection: split?.training ?? [], normalisation: normalisation,
      augmentation: settings.augmentation, seed: seed)
    validation = try ImageSampler(
      images: dataset.train, selection: split?.validation ?? [], normalisation: normalisation, seed: seed)
    let tested = try settings.testPerClass.map {
      try TrainingSplit(labels: dataset.test.labels, testPerClass: $0, selection: settings.selection, seed: seed).training
    }
    test = try ImageSampler(
      images: dataset.test, selection: dataset.test.count == 0 ? nil : tested, normalisation: normalisation, seed: seed,
      firstRow: dataset.train.count)
    targets = settings.files.targetNormalisation.flatMap { scale in
      settings.predictsNumbers
        ? SampledTargets(
          values: dataset.train.targets + dataset.test.targets, trainingRows: dataset.train.count, scale: scale) : nil
    }
  }
}

/// The numbers of all images of a data set, which the samplers' labels are rows of.
public struct SampledTargets: Sendable {
  /// Row after row, in their own units: those of the training part, then those of the test part.
  public let values: [Double]
  /// How many rows belong to the training part.
  public let trainingRows: Int
  /// How they are normalised.
  public let scale: TargetScale
}

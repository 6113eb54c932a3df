/// The three sets of images that a run uses, ready to assemble batches.
public struct DatasetSamplers: Sendable {
  /// What is learned from: augmented.
  public let training: ImageSampler
  /// What choices are made by: held out of the training images, not augmented. It may be empty.
  public let validation: ImageSampler
  /// What is reported once: not augmented.
  public let test: ImageSampler

  /// - Parameter seed: Of the split and the augmentation.
  /// - Throws: `DatasetError.setting` if the settings do not fit the data.
  public init(_ dataset: Dataset, settings: DatasetSettings, seed: UInt64) throws {
    let normalisation = settings.normalisation ?? settings.description.normalisation
    // Whoever asked for the test part alone has nothing to split.
    let split =
      try dataset.train.count == 0
      ? nil
      : TrainingSplit(
        labels: dataset.train.labels, validation: settings.validation, limit: settings.limit,
        limitPerClass: settings.limitPerClass, seed: seed)
    training = try ImageSampler(
      images: dataset.train, selection: split?.training ?? [], normalisation: normalisation,
      augmentation: settings.augmentation, seed: seed)
    validation = try ImageSampler(
      images: dataset.train, selection: split?.validation ?? [], normalisation: normalisation, seed: seed)
    let tested = try settings.testPerClass.map {
      try TrainingSplit(labels: dataset.test.labels, testPerClass: $0, seed: seed).training
    }
    test = try ImageSampler(
      images: dataset.test, selection: dataset.test.count == 0 ? nil : tested, normalisation: normalisation, seed: seed)
  }
}

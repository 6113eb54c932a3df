import Kernels

/// Some classes of a data set, as `data.only` names them: labels are counted anew in their order.
extension DatasetDescription {
  /// The same data set with some of its classes alone; all if there are none.
  func keeping(_ only: [Int]) -> DatasetDescription {
    guard !only.isEmpty, only.allSatisfy(classNames.indices.contains) else { return self }
    return DatasetDescription(
      name: name, shape: shape, classes: only.count, classNames: only.map { classNames[$0] }, normalisation: normalisation,
      folders: folders, package: package, reader: reader, otherReaders: otherReaders)
  }

  /// - Throws: `DatasetError.setting` unless `only` names two or more different classes.
  func checkSelection(_ only: [Int]) throws {
    guard !only.isEmpty else { return }
    guard only.count > 1, Set(only).count == only.count, only.allSatisfy((0..<classes).contains) else {
      throw DatasetError.setting(
        key: "only", reason: "expected two or more different classes from 0 to \(classes - 1), found \(only)")
    }
  }
}

extension LabelledImages {
  /// The images of some classes, in their order, with labels that are counted anew; all if there are none.
  func keeping(_ only: [Int]) throws -> LabelledImages {
    guard !only.isEmpty else { return self }
    var numbers = [Int?](repeating: nil, count: classes)
    for (number, label) in only.enumerated() { numbers[label] = number }
    let kept = labels.indices.filter { numbers[labels[$0]] != nil }
    let size = shape.size * pixelType.size
    var bytes: [UInt8] = []
    bytes.reserveCapacity(kept.count * size)
    for image in kept { bytes += pixels[image * size..<(image + 1) * size] }
    return try LabelledImages(
      shape: shape, classes: only.count, pixels: ByteStore(bytes), pixelType: pixelType,
      labels: kept.compactMap { numbers[labels[$0]] },
      source: "images of the classes \(only)")
  }
}

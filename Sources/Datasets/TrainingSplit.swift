import Kernels

/// The training images divided into those that are learned from and those held out for validation.
///
/// Both are taken class by class in proportion (stratified): drawn from the seed alone, or by their place in the file. The validation
/// images are taken first, from the end of each class, so a limit on the training images does not change them.
public struct TrainingSplit: Equatable, Sendable {
  /// Images to learn from, in file order.
  public let training: [Int]
  /// Images held out, in file order; disjoint from `training`.
  public let validation: [Int]

  /// - Parameters:
  ///   - labels: The class of every image.
  ///   - validation: How many images to hold out.
  ///   - limit: At most how many of the others to keep; nil keeps them all.
  ///   - limitPerClass: How many of the others to keep of every class, instead of `limit`.
  ///   - selection: Which of a class.
  /// - Throws: `DatasetError.setting` if no image would be left to learn from, or a class has too few.
  public init(
    labels: [some BinaryInteger], validation: Int, limit: Int?, limitPerClass: Int? = nil, selection: ImageSelection = .random,
    seed: UInt64
  ) throws {
    guard validation >= 0, validation < labels.count else {
      throw DatasetError.setting(
        key: "validation", reason: "expected 0 to \(labels.count - 1) of \(labels.count) training images, found \(validation)")
    }
    if let limit, limit < 1 {
      throw DatasetError.setting(key: "limit", reason: "expected 1 or more, found \(limit)")
    }
    var groups = Self.classes(labels, selection, seed: seed)
    self.validation = Self.take(validation, from: &groups, atEnd: selection == .first)
    if let limitPerClass {
      training = try Self.take(each: limitPerClass, from: groups, key: "limitPerClass")
      return
    }
    let left = labels.count - validation
    training = Self.take(min(limit ?? left, left), from: &groups, atEnd: false)
  }

  /// As many test images of every class; there is nothing to validate with.
  init(labels: [some BinaryInteger], testPerClass: Int, selection: ImageSelection = .random, seed: UInt64) throws {
    training = try Self.take(each: testPerClass, from: Self.classes(labels, selection, seed: seed), key: "testPerClass")
    validation = []
  }

  /// The first `count` images of each class, in file order.
  private static func take(each count: Int, from groups: [ArraySlice<Int>], key: String) throws -> [Int] {
    for (label, group) in groups.enumerated() where group.count < count {
      throw DatasetError.setting(
        key: key, reason: "expected at most \(group.count), the images of class \(label), found \(count)")
    }
    return groups.flatMap { $0.prefix(count) }.sorted()
  }

  /// The images of each class, each class in random order or in that of the file.
  private static func classes(_ labels: [some BinaryInteger], _ selection: ImageSelection, seed: UInt64) -> [ArraySlice<Int>] {
    var groups = [[Int]](repeating: [], count: Int(labels.max() ?? 0) + 1)
    for (image, label) in labels.enumerated() { groups[Int(label)].append(image) }
    guard selection == .random else { return groups.map { $0[...] } }
    let generator = Philox(seed: seed, .split)
    return groups.enumerated().map { label, members in
      var members = members
      var random = generator.sequence(UInt32(label))
      random.shuffle(&members)
      return members[...]
    }
  }

  /// Removes `total` images from the front of the groups, or from their end, in proportion to their sizes, and returns them in ascending
  /// order.
  private static func take(_ total: Int, from groups: inout [ArraySlice<Int>], atEnd: Bool) -> [Int] {
    let quotas = proportionalQuotas(total, of: groups.map(\.count))
    var taken = [Int]()
    taken.reserveCapacity(total)
    for (label, quota) in quotas.enumerated() {
      taken += atEnd ? groups[label].suffix(quota) : groups[label].prefix(quota)
      groups[label] = atEnd ? groups[label].dropLast(quota) : groups[label].dropFirst(quota)
    }
    return taken.sorted()
  }

  /// Shares of `total` in proportion to `sizes`, by largest remainder: each within one of its exact share, their sum `total`.
  static func proportionalQuotas(_ total: Int, of sizes: [Int]) -> [Int] {
    let all = sizes.reduce(0, +)
    guard all > 0 else { return sizes.map { _ in 0 } }
    var quotas = sizes.map { $0 * total / all }
    let byRemainder = sizes.indices.sorted {
      let (first, second) = (sizes[$0] * total % all, sizes[$1] * total % all)
      return first == second ? $0 < $1 : first > second
    }
    for index in byRemainder.prefix(total - quotas.reduce(0, +)) { quotas[index] += 1 }
    return quotas
  }
}

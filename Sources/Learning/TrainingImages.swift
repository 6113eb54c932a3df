/// Images and labels by index, in an order that is the same on every rank.
public protocol TrainingImages {
  /// The number of images.
  var count: Int { get }

  /// All indices in the order of one epoch.
  func order(epoch: Int) -> [Int]

  /// Writes the images of `indices`, one after the other, rows × columns × channels, and their labels from the start of the
  /// arrays, which are enlarged where too short.
  func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int])
}

/// Some images of a data set, one run of numbers after the other, for what classifies them.
public final class ImageSource {
  /// Their numbers in the data set.
  public let images: Range<Int>
  private let dataset: any TrainingImages
  private let change: ([Float], Int) -> [Float]
  private var pixels: [Float] = []
  private var labels: [Int] = []

  /// - Parameter change: made to the pixels of a number of images.
  init(_ dataset: any TrainingImages, images: Range<Int>, change: @escaping ([Float], Int) -> [Float] = { pixels, _ in pixels }) {
    self.dataset = dataset
    self.images = images
    self.change = change
  }

  /// The images `part`, rows × columns × channels, and their labels; what is behind the last of them is no part of it.
  func load(_ part: Range<Int>) -> (pixels: [Float], labels: ArraySlice<Int>) {
    dataset.load(Array(part)[...], epoch: 0, into: &pixels, labels: &labels)
    return (change(pixels, part.count), labels[0..<part.count])
  }

  /// The same images, changed.
  func changed(by change: @escaping ([Float], Int) -> [Float]) -> ImageSource {
    ImageSource(dataset, images: images, change: change)
  }
}

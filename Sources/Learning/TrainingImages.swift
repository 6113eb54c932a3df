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
  private let shouldStop: () -> Bool
  private var pixels: [Float] = []
  private var labels: [Int] = []

  /// Why there are no more images: nobody wants to know any more.
  struct Stopped: Error {}

  /// - Parameters:
  ///   - shouldStop: asked before images are loaded.
  ///   - change: made to the pixels of a number of images.
  init(
    _ dataset: any TrainingImages, images: Range<Int>, shouldStop: @escaping () -> Bool = { false },
    change: @escaping ([Float], Int) -> [Float] = { pixels, _ in pixels }
  ) {
    self.dataset = dataset
    self.images = images
    self.shouldStop = shouldStop
    self.change = change
  }

  /// The images `part`, rows × columns × channels, and their labels; what is behind the last of them is no part of it.
  ///
  /// - Throws: `Stopped`.
  func load(_ part: Range<Int>) throws -> (pixels: [Float], labels: ArraySlice<Int>) {
    if shouldStop() { throw Stopped() }
    dataset.load(Array(part)[...], epoch: 0, into: &pixels, labels: &labels)
    return (change(pixels, part.count), labels[0..<part.count])
  }

  /// The same images, changed.
  func changed(by change: @escaping ([Float], Int) -> [Float]) -> ImageSource {
    ImageSource(dataset, images: images, shouldStop: shouldStop, change: change)
  }
}

/// Images and labels by index, in an order that is the same on every rank.
public protocol TrainingImages {
  var count: Int { get }

  /// All indices in the order of one epoch.
  func order(epoch: Int) -> [Int]

  /// Writes the images of `indices`, one after the other, rows × columns × channels, and their labels from the start of the
  /// arrays, which are enlarged where too short.
  func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int])
}

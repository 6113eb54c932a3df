import Configuration
import Datasets
import Foundation

/// What a page calls the samples of a run, images or rows of a table, and where they come from.
struct SampleWords: Equatable {
  let one: String
  let many: String
  /// The data set's name, or that of the user's own file.
  let source: String

  init(_ data: DatasetSettings) {
    let isImage = data.shape.planeSize > 1
    (one, many) = isImage ? ("image", "images") : ("row", "rows")
    switch data.name {
    case .files: source = URL(fileURLWithPath: data.files.train).lastPathComponent
    case .cifar10: source = "CIFAR-10"
    case .cifar100: source = "CIFAR-100"
    case .mnist: source = "MNIST"
    case .fashionMNIST: source = "Fashion-MNIST"
    case .synthetic: source = "the synthetic data"
    }
  }

  /// `400 test rows`.
  func test(_ count: Int) -> String { "\(ReportText.grouped(count)) test \(count == 1 ? one : many)" }
}

extension RecordedRun {
  var words: SampleWords { SampleWords(configuration.data) }
}

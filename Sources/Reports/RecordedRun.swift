import Configuration
import Datasets
import Experiments
import Files
import Foundation

/// A run as its folder tells it: what a report is made of.
struct RecordedRun {
  let path: String
  let configuration: Configuration
  /// As the folder holds it, comments and all.
  let configurationText: String
  /// One a start.
  let starts: [RunEnvironment]
  let metrics: MetricsTable
  /// `nil` before the first checkpoint.
  let checkpoint: Checkpoint?
  /// Where the time of the last start went; `nil` for one that did not end by itself.
  let timing: String?
  /// What ended the last start, and when; `nil` where no error did.
  let error: (time: String, message: String)?
  /// `nil` for a run that is not complete, or predicts numbers.
  let predictions: TestPredictions?
  /// The same of one that predicts numbers.
  let targetPredictions: TargetPredictions?

  /// - Throws: whatever is wrong with the folder or with one of its files.
  init(folder path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw FileError(path: path, reason: "there is no such run folder")
    }
    func file(_ name: RunFolder.FileName) -> String { "\(path)/\(name.rawValue)" }
    func exists(_ name: RunFolder.FileName) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
    guard exists(.configuration), exists(.metrics) else {
      throw RunFolderError("\(path): is a folder without configuration.yaml and metrics.csv; expected the folder of a training")
    }
    self.path = path
    configuration = try RunFolder.configuration(of: path)
    configurationText = String(decoding: try FileBytes.read(file(.configuration), atMost: 1 << 24), as: UTF8.self)
    starts = exists(.environment) ? try RunEnvironment.starts(in: file(.environment)) : []
    metrics = try MetricsTable(contentsOf: file(.metrics))
    checkpoint = try (try? CheckpointLocation.file(of: path)).map { try Checkpoint(contentsOf: $0) }
    timing = exists(.timing) ? String(decoding: try FileBytes.read(file(.timing), atMost: 1 << 20), as: UTF8.self) : nil
    error =
      exists(.log) ? RunLog.lastError(in: String(decoding: try FileBytes.read(file(.log), atMost: 1 << 28), as: UTF8.self)) : nil
    let isOfNumbers = configuration.data.predictsNumbers
    predictions = exists(.predictions) && !isOfNumbers ? try TestPredictions(contentsOf: file(.predictions)) : nil
    targetPredictions =
      exists(.predictions) && isOfNumbers
      ? try TargetPredictions(contentsOf: file(.predictions), names: configuration.data.files.classNames) : nil
  }

  /// What its samples are called.
  var words: SampleWords { SampleWords(configuration.data) }

  /// What the reader knows it by.
  var label: String { URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent }

  /// Numbers, and no classes.
  var predictsNumbers: Bool { configuration.data.predictsNumbers }

  /// Images that the test was made on, where it was.
  var testImages: Int { predictions?.labels.count ?? targetPredictions?.count ?? 0 }

  var test: MetricsLog.Row? { metrics.rows(of: .test).last }
  var bestValidation: MetricsLog.Row? {
    let rows = metrics.rows(of: .validation)
    guard predictsNumbers else { return rows.max { ($0.accuracy ?? 0) < ($1.accuracy ?? 0) } }
    return rows.filter { $0.loss != nil }.min { ($0.loss ?? 0) < ($1.loss ?? 0) }
  }

  /// Samples learned per second, over the last epoch.
  var samplesPerSecond: Double? { metrics.rows.last { $0.kind == .epoch || $0.kind == .interval }?.samplesPerSecond }
}

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

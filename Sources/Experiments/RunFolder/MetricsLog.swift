import Files
import Foundation

/// `metrics.csv`: one row an interval, an epoch, a validation and the final test.
package final class MetricsLog {
  package enum Kind: String, CaseIterable, Sendable {
    /// Means since the last such row.
    case interval
    /// Means over one epoch of training.
    case epoch
    case validation
    case test
  }

  /// One row; what does not apply is `nil` and left empty.
  package struct Row: Equatable, Sendable {
    /// Seconds since the beginning of the run, over all its parts.
    package var time: Double
    /// Epochs done, in whole and part.
    package var epoch: Double
    package var step: Int
    package var kind: Kind
    package var loss: Double?
    /// From 0 to 1.
    package var accuracy: Double?
    package var learningRate: Double?
    package var freeSweeps: Double?
    package var nudgedSweeps: Double?
    /// Mean and 90th percentile over images.
    package var residual: Double?
    package var residual90: Double?
    package var samplesPerSecond: Double?
    /// What the network counts besides, by name; a column each.
    package var extra: [String: Double] = [:]

    package init(
      time: Double, epoch: Double, step: Int, kind: Kind, loss: Double? = nil, accuracy: Double? = nil,
      learningRate: Double? = nil, freeSweeps: Double? = nil, nudgedSweeps: Double? = nil, residual: Double? = nil,
      residual90: Double? = nil, samplesPerSecond: Double? = nil
    ) {
      self.time = time
      self.epoch = epoch
      self.step = step
      self.kind = kind
      self.loss = loss
      self.accuracy = accuracy
      self.learningRate = learningRate
      self.freeSweeps = freeSweeps
      self.nudgedSweeps = nudgedSweeps
      self.residual = residual
      self.residual90 = residual90
      self.samplesPerSecond = samplesPerSecond
    }
  }

  package static let header =
    "time,epoch,step,kind,loss,accuracy,learningRate,freeSweeps,nudgedSweeps,residual,residual90,samplesPerSecond"

  package let path: String
  /// Columns behind those of `header`.
  private let extraColumns: [String]
  private let handle: FileHandle

  /// Opens the file for more rows, and writes the header into a new one.
  ///
  /// - Parameter extraColumns: what rows hold besides.
  /// - Parameter step: the step of the checkpoint that a run continues from; rows after it, one that was cut short, and that of the
  ///   test, which every complete start measures, are taken out.
  /// - Parameter validatesAnew: whether that of the validation at that very step is taken out too.
  /// - Throws: `FileError`.
  package init(
    path: String, resumingAt step: Int = 0, extraColumns: [String] = [], validatesAnew: Bool = false
  ) throws {
    self.path = path
    let former = FileManager.default.fileExists(atPath: path) ? try FormerMetrics(path: path) : nil
    // A file of another version keeps the columns that this one does not know.
    let own = Self.header.split(separator: ",").map(String.init) + extraColumns
    let columns = own + (former?.columns.filter { !own.contains($0) } ?? [])
    self.extraColumns = Array(columns.dropFirst(own.count - extraColumns.count))
    let kept = former?.rows(upTo: step, validatesAnew: validatesAnew, under: columns) ?? []
    try AtomicFile.write(([columns] + kept).map { $0.joined(separator: ",") + "\n" }.joined(), to: path)
    do {
      handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.seekToEnd()
    } catch {
      throw FileError(path: path, reason: "cannot be written: \(FileError.reason(error))", writing: true)
    }
  }

  /// Adds a row, at once visible to other programs.
  ///
  /// - Throws: `FileError`.
  package func append(_ row: Row) throws {
    do {
      try handle.write(contentsOf: Data((row.text(extraColumns) + "\n").utf8))
    } catch {
      throw FileError(path: path, reason: "cannot be written: \(FileError.reason(error))", writing: true)
    }
  }

  /// Seconds in the last row, from which the time of a resumed run continues; 0 if there is none.
  package func lastTime() throws -> Double {
    let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
    return text.split(separator: "\n").last?.split(separator: ",").first.flatMap { Double($0) } ?? 0
  }
}

/// The rows of a file that a run goes on with, by the names of their columns.
private struct FormerMetrics {
  let columns: [String]
  private let rows: [[String]]

  /// - Throws: `FileError` if the file cannot be read, or is no table of metrics.
  init(path: String) throws {
    let lines = String(decoding: try FileBytes.read(path), as: UTF8.self).split(separator: "\n")
    let table = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    columns = table.first ?? []
    let known = columns
    guard table.isEmpty || ["step", "kind"].allSatisfy(known.contains), Set(known).count == known.count else {
      throw FileError(path: path, reason: "its first line does not name the columns of metrics; move the file away")
    }
    // A row that was cut short is no row.
    rows = table.dropFirst().filter { $0.count == known.count }
  }

  /// What is kept, in the order of other columns; what there was not is empty.
  func rows(upTo step: Int, validatesAnew: Bool, under columns: [String]) -> [[String]] {
    let places = columns.map { self.columns.firstIndex(of: $0) }
    guard let stepPlace = self.columns.firstIndex(of: "step"), let kindPlace = self.columns.firstIndex(of: "kind") else {
      return []
    }
    return rows.filter { row in
      guard let rowStep = Int(row[stepPlace]), rowStep <= step else { return false }
      return switch MetricsLog.Kind(rawValue: row[kindPlace]) {
      case .test: false
      case .validation: !validatesAnew || rowStep < step
      default: true
      }
    }.map { row in places.map { $0.map { row[$0] } ?? "" } }
  }
}

extension MetricsLog.Row {
  fileprivate func text(_ extraColumns: [String]) -> String {
    let numbers =
      [loss, accuracy, learningRate, freeSweeps, nudgedSweeps, residual, residual90, samplesPerSecond]
      + extraColumns.map { extra[$0] }
    let fields = [Self.format(time, digits: 6), Self.format(epoch, digits: 8), String(step), kind.rawValue]
    return (fields + numbers.map { $0.map { Self.format($0, digits: 7) } ?? "" }).joined(separator: ",")
  }

  private static func format(_ number: Double, digits: Int) -> String {
    String(format: "%.\(digits)g", number)
  }
}

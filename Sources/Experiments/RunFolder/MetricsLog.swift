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
  /// - Parameter step: the step of the checkpoint that a run goes on from; rows after it, one that was cut short, and that of the
  ///   test, which every complete start measures, are taken out.
  /// - Parameter validatesAnew: whether that of the validation at that very step is taken out too.
  /// - Throws: `FileError`.
  package init(
    path: String, resumingAt step: Int = 0, extraColumns: [String] = [], validatesAnew: Bool = false
  ) throws {
    self.path = path
    self.extraColumns = extraColumns
    let header = ([Self.header] + extraColumns).joined(separator: ",")
    let columns = header.split(separator: ",").count
    let kept =
      FileManager.default.fileExists(atPath: path)
      ? Self.rows(
        of: try FileBytes.read(path), upTo: step, columns: columns, validatesAnew: validatesAnew) : []
    try AtomicFile.write(([header] + kept).map { $0 + "\n" }.joined(), to: path)
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

  /// Seconds in the last row, from which the time of a resumed run goes on; 0 if there is none.
  package func lastTime() throws -> Double {
    let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
    return text.split(separator: "\n").last?.split(separator: ",").first.flatMap { Double($0) } ?? 0
  }

  private static func rows(of bytes: [UInt8], upTo step: Int, columns: Int, validatesAnew: Bool) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == columns, let rowStep = Int(fields[2]), rowStep <= step else { return nil }
      guard !validatesAnew || rowStep < step || fields[3] != Kind.validation.rawValue else { return nil }
      return fields[3] == Kind.test.rawValue ? nil : String(line)
    }
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

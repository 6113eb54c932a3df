import Files
import Foundation

/// The figures of a training for TensorBoard: one event file a start of the run.
///
///     tensorboard --logdir runs
///
/// A file is a sequence of TFRecords, each an `Event` message (`event.proto`, `summary.proto` of TensorBoard). Every event is at once
/// visible to a reader.
final class EventFile {
  /// Fields of the messages, by their numbers in the `.proto` files.
  private enum Field {
    static let wallTime: UInt64 = 1
    static let step: UInt64 = 2
    static let fileVersion: UInt64 = 3
    static let summary: UInt64 = 5
    static let sessionLog: UInt64 = 7
    static let value: UInt64 = 1
    static let tag: UInt64 = 1
    static let simpleValue: UInt64 = 2
    static let status: UInt64 = 1
  }

  /// `SessionLog.START`: readers drop what earlier files hold of this step and later ones.
  private static let sessionStart = 1

  let path: String
  private let handle: FileHandle

  /// Starts a file in `folder`.
  ///
  /// - Parameter step: from which on the figures of earlier starts are void.
  /// - Throws: `FileError`.
  init(folder: String, step: Int, now: Date = Date()) throws {
    let seconds = String(Int(now.timeIntervalSince1970))
    path = "\(folder)/events.out.tfevents.\(seconds).\(ProcessInfo.processInfo.hostName).\(getpid())"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileError(path: path, reason: "cannot be written: \(FileError.systemReason())", writing: true)
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    write(at: now) { $0.set(Field.fileVersion, text: "brain.Event:2") }
    var session = ProtocolMessage()
    session.set(Field.status, integer: Self.sessionStart)
    // The rows of this step itself stay.
    write(at: now, step: step + 1) { $0.set(Field.sessionLog, message: session) }
  }

  /// Adds the figures of a row of `metrics.csv`, under tags such as `loss/validation`.
  func append(_ row: MetricsLog.Row, now: Date = Date()) {
    let group = row.kind == .epoch ? "training" : row.kind.rawValue
    let figures: [(String, Double?)] =
      [
        ("loss", row.loss), ("accuracy", row.accuracy), ("learning rate", row.learningRate), ("free sweeps", row.freeSweeps),
        ("nudged sweeps", row.nudgedSweeps), ("residual", row.residual),
        ("residual, 90th percentile", row.residual90), ("samples per second", row.samplesPerSecond),
      ] + row.extra.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    var summary = ProtocolMessage()
    for case (let name, let figure?) in figures {
      var value = ProtocolMessage()
      value.set(Field.tag, text: "\(name)/\(group)")
      value.set(Field.simpleValue, float: Float(figure))
      summary.set(Field.value, message: value)
    }
    write(at: now, step: row.step) { $0.set(Field.summary, message: summary) }
  }

  /// A disk that is full ends no run for the sake of these files: what matters is said by the files that must be written.
  private func write(at time: Date, step: Int = 0, _ body: (inout ProtocolMessage) -> Void) {
    var event = ProtocolMessage()
    event.set(Field.wallTime, double: time.timeIntervalSince1970)
    if step != 0 { event.set(Field.step, integer: step) }
    body(&event)
    try? handle.write(contentsOf: Data(Self.record(event.bytes)))
  }

  /// Length, its checksum, content, its checksum.
  static func record(_ content: [UInt8]) -> [UInt8] {
    let length = UInt64(content.count).littleEndianBytes
    return length + CRC32C.masked(length).littleEndianBytes + content + CRC32C.masked(content).littleEndianBytes
  }
}

import Files
import Learning

/// The rows of a `metrics.csv`, read back.
///
/// Columns go by their names, so files of versions with more of them can be read, and those with fewer leave figures out.
package struct MetricsTable: Equatable, Sendable {
  package let rows: [MetricsLog.Row]

  /// - Throws: `FileError` if the file cannot be read or has no such header.
  package init(contentsOf path: String) throws {
    let text = String(decoding: try FileBytes.read(path, atMost: 1 << 28), as: UTF8.self)
    let lines = text.split(separator: "\n")
    let names = (lines.first ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let columns = Dictionary(names.enumerated().map { (String($1), $0) }) { first, _ in first }
    for needed in ["time", "epoch", "step", "kind"] where columns[needed] == nil {
      throw FileError(path: path, reason: "line 1: there is no column `\(needed)`; expected `\(MetricsLog.header)`")
    }
    // A row that a killed job could not finish has fewer fields, and is left out.
    rows = lines.dropFirst().compactMap { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == names.count else { return nil }
      return MetricsLog.Row { name in columns[name].map { fields[$0] } }
    }
  }

  package func rows(of kind: MetricsLog.Kind) -> [MetricsLog.Row] { rows.filter { $0.kind == kind } }
}

extension MetricsLog.Row {
  fileprivate init?(_ field: (String) -> Substring?) {
    func number(_ name: String) -> Double? { field(name).flatMap { Double($0) } }
    guard let time = number("time"), let epoch = number("epoch"), let step = field("step").flatMap({ Int($0) }),
      let kind = field("kind").flatMap({ MetricsLog.Kind(rawValue: String($0)) })
    else { return nil }
    self.init(
      time: time, epoch: epoch, step: step, kind: kind, loss: number("loss"), accuracy: number("accuracy"),
      learningRate: number("learningRate"), freeSweeps: number("freeSweeps"), nudgedSweeps: number("nudgedSweeps"),
      residual: number("residual"), residual90: number("residual90"), samplesPerSecond: number("samplesPerSecond"))
    for name in TargetErrors.names { extra[name] = number(name) }
  }
}

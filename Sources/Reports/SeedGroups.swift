import Configuration
import Files
import Foundation

/// Runs that differ in their seed alone.
struct SeedGroup {
  /// What tells its configuration from those of the other groups.
  var name: String
  var runs: [RunSummary]

  /// A mean with the standard deviation of a single run.
  struct Spread {
    var mean: Double
    /// `nil` of one run.
    var deviation: Double?
    var count: Int
  }

  /// Keys that change no result: the seed, and where and how fast it is computed.
  private static let sections: Set = ["seed", "name", "run", "grid", "exchange", "timeouts", "machine"]
  /// What follows from the user's own files, which have names.
  private static let found = ["targetNormalisation", "classNames", "shape", "scale"].map { "data.files.\($0)" }
  /// More would not be read in a name.
  private static let mostKeys = 3

  /// - Returns: the groups in the order of their first runs.
  static func groups(of runs: [RunSummary]) -> [SeedGroup] {
    var groups: [(values: [String: String], runs: [RunSummary])] = []
    for run in runs {
      let values = deciding(run.run.configuration)
      if let index = groups.firstIndex(where: { $0.values == values }) {
        groups[index].runs.append(run)
      } else {
        groups.append((values, [run]))
      }
    }
    let order = runs.first?.run.configuration.values.map(\.path) ?? []
    let keys = order.filter { key in
      !isFound(key) && Set(groups.map { $0.values[key] ?? "" }).count > 1
    }
    return groups.enumerated().map { index, group in
      let parts = keys.compactMap { key in group.values[key].map { "\(shortName(of: key, among: keys)) \(short($0))" } }
      let isTold = !parts.isEmpty && parts.count <= mostKeys
      let like = (group.runs.count == 1 ? "" : "runs like ") + group.runs[0].run.label
      let name = isTold ? parts.joined(separator: ", ") : groups.count == 1 ? "all" : like
      return SeedGroup(name: name, runs: group.runs)
    }
  }

  /// Whether a key's value was found in the user's own files.
  static func isFound(_ key: String) -> Bool { found.contains { key.hasPrefix($0) } }

  /// As few components from its end as tell a key from the others.
  static func shortName(of key: String, among keys: [String]) -> String {
    let components = key.split(separator: ".")
    let names = (1..<components.count).map { components.suffix($0).joined(separator: ".") }
    return names.first { name in keys.allSatisfy { $0 == key || !$0.hasSuffix(".\(name)") } } ?? key
  }

  /// Of a path the file.
  static func short(_ value: String) -> String {
    value.hasPrefix("/") ? URL(fileURLWithPath: value).lastPathComponent : value
  }

  private static func deciding(_ configuration: Configuration) -> [String: String] {
    let values = configuration.values.filter { path, _ in
      !sections.contains(String(path.prefix { $0 != "." })) && path != "data.folder" || path.hasPrefix("run.evaluation.")
    }
    return Dictionary(values.map { ($0.path, $0.value) }) { first, _ in first }
  }

  func spread(_ value: (RunSummary) -> Double?) -> Spread? {
    let values = runs.compactMap(value)
    return values.isEmpty ? nil : Spread(values)
  }
}

extension SeedGroup.Spread {
  init(_ values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    self.mean = mean
    self.count = values.count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = values.count > 1 ? (squares / (count - 1)).squareRoot() : nil
  }

  /// `91.20 ± 0.31 %`.
  var percent: String {
    deviation.map { String(format: "%.2f ± %.2f %%", 100 * mean, 100 * $0) } ?? ReportText.percent(mean)
  }

  /// `1.899 ± 0.050`: as many digits as two of the deviation need.
  var text: String {
    guard let deviation else { return ReportText.short(mean) }
    guard abs(mean) < 1e5, (1e-4..<1e5).contains(deviation) else {
      return "\(ReportText.short(mean)) ± \(ReportText.short(deviation))"
    }
    let digits = max(1 - Int(log10(deviation).rounded(.down)), 0)
    return String(format: "%.\(digits)f ± %.\(digits)f", mean, deviation)
  }
}

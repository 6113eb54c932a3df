import Foundation

/// The best cuts that have been published, where a data set brings them: a file `BEST_KNOWN.csv` beside the problem's.
public enum BestKnown {
  private static let fileName = "BEST_KNOWN.csv"

  /// The value of the column `best_known` in the row whose `instance` is the file's name without its endings; `nil` if the folder
  /// has no such file or the file no such row.
  public static func cut(for path: String) -> Double? {
    let url = URL(fileURLWithPath: path)
    let name = url.lastPathComponent.split(separator: ".").first.map(String.init) ?? ""
    let table = url.deletingLastPathComponent().appendingPathComponent(fileName)
    guard let text = try? String(contentsOf: table, encoding: .utf8) else { return nil }
    let rows = text.split(whereSeparator: \.isNewline).map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard let header = rows.first, let instance = header.firstIndex(of: "instance"),
      let value = header.firstIndex(of: "best_known")
    else { return nil }
    let row = rows.dropFirst().first { $0.indices.contains(instance) && $0[instance] == name }
    return row.flatMap { $0.indices.contains(value) ? Double($0[value]) : nil }
  }
}

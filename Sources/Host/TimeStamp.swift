import Foundation

/// Local times as the run folder writes them.
package enum TimeStamp {
  /// `20260131-154500`, for names of files.
  package static func compact(_ date: Date) -> String {
    let parts = parts(of: date)
    return "\(parts[0])\(parts[1])\(parts[2])-\(parts[3])\(parts[4])\(parts[5])"
  }

  /// `2026-01-31 15:45:00`.
  package static func readable(_ date: Date) -> String {
    let parts = parts(of: date)
    return "\(parts[0])-\(parts[1])-\(parts[2]) \(parts[3]):\(parts[4]):\(parts[5])"
  }

  /// Year, month, day, hour, minute, second, with zeros in front.
  private static func parts(of date: Date) -> [String] {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .current
    let fields = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
    let numbers = [fields.year, fields.month, fields.day, fields.hour, fields.minute, fields.second]
    return zip(numbers, [4, 2, 2, 2, 2, 2]).map { number, width in
      let text = String(number ?? 0)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
  }
}

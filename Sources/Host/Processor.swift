import Foundation

/// What the operating system knows of the processor.
package enum ProcessorName {
  /// The model, as Linux names it; the architecture where it does not.
  package static var current: String {
    field("model name") ?? architecture
  }

  /// The features that Linux lists: `avx2`, `avx512f` …
  package static var features: [String] {
    (field("flags") ?? field("Features") ?? "").split(separator: " ").map(String.init)
  }

  private static func field(_ name: String) -> String? {
    // A file of the kernel has no size, so it is read without asking for one.
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
    let parts = text.split(separator: "\n").lazy.filter { $0.hasPrefix(name) }.map {
      $0.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    }
    return parts.first { $0.count == 2 }.map { String($0[1].drop(while: \.isWhitespace)) }
  }

  private static var architecture: String {
    #if arch(x86_64)
      "x86-64"
    #elseif arch(arm64)
      "arm64"
    #else
      "unknown"
    #endif
  }
}

/// The processor's own counters of energy (Linux's powercap, Intel's and AMD's RAPL), where the system lets a program read them.
package struct ProcessorEnergy: Sendable {
  private struct Counter: Sendable {
    var file: String
    /// Microjoules after which the counter begins again.
    var range: Double
    var start: Double
  }

  private let counters: [Counter]

  /// The counters of all packages, from now on; `nil` if there are none that can be read.
  package init?(folder: String = "/sys/class/powercap") {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    // `intel-rapl:0` is a package, `intel-rapl:0:1` a part of it.
    counters = names.filter { $0.contains("rapl:") && $0.count(where: { $0 == ":" }) == 1 }.sorted().compactMap { name in
      let file = "\(folder)/\(name)/energy_uj"
      guard let start = Self.number(file), let range = Self.number("\(folder)/\(name)/max_energy_range_uj") else { return nil }
      return Counter(file: file, range: range, start: start)
    }
    guard !counters.isEmpty else { return nil }
  }

  /// Joules since the meter was made, of everything that the processors did.
  package var joules: Double {
    counters.reduce(0) { sum, counter in
      let now = Self.number(counter.file) ?? counter.start
      let spent = now - counter.start
      return sum + (spent < 0 ? spent + counter.range : spent) / 1e6
    }
  }

  private static func number(_ file: String) -> Double? {
    (try? String(contentsOfFile: file, encoding: .utf8)).flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }
}

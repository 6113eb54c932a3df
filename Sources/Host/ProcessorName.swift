import Foundation

/// What the operating system knows of the processor.
public enum ProcessorName {
  /// The model, as Linux names it; the architecture where it does not.
  public static var current: String {
    field("model name") ?? architecture
  }

  /// The features that Linux lists: `avx2`, `avx512f` …
  public static var features: [String] {
    (field("flags") ?? field("Features") ?? "").split(separator: " ").map(String.init)
  }

  private static func field(_ name: String) -> String? {
    // A file of the kernel has no size, so it is read without asking for one.
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) && $0.contains(":") }
    return line.map { String($0[$0.index(after: $0.firstIndex(of: ":")!)...].drop(while: \.isWhitespace)) }
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

import Foundation
import MPI

/// What the operating system says of the calling process.
enum ProcessMemory {
  /// The most memory that the process has had at once, in bytes; 0 where the system does not say.
  static var greatest: Int {
    // A file of the kernel has no size, so it is read without asking for one.
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return kibibytes << 10
  }
}

/// The energy that a node's processors have taken, where Linux counts it (powercap, RAPL) and lets this user read it.
struct EnergyCounter {
  private struct Package {
    let path: String
    let range: Double
    let start: Double
  }

  private let packages: [Package]

  init(folder: String = "/sys/class/powercap") {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
      // Packages, not the parts of them.
      $0.hasPrefix("intel-rapl:") && $0.count(where: { $0 == ":" }) == 1
    }
    packages = names.compactMap { name in
      let path = "\(folder)/\(name)"
      guard let start = Self.number("\(path)/energy_uj"), let range = Self.number("\(path)/max_energy_range_uj") else {
        return nil
      }
      return Package(path: path, range: range, start: start)
    }
  }

  /// Joules since the counter was made; `nil` where there is none.
  var joules: Double? {
    guard !packages.isEmpty else { return nil }
    return packages.reduce(0) { sum, package in
      let now = Self.number("\(package.path)/energy_uj") ?? package.start
      // It starts again at its end.
      return sum + (now >= package.start ? now - package.start : now - package.start + package.range) * 1e-6
    }
  }

  /// Joules of all nodes since the counters of their ranks were made; `nil` if one of them counts none. Collective.
  func joules(over world: Communicator) throws -> Double? {
    let isFirst = Environment.current?.node.rank ?? 0 == 0
    let own = joules
    let isMissing = try world.allreduce(isFirst && own == nil ? 1 : 0, .sum) > 0
    let sum = try world.allreduce(isFirst ? own ?? 0 : 0, .sum)
    return isMissing ? nil : sum
  }

  private static func number(_ path: String) -> Double? {
    (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }
}

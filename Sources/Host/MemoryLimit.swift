import Foundation
import MPI

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much memory this rank may take for something whose size is known beforehand: what a file claims, a problem, the states of a network.
///
/// Every such size is compared with `bytesLeft` before memory is taken for it. A caller counts all that it holds at once; the quarter that
/// `countedShare` leaves is for what nobody counts: the program and its libraries, the buffers of MPI, gaps of the allocator, the system.
package enum MemoryLimit {
  /// The part of a rank's memory that may be planned with.
  package static let countedShare = 0.75

  /// Bytes of main memory, or what a batch system or a container allows of it (Linux's cgroups), whichever is less.
  package static let hostBytes = min(
    Int(clamping: ProcessInfo.processInfo.physicalMemory), controlGroupBytes(of: processGroups(), in: "/sys/fs/cgroup") ?? .max)

  /// Bytes that this rank may plan with, beside the other ranks of its host.
  package static var bytesLeft: Int { bytesLeft(sharedBy: Environment.current?.node.size ?? 1) }

  /// `countedShare` of what is left until the limit of this process's address space or data (`ulimit -v`, `ulimit -d`), or of its part of the
  /// host's memory, whichever is least.
  ///
  /// - Parameter processes: of this job on this host, which take as much each.
  package static func bytesLeft(sharedBy processes: Int) -> Int {
    // The first of the sizes in `statm` is that of all addresses, the sixth that of the data.
    let ofLimits = [(RLIMIT_AS, 0), (RLIMIT_DATA, 5)].map { kind, place in
      var limit = rlimit()
      let isKnown = getrlimit(__rlimit_resource_t(kind.rawValue), &limit) == 0 && limit.rlim_cur < rlim_t(Int64.max)
      return isKnown ? Int(limit.rlim_cur) - bytesTaken(place) : Int.max
    }
    return Int(Double(max(0, min(ofLimits.min() ?? .max, hostBytes / max(processes, 1)))) * countedShare)
  }

  /// Says why so many bytes are too many, as `WHAT would take 137.4 GB, and 12.9 GB are available to a rank`; `nil` if they are not.
  package static func refusal(of bytes: Double, for what: @autoclosure () -> String) -> String? {
    let left = Double(bytesLeft)
    guard !(bytes <= left) else { return nil }
    return "\(what()) would take \(ByteCount(bytes)), and \(ByteCount(left)) are available to a rank"
  }

  /// One of the sizes of this process, as Linux lists them in pages (proc_pid_statm(5)); 0 where the system does not say.
  private static func bytesTaken(_ place: Int) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let pages = text.split(whereSeparator: \.isWhitespace)
    return pages.indices.contains(place) ? (Int(pages[place]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}

/// A number of bytes as all messages have it.
package struct ByteCount: CustomStringConvertible {
  private let bytes: Double

  package init(_ bytes: Double) { self.bytes = bytes }
  package init(_ bytes: Int) { self.bytes = Double(bytes) }

  /// `1.37 GB`, `12 kB`: three digits, in the largest unit that leaves a number of 1 or more; `11 bytes`.
  package var description: String {
    // What rounds to a thousand of a unit is one of the next.
    for (factor, unit) in [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")] where bytes >= 0.9995 * factor {
      return String(format: "%.3g ", bytes / factor) + unit
    }
    return bytes == 1 ? "1 byte" : String(format: "%.0f bytes", bytes)
  }
}

/// What the operating system says of the calling process.
package enum ProcessMemory {
  /// The most memory that the process has had at once, in bytes; 0 where the system does not say.
  package static var greatest: Int {
    // A file of the kernel has no size, so it is read without asking for one.
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return kibibytes << 10
  }
}

// MARK: - Control groups

extension MemoryLimit {
  /// The groups of this process, as Linux lists them; nothing where it does not.
  private static func processGroups() -> String { (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "" }

  /// The least limit of a process's group and of those above it.
  ///
  /// - Parameters:
  ///   - groups: lines `NUMBER:CONTROLLERS:PATH`, with number 0 and no controllers for version 2 (cgroups(7)).
  ///   - mount: where the file systems of the groups are.
  /// - Returns: `nil` where nothing is limited.
  static func controlGroupBytes(of groups: String, in mount: String) -> Int? {
    groups.split(separator: "\n").flatMap { line -> [Int] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      if fields[0] == "0", fields[1].isEmpty { return limits(of: fields[2], in: mount, file: "memory.max") }
      guard fields[1].split(separator: ",").contains("memory") else { return [] }
      return limits(of: fields[2], in: "\(mount)/memory", file: "memory.limit_in_bytes")
    }.min()
  }

  /// The limits that a group and those above it state. In a container the path may be the host's, of which only the top is there.
  private static func limits(of path: Substring, in mount: String, file: String) -> [Int] {
    let names = path.split(separator: "/")
    return (0...names.count).compactMap { depth in
      let folder = ([mount] + names.prefix(depth).map(String.init)).joined(separator: "/")
      // `max`, and in version 1 a number next to the greatest, stand for no limit.
      let text = try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
  }
}

import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much more memory this process may take.
public enum MemoryLimit {
  /// Bytes until the limit of the address space (`ulimit -v`) or the machine's memory is reached, whichever comes first.
  public static var bytesLeft: Int {
    var limit = rlimit()
    let isKnown = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 && limit.rlim_cur < rlim_t(Int64.max)
    let ofAddresses = isKnown ? Int(limit.rlim_cur) - addressesTaken : Int.max
    let ofMachine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return max(0, min(ofAddresses, ofMachine))
  }

  /// Bytes of address space in use; 0 where the system does not say.
  private static var addressesTaken: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
      let pages = text.split(separator: " ").first
    else { return 0 }
    return (Int(pages) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}

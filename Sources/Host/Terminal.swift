// C's `stdout` is a variable, which nothing here sets.
@preconcurrency import Foundation

/// The terminal at which somebody watches what this process writes.
package struct Terminal {
  private let device: FileHandle

  /// The terminal that `output` ends at, `nil` if that is a file, a pipe that nobody watches, or a terminal that cannot redraw a
  /// line.
  ///
  /// Under an MPI launcher a process writes into a pipe, and the launcher passes on what comes: then the launcher's own standard
  /// error says where it ends.
  package init?(behind output: FileHandle) {
    guard ProcessInfo.processInfo.environment["TERM"] != "dumb" else { return nil }
    if isatty(output.fileDescriptor) == 1 {
      device = output
    } else if let launcher = Self.launcher(), let path = Self.terminal(of: launcher),
      let opened = FileHandle(forWritingAtPath: path)
    {
      device = opened
    } else {
      return nil
    }
  }

  /// Columns, 80 where the terminal does not say.
  package var width: Int {
    var size = winsize()
    let answer = ioctl(device.fileDescriptor, UInt(TIOCGWINSZ), &size)
    return answer == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// The nearest ancestor that is an MPI launcher of this host. Where there is no `/proc`, none is found.
  private static func launcher() -> Int? {
    var process = Int(getppid())
    // The launcher, its proxy and a shell or two: more generations are somebody else's.
    for _ in 0..<8 where process > 1 {
      guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return nil }
      if let name = field("Name", of: status), name.hasPrefix("mpiexec") || name.hasPrefix("mpirun") { return process }
      guard let parent = field("PPid", of: status).flatMap({ Int($0) }) else { return nil }
      process = parent
    }
    return nil
  }

  private static func field(_ name: String, of status: String) -> Substring? {
    for line in status.split(separator: "\n") where line.hasPrefix(name + ":") {
      return line.split(separator: "\t", maxSplits: 1).last
    }
    return nil
  }

  private static func terminal(of process: Int) -> String? {
    let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/2")
    return path.flatMap { $0.hasPrefix("/dev/pts/") || $0.hasPrefix("/dev/tty") ? $0 : nil }
  }
}

/// What was printed on standard output, which C's streams hold back.
package enum StandardOutput {
  /// Writes out what is held back.
  ///
  /// - Returns: why something that was printed is lost; `nil` if nothing is, or if the reader has gone away, such as `head`, which has seen
  ///   enough.
  package static func flush() -> String? {
    let failsNow = fflush(stdout) != 0
    let code = errno
    // A line may have failed long before, when nobody asked: the stream knows that it did, but no longer why.
    guard failsNow || ferror(stdout) != 0, !hasLostReader else { return nil }
    guard failsNow else { return "something that was printed is lost" }
    return code == EPIPE ? nil : String(cString: strerror(code))
  }

  /// Whether it is a pipe or a socket that nobody reads any more.
  private static var hasLostReader: Bool {
    var state = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&state, 1, 0) > 0 && state.revents & Int16(POLLERR | POLLHUP) != 0
  }
}

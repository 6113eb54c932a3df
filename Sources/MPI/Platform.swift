internal import CMPI

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The few calls to the operating system that this library makes.
enum Platform {
  /// Sets an environment variable unless it is set already.
  static func setEnvironmentDefault(_ name: String, _ value: String) {
    setenv(name, value, 0)
  }

  static func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Takes back the handlers that UCX, MPICH's transport, puts on signals such as SIGILL to print a backtrace of its own.
  ///
  /// UCX reads its variable UCX_ERROR_SIGNALS when the library is loaded, so setting it here would come too late (and earn
  /// a warning). Whoever sets it for the process decides. Without UCX there is no such function, and nothing to do.
  static func disableUCXSignalHandlers() {
    guard environmentVariable("UCX_ERROR_SIGNALS") == nil, let symbol = dlsym(nil, "ucs_debug_disable_signals") else { return }
    unsafeBitCast(symbol, to: (@convention(c) () -> Void).self)()
  }

  /// Writes a message to standard error in one piece, so that ranks do not mix theirs.
  static func printError(_ message: String) {
    var text = message + "\n"
    text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Nothing that this process writes to standard error is seen from now on. For the very end.
  static func silenceErrors() {
    let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
    if nowhere >= 0 { dup2(nowhere, STDERR_FILENO) }
  }

  /// Writes out what all of C's streams hold back; Swift's `print` goes through them.
  static func flushStreams() {
    fflush(nil)
  }

  static func sleep(milliseconds: UInt32) {
    usleep(milliseconds * 1000)
  }

  /// Ends the process at once, without handlers.
  static func exitNow(_ code: Int32) -> Never {
    _exit(code)
  }

  static func exit(_ code: Int32) -> Never {
    #if canImport(Glibc)
      Glibc.exit(code)
    #elseif canImport(Musl)
      Musl.exit(code)
    #else
      Darwin.exit(code)
    #endif
  }

  /// What a timed exit says, and its code: in memory of its own, since a signal handler may only write and leave.
  nonisolated(unsafe) private static var lastWords: (text: UnsafeMutablePointer<CChar>, count: Int, code: Int32)?

  /// Ends the process with a message and a code after some time, whatever it is doing by then.
  ///
  /// - Parameter message: `nil` to say nothing.
  static func exit(_ code: Int32, saying message: String?, afterSeconds seconds: UInt32) {
    let text = message.map { "Error: \($0)\n" } ?? ""
    lastWords = (strdup(text), text.utf8.count, code)
    signal(SIGALRM) { _ in
      guard let (text, count, code) = Platform.lastWords else { return }
      _ = write(STDERR_FILENO, text, count)
      _exit(code)
    }
    alarm(seconds)
  }

  /// Takes a timed exit back.
  static func cancelTimedExit() {
    alarm(0)
  }

  /// Has a function called when the process ends by `exit`.
  static func atExit(_ function: @convention(c) () -> Void) {
    atexit(function)
  }

  /// The processors that the calling process may run on, one bit each, in a number of words that is the same everywhere.
  static func processorMask() -> [UInt64] {
    let words = 128
    #if os(Linux)
      var allowed = [CUnsignedLongLong](repeating: 0, count: words)
      if cmpi_processor_mask(&allowed, UInt(words * 8)) > 0 {
        return allowed.map { UInt64($0) }
      }
    #endif
    let online = Swift.min(Swift.max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 64 * words)
    return (0..<words).map { word in
      let bits = Swift.min(Swift.max(online - 64 * word, 0), 64)
      return bits == 64 ? .max : (1 << UInt64(bits)) - 1
    }
  }
}

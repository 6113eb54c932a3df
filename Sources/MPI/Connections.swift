#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The network connections that MPI opens in this process, and their end.
///
/// `MPI_Finalize` hangs at times over UCX and TCP: one rank waits for its data to be flushed by a peer that already waits for the launcher.
/// A transport gives up when the connection ends, so cutting all of them lets both go on, and the launcher sees everyone leave in order.
enum Connections {
  /// Descriptors of a higher number are left alone.
  private static let most: Int32 = 1024

  /// What was open before MPI started. The launcher leaks sockets of its own into its processes; they are not theirs to close.
  nonisolated(unsafe) private static var inherited = [Bool](repeating: true, count: Int(most))
  nonisolated(unsafe) private static var seconds: UInt32 = 0

  /// Takes down what is open. Call it before MPI starts.
  static func rememberInherited() {
    for descriptor in 0..<most { inherited[Int(descriptor)] = fcntl(descriptor, F_GETFD) >= 0 }
  }

  /// Cuts the connections of this process after some time, and ends the process with code 0 if it is still there as long again later.
  ///
  /// ``Platform/cancelTimedExit()`` takes both back.
  static func cut(afterSeconds seconds: UInt32) {
    Connections.seconds = seconds
    signal(SIGALRM) { _ in
      signal(SIGALRM) { _ in Platform.exitNow(0) }
      alarm(Connections.seconds)
      for descriptor in 0..<Connections.most where !Connections.inherited[Int(descriptor)] && Connections.isOnNetwork(descriptor)
      {
        shutdown(descriptor, Int32(SHUT_RDWR))
      }
    }
    alarm(seconds)
  }

  /// Whether a descriptor is a socket of the network. May be called by a signal handler.
  private static func isOnNetwork(_ descriptor: Int32) -> Bool {
    var address = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let isSocket = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) == 0 }
    }
    return isSocket && (Int32(address.ss_family) == AF_INET || Int32(address.ss_family) == AF_INET6)
  }
}

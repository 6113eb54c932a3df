import Foundation
import Testing

@testable import Host

@Suite(.serialized) struct StopSignalTests {
  @Test(arguments: [(SIGUSR1, "SIGUSR1"), (SIGTERM, "SIGTERM"), (SIGINT, "SIGINT"), (SIGHUP, "SIGHUP")])
  func signalIsNoticed(_ signal: Int32, _ name: String) {
    StopSignal.install()
    StopSignal.reset()
    #expect(!StopSignal.isRequested)
    deliver(signal)
    #expect(StopSignal.isRequested)
    #expect(StopSignal.name == name)
    StopSignal.reset()
  }

  /// What is ignored, as `nohup` leaves SIGHUP, stays so; a reader that goes away and SIGUSR2 are ignored.
  @Test func someSignalsDoNotStop() {
    signal(SIGHUP, SIG_IGN)
    StopSignal.install()
    StopSignal.reset()
    for signal in [SIGHUP, SIGPIPE, SIGUSR2] { deliver(signal) }
    #expect(!StopSignal.isRequested)
    signal(SIGHUP, SIG_DFL)
    StopSignal.install()
    deliver(SIGHUP)
    #expect(StopSignal.isRequested)
    StopSignal.reset()
  }

  /// Sends a signal to this thread. Threads of a task pool block signals, as the main thread of a program does not.
  private func deliver(_ signal: Int32) {
    var set = sigset_t()
    var before = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, signal)
    pthread_sigmask(SIG_UNBLOCK, &set, &before)
    raise(signal)
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}

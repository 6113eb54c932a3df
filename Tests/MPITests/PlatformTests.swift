import Testing

@testable import MPI

@Suite struct PlatformTests {
  /// A question that takes long stands for a suspended process: after it there is as much time as before, but for a second.
  @Test func suspendedTimeDoesNotCount() {
    var asked = 0
    let isFinished = Waiting.poll(deadline: .seconds(2)) {
      asked += 1
      if asked == 2 { Platform.sleep(milliseconds: 3000) }
      return asked > 2
    }
    #expect(isFinished)
  }

  @Test func aHangIsLeftAsASuccess() async {
    await #expect(processExitsWith: .success) {
      Platform.exit(0, saying: nil, afterSeconds: 1)
      while true { Platform.sleep(milliseconds: 100) }
    }
  }

  @Test func theTimedExitCanBeTakenBack() async {
    await #expect(processExitsWith: .exitCode(3)) {
      Platform.exit(0, saying: nil, afterSeconds: 1)
      Platform.cancelTimedExit()
      Platform.sleep(milliseconds: 1300)
      Platform.exitNow(3)
    }
  }

  @Test func aProcessMayRunSomewhere() {
    #expect(Platform.processorMask().contains { $0 != 0 })
  }
}

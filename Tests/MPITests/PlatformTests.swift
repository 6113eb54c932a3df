import Testing

@testable import MPI

@Suite struct PlatformTests {
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

import Foundation
import TestSupport
import Testing

@testable import Host

@Suite struct MemoryLimitTests {
  private func group(_ folder: TemporaryFolder, _ path: String, _ file: String, _ text: String) throws {
    try FileManager.default.createDirectory(atPath: folder(path), withIntermediateDirectories: true)
    try write(Array("\(text)\n".utf8), to: folder("\(path)/\(file)"))
  }

  @Test func leastLimitOfAGroupAndThoseAboveCounts() throws {
    let folder = try TemporaryFolder()
    try group(folder, "job", "memory.max", "4000")
    try group(folder, "job/step", "memory.max", "max")
    try group(folder, "job/other", "memory.max", "1")
    #expect(MemoryLimit.controlGroupBytes(of: "0::/job/step\n", in: folder.path) == 4000)
    try group(folder, "job/step", "memory.max", "3000")
    #expect(MemoryLimit.controlGroupBytes(of: "0::/job/step\n", in: folder.path) == 3000)
    #expect(MemoryLimit.controlGroupBytes(of: "0::/elsewhere\n", in: folder.path) == nil)
  }

  @Test func firstVersionHasAFolderAController() throws {
    let folder = try TemporaryFolder()
    let groups = "5:cpu,cpuacct:/a\n4:memory:/a/b\n0::/\n"
    #expect(MemoryLimit.controlGroupBytes(of: groups, in: folder.path) == nil)
    // What a container shows: the top of the groups alone, under another name than the host's.
    try group(folder, "memory", "memory.limit_in_bytes", "5000")
    #expect(MemoryLimit.controlGroupBytes(of: groups, in: folder.path) == 5000)
    try group(folder, "memory/a/b", "memory.limit_in_bytes", "2000")
    #expect(MemoryLimit.controlGroupBytes(of: groups, in: folder.path) == 2000)
    #expect(MemoryLimit.controlGroupBytes(of: "4:cpu:/a/b\n", in: folder.path) == nil)
  }

  @Test func processesOfAHostShareItsMemory() {
    #expect(MemoryLimit.hostBytes > 0)
    // Of one rank; several are in `ParallelTests`.
    #expect(MemoryLimit.bytesLeft == MemoryLimit.bytesLeft(sharedBy: 1))
    for processes in [1, 2, 3, 8, 1 << 20] {
      let counted = Double(MemoryLimit.hostBytes / processes) * MemoryLimit.countedShare
      #expect(Double(MemoryLimit.bytesLeft(sharedBy: processes)) <= counted)
    }
  }

  @Test(arguments: [
    (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1 kB"), (12_345, "12.3 kB"), (999_499, "999 kB"),
    (999_500, "1 MB"), (1_372_000_000, "1.37 GB"), (137_438_953_472, "137 GB"), (2_000_000_000_000, "2 TB"),
  ])
  func bytesAreReadable(_ bytes: Int, _ expected: String) {
    #expect("\(ByteCount(bytes))" == expected && "\(ByteCount(Double(bytes)))" == expected)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let left = Double(MemoryLimit.bytesLeft)
    #expect(MemoryLimit.refusal(of: left / 2, for: "this") == nil)
    for bytes in [left * 1.5, .infinity, .nan] {
      let reason = try #require(MemoryLimit.refusal(of: bytes, for: "this"))
      #expect(reason.hasPrefix("this would take ") && reason.hasSuffix("are available to a rank"))
    }
  }
}

import Foundation
import TestSupport
import Testing

@testable import Files

/// Streams of gzip, bzip2 and xz in memory, and paths that results go to.
@Suite struct PackedTests {
  private let text = [UInt8]("3 3\n1 2 1\n2 3 1\n1 3 1\n".utf8)

  @Test(arguments: PackedBytes.Packer.allCases) func contentComesBack(packer: PackedBytes.Packer) throws {
    let bytes = try #require(FuzzTests.packed[packer])
    #expect(PackedBytes.Packer.of(bytes) == packer)
    #expect(try PackedBytes.unpack(bytes, by: packer, path: "f", atMost: 100) == text)
    // As parallel packers write it: streams one after the other, and zeros at the end.
    #expect(try PackedBytes.unpack(bytes + bytes, by: packer, path: "f", atMost: 100) == text + text)
    #expect(try PackedBytes.unpack(bytes + [0, 0, 0, 0], by: packer, path: "f", atMost: 100) == text)
  }

  @Test(arguments: PackedBytes.Packer.allCases) func damageIsFound(packer: PackedBytes.Packer) throws {
    let bytes = try #require(FuzzTests.packed[packer])
    func message(_ bytes: [UInt8], limit: Int = 100) -> String {
      do {
        _ = try PackedBytes.unpack(bytes, by: packer, path: "f", atMost: limit)
        return "unpacked"
      } catch { return "\(error)" }
    }
    #expect(message(Array(bytes.dropLast(9))).contains("ends too early"))
    #expect(message(bytes + [7]).contains("followed by other bytes"))
    #expect(message(bytes, limit: 10).contains("more than 10 bytes"))
    var changed = bytes
    changed[bytes.count - 14] ^= 0x55
    #expect(message(changed) != "unpacked")
  }

  /// A million zeros pack into little; they are counted while they come.
  @Test func bombsEndAtTheLimit() throws {
    let folder = try TemporaryFolder()
    try Data(repeating: 0, count: 50_000_000).write(to: URL(fileURLWithPath: folder("zeros")))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", folder("zeros")]
    try process.run()
    process.waitUntilExit()
    let bytes = try contents(of: folder("zeros.gz"))
    #expect(throws: FileError.self) { try PackedBytes.unpack(bytes, by: .gzip, path: "f", atMost: 10_000_000) }
    #expect(try PackedBytes.unpack(bytes, by: .gzip, path: "f", atMost: 50_000_000).count == 50_000_000)
  }

  // MARK: - Paths

  @Test func linkStaysALink() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("old", to: folder("target"))
    try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "target")
    try AtomicFile.write("new", to: folder("link"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder("link")) == "target")
    #expect(try contents(of: folder("target")) == [UInt8]("new".utf8))
    // One whose target is yet to be made.
    try FileManager.default.createSymbolicLink(atPath: folder("early"), withDestinationPath: "late")
    try AtomicFile.write("late", to: folder("early"))
    #expect(try contents(of: folder("late")) == [UInt8]("late".utf8))
  }

  @Test func pipeIsWrittenThrough() throws {
    let folder = try TemporaryFolder()
    let pipe = folder("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(AtomicFile.isWrittenThrough(pipe) && AtomicFile.isWrittenThrough("/dev/null"))
    let reader = Process()
    reader.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    reader.arguments = ["cp", pipe, folder("copy")]
    try reader.run()
    try AtomicFile.write("through", to: pipe)
    reader.waitUntilExit()
    #expect(try contents(of: folder("copy")) == [UInt8]("through".utf8))
    #expect(AtomicFile.isWrittenThrough(pipe))
  }

  /// A file in memory is a file: it is replaced, and nothing is added to it.
  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm"))) func fileBelowDevicesIsReplaced() throws {
    let path = "/dev/shm/equilibria-\(UUID().uuidString)"
    defer { unlink(path) }
    try AtomicFile.write("a long text", to: path)
    try AtomicFile.write("short", to: path)
    #expect(try contents(of: path) == [UInt8]("short".utf8))
  }

  @Test func fullDeviceIsAnError() {
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: "/dev/full") }
  }
}

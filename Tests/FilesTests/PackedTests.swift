import Foundation
import TestSupport
import Testing

@testable import Files

/// Streams of gzip, bzip2 and xz, and paths that results go to.
@Suite struct PackedTests {
  private let text = [UInt8]("3 3\n1 2 1\n2 3 1\n1 3 1\n".utf8)

  private func unpack(_ bytes: [UInt8], atMost limit: Int = 100) throws -> [UInt8] {
    try PackedReader(bytes).content(named: "f", atMost: limit)
  }

  @Test(arguments: Packer.allCases) func contentComesBack(packer: Packer) throws {
    let bytes = try #require(FuzzTests.packed[packer])
    #expect(PackedReader(bytes).packer == packer)
    #expect(try unpack(bytes) == text)
    // As parallel packers write it: streams one after the other, zeros between them and at the end.
    #expect(try unpack(bytes + bytes) == text + text)
    #expect(try unpack(bytes + [0, 0, 0, 0]) == text)
    #expect(try unpack(bytes + [0, 0, 0, 0] + bytes) == text + text)
  }

  /// Wherever a file is cut into pieces to be read, and its content into parts to be taken, it is the same as from memory, and so is damage.
  @Test(arguments: Packer.allCases) func piecesDoNotMatter(packer: Packer) throws {
    let folder = try TemporaryFolder()
    let packed = try #require(FuzzTests.packed[packer])
    let bytes = packed + [0, 0, 0, 0] + packed
    try write(bytes, to: folder("good"))
    try write(bytes.dropLast(9), to: folder("cut"))
    try write(bytes + [7], to: folder("followed"))
    for chunk in 1...bytes.count {
      for part in [1, 7, 100] {
        var found: [UInt8] = []
        let reader = try PackedReader(path: folder("good"), unpacking: [packer], chunk: chunk)
        var buffer = [UInt8](repeating: 0, count: part)
        while case let count = try reader.read(into: &buffer, count: part), count > 0 { found += buffer.prefix(count) }
        #expect(found == text + text && reader.position == found.count && reader.packedSize == bytes.count)
      }
      for (name, damage) in [("cut", PackedReader.Damage.isTruncated(packer)), ("followed", .isFollowed(packer))] {
        let reader = try PackedReader(path: folder(name), unpacking: [packer], chunk: chunk)
        #expect(throws: damage) {
          var buffer = [UInt8](repeating: 0, count: 100)
          _ = try reader.read(into: &buffer, count: 100)
        }
      }
    }
    // What is not to be unpacked comes as it is.
    let plain = try PackedReader.content(of: folder("good"), unpacking: [], atMost: 1000)
    #expect(plain == bytes)
  }

  @Test(arguments: Packer.allCases) func damageIsFound(packer: Packer) throws {
    let bytes = try #require(FuzzTests.packed[packer])
    func message(_ bytes: [UInt8], limit: Int = 100) -> String {
      do {
        _ = try unpack(bytes, atMost: limit)
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
    #expect(throws: FileError.self) { try unpack(bytes, atMost: 10_000_000) }
    #expect(try unpack(bytes, atMost: 50_000_000).count == 50_000_000)
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

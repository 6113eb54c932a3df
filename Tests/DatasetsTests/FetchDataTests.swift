import Foundation
import TestSupport
import Testing

@testable import Datasets

/// `scripts/fetch-data`, run from a copy in a project folder of its own, and never over a network.
@Suite struct FetchDataTests {
  let project: TemporaryFolder

  init() throws {
    project = try TemporaryFolder()
    let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../scripts/fetch-data").standardized
    try project.write([UInt8](try Data(contentsOf: script)), "project/scripts/fetch-data")
  }

  private func run(_ arguments: String..., data: String = "") throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["bash", "\(project.path)/project/scripts/fetch-data"] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["EQUILIBRIA_DATA": data]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }

  /// The names in the project's data folder, hidden ones too; nil if there is no such folder.
  private var fetched: [String]? { try? FileManager.default.contentsOfDirectory(atPath: "\(project.path)/project/data") }

  /// A folder of the sizes of CIFAR-100's files, which have no other published check; it takes no space on disk.
  private func placeCIFAR100(sizes: [String: Int]) throws {
    for (name, size) in sizes {
      try project.write([], "copies/cifar-100-binary/\(name)")
      let file = try #require(FileHandle(forWritingAtPath: "\(project.path)/copies/cifar-100-binary/\(name)"))
      try file.truncate(atOffset: UInt64(size))
    }
  }

  @Test func helpAndWrongUsage() throws {
    #expect(try run("--help").status == 0)
    #expect(try run("--help").output.contains("Usage: scripts/fetch-data"))
    let unknown = try run("cifar11")
    #expect(unknown.status == 2)
    #expect(unknown.output.contains("unknown data set cifar11, expected one of: cifar10 cifar100 mnist fashion-mnist"))
    #expect(try run("--quick").status == 2)
  }

  @Test func aDownloadOfAnotherContentLeavesNothing() throws {
    try project.write([1, 2, 3], "mirror/cifar-100-binary.tar.gz")
    let found = try run("--mirror", "file://\(project.path)/mirror", "--download", "cifar100")
    #expect(found.status == 1)
    #expect(found.output.contains("is not the official file: found md5 5289df737df57326fcdd22597afb1fac"))
    #expect(fetched == [])
  }

  @Test func aMissingDownloadLeavesNothing() throws {
    let found = try run("--mirror", "file://\(project.path)/nowhere", "--download", "mnist")
    #expect(found.status == 1)
    #expect(found.output.contains("cannot download file://\(project.path)/nowhere/train-images-idx3-ubyte.gz"))
    #expect(fetched == [])
  }

  @Test func anOfflineCopyIsLinked() throws {
    try placeCIFAR100(sizes: ["train.bin": 153_700_000, "test.bin": 30_740_000])
    let copies = "\(project.path)/copies"
    #expect(try run("--list", "cifar100", data: copies).output.contains("cifar100: in the offline copy \(copies)"))
    #expect(fetched == nil)
    #expect(try run("cifar100", data: copies).status == 0)
    let link = "\(project.path)/project/data/cifar-100-binary"
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "\(copies)/cifar-100-binary")
    #expect(try run("cifar100").output == "cifar100: in \(link)\n")
  }

  @Test func aDamagedOfflineCopyIsNotLinked() throws {
    try placeCIFAR100(sizes: ["train.bin": 153_699_999, "test.bin": 30_740_000])
    let found = try run("cifar100", "--mirror", "file://\(project.path)/nowhere", data: "\(project.path)/copies")
    #expect(found.status == 1)
    #expect(found.output.contains("train.bin is damaged: found bytes:153699999, expected bytes:153700000"))
    #expect(fetched == [])
  }

  @Test func aFolderOfTheUsersIsNotTouched() throws {
    try project.write([1], "project/data/mnist/train-images-idx3-ubyte")
    let found = try run("mnist", "--mirror", "file://\(project.path)/nowhere")
    #expect(found.status == 1)
    #expect(found.output.contains("is there, but not whole and right; move it away"))
    #expect(FileManager.default.fileExists(atPath: "\(project.path)/project/data/mnist/train-images-idx3-ubyte"))
  }
}

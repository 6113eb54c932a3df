import Foundation
import Host
import TestSupport
import Testing

@testable import Experiments

@Suite struct RunFolderTests {
  @Test func freshFolderIsNamedByRunAndTime() throws {
    let root = try TemporaryFolder()
    let configuration = try example("run.folder=\(root.path)/runs")
    let now = Date(timeIntervalSince1970: 1_700_000_000)
    let first = try RunFolder.open(configuration: configuration, now: now)
    let second = try RunFolder.open(configuration: configuration, now: now)
    #expect(first.path == root("runs/example-\(TimeStamp.compact(now))"))
    #expect(second.path == first.path + "-2")
    #expect(try RunFolder.configuration(of: first.path) == configuration)
  }

  @Test func usedFolderNeedsResume() throws {
    let root = try TemporaryFolder()
    try RunFolder.open(root("run"), configuration: try example()).close()
    #expect(
      message { try RunFolder.open(root("run"), configuration: try example()) }
        == "\(root("run")): the run folder is not empty; continue its run with --resume, or name another with --run-dir")
    try RunFolder.open(root("run"), configuration: try example(), resume: true).close()
    try RunFolder.open(root("new"), configuration: try example(), resume: true).close()
    #expect(FileManager.default.fileExists(atPath: root("new/configuration.yaml")))
  }

  @Test func resumeRefusesAnotherConfiguration() throws {
    let root = try TemporaryFolder()
    try RunFolder.open(root("run"), configuration: try example("learning.epochs=3")).close()
    #expect(
      message { try RunFolder.open(root("run"), configuration: try example("seed=8"), resume: true) }
        == "\(root("run")): the run was started with another configuration (key: now, then): seed: 8, 7; a new run takes its weights with --initial "
        + root("run"))
    var warnings: [String] = []
    try RunFolder.open(root("run"), configuration: try example("learning.epochs=5"), resume: true) { warnings.append($0) }.close()
    #expect(warnings == ["changed since the run was started (key: now, then): learning.epochs: 5, 3"])
    #expect(try RunFolder.configuration(of: root("run")).learning.epochs == 5)
  }

  @Test func fileInPlaceOfTheFolderIsRefused() throws {
    let root = try TemporaryFolder()
    try write([], to: root("run"))
    #expect(
      message { try RunFolder.open(root("run"), configuration: try example()) }
        == "\(root("run")): is a file, expected a run folder")
  }

  @Test func environmentHasAnEntryAStart() throws {
    let root = try TemporaryFolder()
    let folder = try RunFolder.open(root("run"), configuration: try example())
    for seed in [1, 2] {
      try folder.record(
        RunEnvironment(mpi: "MPICH", instructionSet: "AVX2", hosts: ["a", "b"], grid: [2, 1], seed: UInt64(seed)))
    }
    let entries = try JSONDecoder().decode([RunEnvironment].self, from: Data(try contents(of: folder.path(of: .environment))))
    #expect(entries.map(\.seed) == [1, 2])
    #expect(entries[0].ranks == 2)
    #expect(entries[0].command == CommandLine.arguments)
    #expect(!entries[0].processor.isEmpty)
  }

  // MARK: Lock

  @Test func secondJobIsRefusedAndTold() throws {
    let root = try TemporaryFolder()
    let first = try RunFolder.open(root("run"), configuration: try example())
    let text = message { try RunFolder.open(root("run"), configuration: try example(), resume: true) }
    #expect(
      text.hasPrefix(
        "\(root("run")): the run folder is in use by process \(getpid()) on \(ProcessInfo.processInfo.hostName) since "))
    first.close()
    try RunFolder.open(root("run"), configuration: try example(), resume: true).close()
  }

  @Test func lockOfADeadProcessIsTakenOver() throws {
    let root = try TemporaryFolder()
    try plantLock(in: root.path, host: ProcessInfo.processInfo.hostName, process: getpid(), ticks: "1")
    var warnings: [String] = []
    let folder = try RunFolder.open(root.path, configuration: try example(), resume: true) { warnings.append($0) }
    #expect(
      warnings == [
        "the lock of process \(getpid()) on \(ProcessInfo.processInfo.hostName), which is not running any more, was taken over"
      ])
    folder.close()
    #expect(try root.names() == ["configuration.yaml"])
  }

  @Test func lockOfAnotherHostIsKept() throws {
    let root = try TemporaryFolder()
    try plantLock(in: root.path, host: "elsewhere", process: 1, ticks: "")
    #expect(
      message { try RunFolder.open(root.path, configuration: try example(), resume: true) }
        == "\(root.path): the run folder is in use by process 1 on elsewhere since then; "
        + "if that job is dead, remove \(root.path)/lock")
  }

  @Test(
    arguments: [
      ("slurm-17/0", "slurm-17/1", true), ("slurm-17/1", "slurm-17/1", false), ("slurm-17/0", "slurm-18/1", false),
      ("a/b/0", "a/b/1", true), ("/0", "/1", false), ("17", "17", false), (nil, "slurm-17/1", false), ("slurm-17/0", nil, false),
    ] as [(String?, String?, Bool)])
  func anEarlierStartOfTheSameBatchJobIsDead(_ before: String?, _ now: String?, _ isDead: Bool) {
    func holder(_ job: String?) -> RunLock.Holder {
      RunLock.Holder(host: "elsewhere", process: 1, startTicks: "", since: "then", batchJob: job)
    }
    #expect(holder(before).isEarlierStart(of: holder(now)) == isDead)
  }

  @Test func unreadableLockIsKept() throws {
    let root = try TemporaryFolder()
    try write([1], to: root("lock"))
    #expect(
      message { try RunFolder.open(root.path, configuration: try example()) }.contains(
        "which cannot be read; remove it if no job uses"))
  }

  private func plantLock(in folder: String, host: String, process: Int32, ticks: String) throws {
    let holder = RunLock.Holder(host: host, process: process, startTicks: ticks, since: "then")
    try JSONEncoder().encode(holder).write(to: URL(fileURLWithPath: "\(folder)/lock"))
  }
}

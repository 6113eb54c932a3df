import Configuration
import Files
import Foundation
import Host
import TestSupport
import Testing

@testable import Experiments

@Suite struct LogTests {
  private func row(step: Int) -> MetricsLog.Row {
    .init(
      time: 1.5, epoch: 0.25, step: step, kind: .interval, loss: 0.5, accuracy: 0.125, learningRate: 0.01, freeSweeps: 13,
      nudgedSweeps: 6, residual: 0.00075, residual90: 0.002, samplesPerSecond: 321)
  }

  @Test func metricsAreRowsUnderTheirHeader() throws {
    let folder = try TemporaryFolder()
    let log = try MetricsLog(path: folder("metrics.csv"))
    try log.append(row(step: 3))
    try log.append(.init(time: 2, epoch: 1, step: 12, kind: .validation, accuracy: 0.5))
    #expect(
      try text(of: log.path) == """
        time,epoch,step,kind,loss,accuracy,learningRate,freeSweeps,nudgedSweeps,residual,residual90,samplesPerSecond
        1.5,0.25,3,interval,0.5,0.125,0.01,13,6,0.00075,0.002,321
        2,1,12,validation,,0.5,,,,,,

        """)
    #expect(try log.lastTime() == 2)
  }

  @Test func resumingCutsRowsPastTheCheckpoint() throws {
    let folder = try TemporaryFolder()
    do {
      let log = try MetricsLog(path: folder("metrics.csv"))
      for step in [10, 20, 30] { try log.append(row(step: step)) }
    }
    // A row that a killed job could not finish.
    try write(try contents(of: folder("metrics.csv")) + Array("2,0.5,1".utf8), to: folder("metrics.csv"))
    let log = try MetricsLog(path: folder("metrics.csv"), resumingAt: 20)
    try log.append(row(step: 25))
    let steps = try text(of: log.path).split(separator: "\n").dropFirst().map { $0.split(separator: ",")[2] }
    #expect(steps == ["10", "20", "25"])
  }

  /// A run that another version began keeps its rows, each number under its name.
  @Test func resumingKeepsRowsUnderOtherColumns() throws {
    let folder = try TemporaryFolder()
    let former = """
      time,epoch,step,kind,loss,accuracy,ofOld,learningRate
      1.5,0.25,3,interval,0.5,0.125,7,0.01
      2.5,0.5,6,validation,,0.25,,
      3.5,0.75,9,interval,0.4,0.5,8,0.01

      """
    try write(Array(former.utf8), to: folder("metrics.csv"))
    let log = try MetricsLog(path: folder("metrics.csv"), resumingAt: 6, extraColumns: ["mine"])
    #expect(try log.lastTime() == 2.5)
    var next = row(step: 8)
    next.extra = ["mine": 4]
    try log.append(next)
    #expect(
      try text(of: log.path) == """
        \(MetricsLog.header),mine,ofOld
        1.5,0.25,3,interval,0.5,0.125,0.01,,,,,,,7
        2.5,0.5,6,validation,,0.25,,,,,,,,
        1.5,0.25,8,interval,0.5,0.125,0.01,13,6,0.00075,0.002,321,4,

        """)
  }

  /// Nothing of the user's is replaced by an empty table.
  @Test func resumingRefusesWhatIsNoTable() throws {
    let folder = try TemporaryFolder()
    try write(Array("my notes\n".utf8), to: folder("metrics.csv"))
    #expect(throws: FileError.self) { try MetricsLog(path: folder("metrics.csv"), resumingAt: 20) }
    #expect(try text(of: folder("metrics.csv")) == "my notes\n")
  }

  @Test func logLinesHaveTimeStamps() throws {
    let folder = try TemporaryFolder()
    let time = Date(timeIntervalSince1970: 1_700_000_000)
    try RunLog(path: folder("log.txt")).write("one\ntwo", at: time)
    try RunLog(path: folder("log.txt")).write("three", at: time)
    let stamp = TimeStamp.readable(time)
    #expect(try text(of: folder("log.txt")) == "\(stamp)  one\n\(stamp)  two\n\(stamp)  three\n")
    #expect(stamp.count == 19)
  }

  @Test func theErrorThatEndedARunIsTheLastOfItsLog() throws {
    let folder = try TemporaryFolder()
    let log = try RunLog(path: folder("log.txt"))
    let time = Date(timeIntervalSince1970: 1_700_000_000)
    log.write("epoch 1/3", at: time)
    #expect(RunLog.lastError(in: try text(of: log.path)) == nil)
    log.write(RunFolderError("the disk is full;\nmake room"), at: time)
    let last = RunLog.lastError(in: try text(of: log.path))
    #expect(last?.time == TimeStamp.readable(time) && last?.message == "the disk is full;\nmake room")
    log.write("resumed at step 3", at: time)
    #expect(RunLog.lastError(in: try text(of: log.path)) == nil)
  }

  /// A rank that does not keep the log has the last word in it, unless another had.
  @Test func errorsOfOtherRanksAreLogged() throws {
    let folder = try TemporaryFolder()
    RunLog.write(RunFolderError("no log"), ofRank: 1, to: folder("log.txt"))
    #expect(try folder.names() == [])
    let log = try RunLog(path: folder("log.txt"))
    log.write("step 1")
    RunLog.write(RunFolderError("no answer"), ofRank: 2, to: log.path)
    RunLog.write(RunFolderError("no answer either"), ofRank: 3, to: log.path)
    #expect(RunLog.lastError(in: try text(of: log.path))?.message == "on rank 2: no answer")
  }

  @Test(arguments: [(0, "+00:00", "22:13:20"), (3600, "+01:00", "23:13:20"), (-12_600, "-03:30", "18:43:20")])
  func timesOfStartsNameTheirZone(_ seconds: Int, _ offset: String, _ clock: String) throws {
    let zone = try #require(TimeZone(secondsFromGMT: seconds))
    #expect(TimeStamp.zoned(Date(timeIntervalSince1970: 1_700_000_000), in: zone) == "2023-11-14 \(clock) \(offset)")
  }

  private func warning(_ loss: Double, _ configuration: Configuration) -> String? {
    LossFigure.warning(of: loss, configuration.learning.cost, classes: configuration.data.classes)
  }

  /// A constant output of ten classes: ½(0.9² + 9·0.1²) of squared errors, ln 10 of cross-entropy.
  @Test func aLossFarAboveThatOfAConstantOutputIsToldOf() throws {
    let squared = try example("learning.cost=squaredError")
    #expect(warning(4.49, squared) == nil)
    #expect(warning(4.51, squared)?.contains("4.5100, is far above 0.4500") == true)
    #expect(warning(1.25e34, squared)?.contains("1.25e+34, is far above") == true)
    #expect(warning(.nan, squared) != nil)
    let entropy = try example("learning.cost=crossEntropy")
    #expect(warning(23, entropy) == nil && warning(23.1, entropy) != nil)
    #expect(LossFigure.text(0.123456) == "0.1235" && LossFigure.text(1e34) == "1e+34")
  }
}

@Suite struct ProgressTests {
  static let report = ProgressReport(
    epoch: 3, epochs: 30, fraction: 0.0875, samplesPerSecond: 412.4, freeSweeps: 14, nudgedSweeps: 12, residual: 0.00091,
    loss: 0.3123,
    accuracy: 0.571, timeLeft: 3723)

  @Test func plainLineHasEverything() {
    #expect(
      ProgressText.plain(Self.report)
        == "epoch 3/30,   9 %, 1 h 02 min left, accuracy 57.1 %, loss 0.3123, 412 samples/s, sweeps 14.0 + 12.0, residual 9.1e-04"
    )
  }

  @Test(arguments: [1, 20, 40, 80, 100, 200])
  func barFitsTheTerminal(_ width: Int) {
    let line = ProgressText.bar(Self.report, width: width)
    #expect(line.count < width)
    #expect(line.contains("residual") == (width >= 200))
    #expect(line.contains("1 h 02 min left") == (width >= 80))
  }

  @Test func fileGetsAPlainLineAnInterval() throws {
    let folder = try TemporaryFolder()
    try write([], to: folder("out"))
    let log = try RunLog(path: folder("log.txt"))
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: folder("out")))
    let display = ProgressDisplay(interval: .seconds(10), log: log, output: output)
    let start = ContinuousClock.now
    for second in 0..<25 { display.update(Self.report, now: start + .seconds(second)) }
    display.message("done")
    display.finish()
    let line = ProgressText.plain(Self.report)
    #expect(try text(of: folder("out")) == "\(line)\n\(line)\n\(line)\ndone\n")
    #expect(try text(of: folder("log.txt")).split(separator: "\n").count == 4)
  }
}

@Suite struct GitCommitTests {
  @Test func findsTheCommitOfABranch() throws {
    let folder = try TemporaryFolder()
    let sub = folder("sub/deeper")
    for path in [sub, folder(".git/refs/heads")] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    try write(Array("ref: refs/heads/main\n".utf8), to: folder(".git/HEAD"))
    try write(Array("# pack-refs\naaaa refs/heads/main\n".utf8), to: folder(".git/packed-refs"))
    #expect(GitCommit.of(folder: sub) == "aaaa")
    try write(Array("bbbb\n".utf8), to: folder(".git/refs/heads/main"))
    #expect(GitCommit.of(folder: sub) == "bbbb")
    try write(Array("cccc\n".utf8), to: folder(".git/HEAD"))
    #expect(GitCommit.of(folder: sub) == "cccc")
  }
}

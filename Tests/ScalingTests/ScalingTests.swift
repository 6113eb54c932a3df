import Foundation
import Ising
import Kernels
import Networks
import Parallel
import TestSupport
import TestTools
import Testing

@testable import Scaling

@Suite struct ScalingTests {
  /// A point of a machine that obeys the model to the letter.
  static func point(
    _ ranks: Int, samples: Double, messages: Double = 0, bytes: Double = 0, latency: Double = 2e-5, bandwidth: Double = 1e8,
    repetition: Int = 1, mode: ScalingMode = .strong
  ) -> ScalingPoint {
    let imbalance = 0.05 * (2 * log(Double(ranks))).squareRoot()
    let compute = 0.01 * samples
    let seconds = compute * (1 + imbalance) + 3 * latency * messages + 1.5 * bytes / bandwidth
    return ScalingPoint(
      mode: mode, ranks: ranks, data: ranks, spin: 1, nodes: ranks, repetition: repetition, units: 64, steps: 5, seconds: seconds,
      unitsPerSecond: 64 / seconds, spinUpdatesPerSecond: 6400 / seconds, compute: compute,
      computeMost: compute * (1 + imbalance),
      exchange: 0, wait: 0, reduce: seconds - compute, work: StepWork(units: samples, messages: messages, bytes: bytes),
      latency: latency,
      bandwidth: bandwidth, ranksPerCore: 1, memory: 1 << 20, start: 0.5, joules: nil, efficiency: nil)
  }

  private var study: [ScalingPoint] {
    [
      Self.point(1, samples: 64), Self.point(2, samples: 32, messages: 2, bytes: 1e6),
      Self.point(4, samples: 16, messages: 6, bytes: 1.5e6),
      Self.point(8, samples: 8, messages: 14, bytes: 1.75e6),
      Self.point(8, samples: 8, messages: 14, bytes: 1.75e6, latency: 1e-3),
      Self.point(8, samples: 8, messages: 14, bytes: 1.75e6, bandwidth: 1e6),
    ]
  }

  @Test func modelIsRecovered() throws {
    let model = try PerformanceModel(study)
    expectClose(model.unit, 0.01, relative: 1e-6)
    expectClose(model.imbalance, 0.05, relative: 1e-6)
    expectClose(model.latencies, 3, relative: 1e-6)
    expectClose(model.transfers, 1.5, relative: 1e-6)
    let unseen = Self.point(64, samples: 1, messages: 126, bytes: 2e6, latency: 5e-5, bandwidth: 3e8)
    expectClose(model.seconds(of: unseen), unseen.seconds, relative: 1e-6)
  }

  /// Steps of a second whose messages take a ten-thousandth of it, give or take a twentieth.
  @Test func aNetworkThatDoesNotShowIsTakenToCountOnce() throws {
    var points = (0..<8).map { Self.point($0 % 2 + 1, samples: 100, messages: Double($0 % 2) * 2, latency: 5e-5) }
    for index in points.indices { points[index].seconds *= [0.95, 1.02, 1.05, 1.0, 0.98, 1.04, 1.0, 0.97][index] }
    let model = try PerformanceModel(points)
    #expect(model.latencies < 10 && model.transfers == 1)
  }

  @Test func aBusyMomentDoesNotBendTheModel() throws {
    var points = study + study + study
    points[0].seconds *= 3
    points[9].seconds *= 2
    let model = try PerformanceModel(points)
    expectClose(model.unit, 0.01, relative: 0.05)
    expectClose(model.latencies, 3, relative: 0.05)
    expectClose(model.transfers, 1.5, relative: 0.05)
  }

  @Test func intervalHoldsTheTruthAndNarrowsWithoutNoise() throws {
    let truth = Self.point(64, samples: 1, messages: 126, bytes: 2e6)
    let exact = try PredictionInterval.of(study) { $0.seconds(of: truth) }
    #expect(exact.low <= exact.middle && exact.middle <= exact.high)
    expectClose(exact.middle, truth.seconds, relative: 1e-6)
    var noisy = study + study
    for index in noisy.indices { noisy[index].seconds *= index % 2 == 0 ? 1.1 : 0.9 }
    let wide = try PredictionInterval.of(noisy) { $0.seconds(of: truth) }
    #expect(wide.high - wide.low > 10 * (exact.high - exact.low))
    #expect(wide.low < truth.seconds && truth.seconds < wide.high)
  }

  @Test func factorsAreNeverNegative() {
    // The best plane has a negative slope in the second column.
    let rows = [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]
    let factors = NonNegativeLeastSquares.solve(rows, [3, 2, 1])
    #expect(factors[1] == 0 && abs(factors[0] - 2) < 1e-12)
    let alone = NonNegativeLeastSquares.solve([[2, 0], [4, 0]], [1, 2])
    #expect(abs(alone[0] - 0.5) < 1e-12 && alone[1] == 0)
  }

  @Test func efficiencyIsAgainstTheFewestRanks() {
    var table = ScalingTable()
    table.add(Self.point(2, samples: 32))
    table.add(Self.point(4, samples: 32))
    #expect(table.points[0].efficiency == 1)
    expectClose(table.points[1].efficiency ?? 0, table.points[0].seconds / table.points[1].seconds / 2, absolute: 1e-12)
  }

  @Test func tableIsReadBack() throws {
    let folder = try TemporaryFolder()
    var table = ScalingTable()
    for point in study { table.add(point) }
    try table.write(to: folder("scaling.csv"))
    let again = try ScalingTable(contentsOf: folder("scaling.csv"))
    #expect(again.points.map(\.key) == table.points.map(\.key))
    #expect(zip(again.points, table.points).allSatisfy { abs($0.seconds / $1.seconds - 1) < 1e-6 && $0.joules == nil })
    try write(Array((ScalingTable.header + "\nstrong,1,x\n").utf8), to: folder("bad.csv"))
    #expect(message { try ScalingTable(contentsOf: folder("bad.csv")) }.contains("line 2: found `strong,1,x`"))
  }

  @Test func workIsWhatTheBusiestRankDoes() throws {
    // 32 images in micro-shards of 4: 8 shards.
    var configuration = try example()
    configuration.learning.estimator = .centred
    let layout = try NetworkLayout(#require(configuration.network))
    let alone = try StepWork(configuration, layout: layout, grid: GridShape(data: 1, spin: 1))
    #expect(alone == (try StepWork(configuration, layout: layout, grid: GridShape(data: 1, spin: 1))))
    #expect(alone.units == 32 && alone.messages == 0 && alone.bytes == 0)
    let gradient = Double(layout.parameterCount * 4)
    let two = try StepWork(configuration, layout: layout, grid: GridShape(data: 2, spin: 1))
    // Four shards are one subtree: half of it goes to the other rank, and half of the sum comes back.
    #expect(two.units == 16 && two.messages == 2 && abs(two.bytes - gradient) < 1)
    let three = try StepWork(configuration, layout: layout, grid: GridShape(data: 3, spin: 1))
    // The first rank has three shards: two subtrees.
    #expect(three.units == 12 && three.messages == 4 && abs(three.bytes - 3 * gradient * 2 / 3) < 1)
    let strips = try StepWork(configuration, layout: layout, grid: GridShape(data: 1, spin: 2))
    #expect(strips.units < 32 && strips.units >= 16 && strips.messages > 0 && strips.bytes > 0)
  }

  @Test func weakScalingGrowsTheBatch() throws {
    let subject = try TrainingSubject(try example())
    let weak = subject.scaled(.weak, ranks: 4, grid: GridShape(data: 2, spin: 2))
    #expect(weak.learning.batch.size == 128 && weak.learning.batch.shard == 4)
    #expect(weak.grid.data == 2 && weak.grid.spin == 2)
    #expect(weak.relaxation.free.tolerance == 0 && weak.data.synthetic.train == 128)
    #expect(subject.scaled(.strong, ranks: 4).learning.batch.size == 32)
  }

  @Test func aStudyOfAnotherConfigurationIsRefused() throws {
    let folder = try TemporaryFolder()
    let settings = ScalingSettings()
    _ = try ScalingStudy(try TrainingSubject(try example()), settings: settings, folder: folder("study"), program: "equilibria")
    _ = try ScalingStudy(try TrainingSubject(try example()), settings: settings, folder: folder("study"), program: "equilibria")
    #expect(
      message {
        try ScalingStudy(
          try TrainingSubject(try example("learning.nudge=0.5")), settings: settings, folder: folder("study"), program: "")
      }
      .contains("holds a study of another configuration (key: now, then): learning.nudge: 0.5, 0.25"))
  }

  /// Whatever libraries write to the same output.
  @Test func aPointIsFoundAmongOtherLines() throws {
    let point = #"""
      {"bandwidth":2e10,"compute":2e-5,"computeMost":3e-5,"data":1,"exchange":4e-5,"latency":2e-6,"memory":39342080,\
      "mode":"strong","nodes":2,"ranks":2,"ranksPerCore":1,"reduce":2e-3,"repetition":1,"seconds":0.007,"spin":2,"start":0.2,\
      "spinUpdatesPerSecond":3e5,"steps":5,"units":1,"unitsPerSecond":143.5,"wait":0.004,"work":{"bytes":352,"messages":4,"units":0.5}}
      """#.replacingOccurrences(of: "\\\n", with: "")
    func found(_ text: String) -> Double? { ScalingStudy.point(in: Array(text.utf8))?.unitsPerSecond }
    let said = "[1795833397.461876] [h229271:23242:a]  sock.c:52  UCX  ERROR accept() failed: Invalid argument"
    for text in [point, "\(point)\n", "\(point)\n\(said)\n\(said)\n", "\(said)\n\(point)"] { #expect(found(text) == 143.5) }
    #expect(found("") == nil && found(said) == nil && found(String(point.dropLast())) == nil)
  }

  @Test func aPointThatFailsIsSaid() throws {
    let folder = try TemporaryFolder()
    var settings = ScalingSettings()
    settings.launcher = ["false"]
    let study = try ScalingStudy(
      try TrainingSubject(try example()), settings: settings, folder: folder("study"), program: "equilibria")
    #expect(
      message { try study.measure { _ in } }.hasPrefix("a point could not be measured (exit code 1): false -n 1 equilibria"))
  }
}

/// Studies of Ising problems.
@Suite struct SpinScalingTests {
  private func cut(_ name: String, _ mode: ScalingMode, _ ranks: Int) throws -> StepCut? {
    let (problem, seed) = try #require(try SyntheticProblem.named(name))
    return try SpinSubject(problem, seed: seed).cuts(mode, ranks: ranks).first
  }

  @Test func aLatticeIsCutIntoSquares() throws {
    let alone = try #require(try cut("torus:400x200", .strong, 1))
    #expect(alone.work == StepWork(units: 1, messages: 0, bytes: 0) && alone.units == 1)
    // Two halves of 200 × 200 spins: each sends both ends, 200 spins each, to the other, after each of two colours.
    let halves = try #require(try cut("torus:400x200", .strong, 2))
    #expect(halves.work == StepWork(units: 0.5, messages: 2 + 2, bytes: 4 * 400 + 32))
    // Four rows of two blocks, of 100 × 100 spins: neighbours above, below and beside.
    let eighths = try #require(try cut("torus:400x200", .strong, 8))
    #expect(eighths.work == StepWork(units: 0.125, messages: 2 * 3 + 6, bytes: 4 * 400 + 96))
    #expect(try cut("torus:3x3", .strong, 10) == nil)
    for name in ["dense:1", "torus:9999999999x9999999999"] {
      #expect(message { try cut(name, .strong, 1) }.contains("\(name): expected from 2 to "))
    }
  }

  @Test func weakScalingGrowsTheProblem() throws {
    let torus = try #require(try cut("torus:100x100", .weak, 6))
    #expect(torus.units == 6 && abs(torus.work.units - 1) < 1e-12)
    let dense = try #require(try cut("dense:1000", .weak, 4))
    #expect(abs(dense.units - 4) < 0.01 && abs(dense.work.units - 1) < 0.05)
    #expect(dense.work.messages == 8 && dense.work.bytes == 0.75 * 2000 * 32 * 4)
  }

  @Test func aStudyOfAnotherProblemIsRefused() throws {
    let folder = try TemporaryFolder()
    func study(_ name: String) throws -> ScalingStudy {
      let (problem, seed) = try #require(try SyntheticProblem.named(name))
      return try ScalingStudy(
        try SpinSubject(problem, seed: seed), settings: ScalingSettings(), folder: folder("study"), program: "equilibria")
    }
    _ = try study("torus:100x100")
    _ = try study("torus:100x100:0")
    #expect(message { try study("torus:100x100:1") }.hasSuffix("of another problem: torus:100x100:0, expected torus:100x100:1"))
    try ScalingTable().write(to: folder("study/scaling.csv"))
    let training = try TrainingSubject(try example())
    #expect(
      message { try ScalingStudy(training, settings: ScalingSettings(), folder: folder("study"), program: "equilibria") }
        .hasSuffix("holds a study of something else: there is no configuration.yaml"))
  }

  @Test func crowdedPointsAreNotFitted() {
    let roomy = ScalingTests.point(2, samples: 32)
    var crowded = ScalingTests.point(4, samples: 16)
    crowded.ranksPerCore = 2
    #expect(PerformanceModel.modelled([roomy, crowded]).map(\.ranks) == [2])
    #expect(PerformanceModel.modelled([ScalingTests.point(1, samples: 64), crowded]).map(\.ranks) == [1, 4])
    #expect(PerformanceModel.modelled([roomy, ScalingTests.point(4, samples: 16)], sharedCores: 2).map(\.ranks) == [2])
  }
}

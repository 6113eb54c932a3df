import Files
import Foundation
import Host
import Parallel

/// What the points of a study say: the fitted model, its predictions, and the plots.
struct ScalingAnalysis {
  private let points: [ScalingPoint]
  /// Those of them that the model is of.
  private let modelled: [ScalingPoint]
  private let subject: any ScalingSubject
  private let settings: ScalingSettings
  private let checks: [(name: String, table: ScalingTable)]
  private let model: PerformanceModel
  private let network: PerformanceModel.Network

  init(
    _ table: ScalingTable, subject: any ScalingSubject, settings: ScalingSettings, checks: [(name: String, table: ScalingTable)]
  ) throws {
    points = table.points
    self.subject = subject
    self.settings = settings
    self.checks = checks
    modelled = PerformanceModel.modelled(points, sharedCores: settings.sharedCores)
    model = try PerformanceModel(modelled, sharedCores: settings.sharedCores)
    // What the ranks that are farthest from each other see.
    let most = modelled.map(\.nodes).max()
    let far = modelled.filter { $0.nodes == most && $0.ranks > 1 }
    network =
      settings.network
      ?? .init(
        latency: far.isEmpty ? 0 : ScalingTable.median(far.map(\.latency)),
        bandwidth: far.isEmpty ? .infinity : ScalingTable.median(far.map(\.bandwidth)))
  }

  // MARK: - Prediction

  private struct Prediction {
    var ranks: Int
    var grid: GridShape
    var seconds: PredictionInterval
    var unitsPerSecond: PredictionInterval
    var efficiency: Double
  }

  /// The fastest way of cutting a step among some ranks, by the model; `nil` where there is none.
  private func fastest(_ mode: ScalingMode, ranks: Int) throws -> StepCut? {
    try subject.cuts(mode, ranks: ranks).min { seconds($0.work, ranks) < seconds($1.work, ranks) }
  }

  private func seconds(_ work: StepWork, _ ranks: Int) -> Double { model.seconds(work, ranks: ranks, network: network) }

  private func prediction(_ mode: ScalingMode, ranks: Int) throws -> Prediction? {
    guard let cut = try fastest(mode, ranks: ranks), let alone = try fastest(mode, ranks: 1) else { return nil }
    let interval = try PredictionInterval.of(modelled, sharedCores: settings.sharedCores) {
      $0.seconds(cut.work, ranks: ranks, network: network)
    }
    let speed = PredictionInterval(
      low: cut.units / interval.high, middle: cut.units / interval.middle, high: cut.units / interval.low)
    let base = alone.units / seconds(alone.work, 1)
    return Prediction(
      ranks: ranks, grid: cut.grid, seconds: interval, unitsPerSecond: speed, efficiency: speed.middle / Double(ranks) / base)
  }

  // MARK: - Text

  func text() throws -> String {
    var lines = measured
    lines += ["", "Model: seconds of a step = τ W c (1 + ε √(2 ln R)) + a ℓ M + b B / w, of the busiest of R ranks"]
    lines.append(
      String(
        format: "  compute   τ = %.4g s of one of the \(subject.unit), %.4g \(subject.unit)/s a core", model.unit, 1 / model.unit)
    )
    lines.append(String(format: "  imbalance ε = %.4f", model.imbalance))
    lines.append(String(format: "  latency   a = %.3g times ℓ = %.3g µs a message", model.latencies, network.latency * 1e6))
    lines.append(
      String(format: "  bandwidth b = %.3g times 1/w, w = ", model.transfers)
        + "\(ByteCount(network.bandwidth))/s")
    let errors = model.ratios.map { abs($0 - 1) }
    lines.append(
      String(
        format: "  error at the points that were fitted: mean %.1f %%, greatest %.1f %%",
        100 * errors.reduce(0, +) / Double(max(errors.count, 1)), 100 * (errors.max() ?? 0)))
    if modelled.count < points.count {
      lines.append("  \(points.count - modelled.count) points with more ranks than cores are not fitted")
    }
    lines += checkLines
    for mode in settings.modes { lines += try predictionLines(mode) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var measured: [String] {
    var table = TextTable(
      [
        "scaling", "ranks", "grid", "nodes", "\(subject.unit)/s", "efficiency", "compute", "exchange", "wait", "reduce",
        "start s",
        "memory a rank",
      ],
      numeric: [false] + Array(repeating: true, count: 11))
    for mode in settings.modes {
      for ranks in Set(points.filter { $0.mode == mode }.map(\.ranks)).sorted() {
        let some = points.filter { $0.mode == mode && $0.ranks == ranks }
        func median(_ figure: (ScalingPoint) -> Double) -> Double { ScalingTable.median(some.map(figure)) }
        func share(_ figure: (ScalingPoint) -> Double) -> String {
          String(format: "%.1f %%", 100 * median { figure($0) / $0.seconds })
        }
        table.add([
          mode.rawValue, "\(ranks)", "\(some[0].grid)", "\(some[0].nodes)", String(format: "%.4g", median(\.unitsPerSecond)),
          String(format: "%.3f", median { $0.efficiency ?? .nan }), share(\.compute), share(\.exchange), share(\.wait),
          share(\.reduce),
          String(format: "%.2f", median(\.start)), ByteCount(median { Double($0.memory) }).description,
        ])
      }
    }
    return table.lines
  }

  /// Studies that were not fitted, and what is left of the error when τ is that of the study's own single ranks: a machine's speed
  /// goes up and down, and that is none of the network's.
  private var checkLines: [String] {
    checks.flatMap { name, table in
      let others = PerformanceModel.modelled(table.points, sharedCores: settings.sharedCores)
      var adjusted = model
      let alone = others.filter { $0.ranks == 1 }
      if !alone.isEmpty { adjusted.unit *= ScalingTable.median(alone.map { $0.seconds / seconds(of: $0, by: model) }) }
      return [
        "  error at medians of \(name), which was not fitted: " + errors(of: model, at: others),
        "    with its own time of one of the \(subject.unit), more than one rank: "
          + errors(of: adjusted, at: others.filter { $0.ranks > 1 }),
      ]
    }
  }

  /// Of medians over the repetitions of a point.
  private func errors(of model: PerformanceModel, at points: [ScalingPoint]) -> String {
    let errors = Dictionary(grouping: points) { "\($0.mode) \($0.ranks)" }.values.map { repetitions in
      ScalingTable.median(repetitions.map { seconds(of: $0, by: model) }) / ScalingTable.median(repetitions.map(\.seconds)) - 1
    }
    let greatest = errors.max { abs($0) < abs($1) } ?? 0
    return String(
      format: "mean %.1f %%, greatest %+.1f %%", 100 * errors.reduce(0) { $0 + abs($1) } / Double(max(errors.count, 1)),
      100 * greatest)
  }

  private func seconds(of point: ScalingPoint, by model: PerformanceModel) -> Double {
    model.seconds(of: point, sharedCores: settings.sharedCores)
  }

  private func predictionLines(_ mode: ScalingMode) throws -> [String] {
    guard !settings.predicted.isEmpty else { return [] }
    var table = TextTable(
      ["ranks", "grid", "a step, s", "5 % to 95 %", "\(subject.unit)/s", "efficiency"], numeric: Array(repeating: true, count: 6))
    for ranks in settings.predicted {
      guard let prediction = try prediction(mode, ranks: ranks) else {
        table.add(["\(ranks)", "none", "–", "–", "–", "–"])
        continue
      }
      let seconds = prediction.seconds
      table.add([
        "\(ranks)", "\(prediction.grid)", String(format: "%.4g", seconds.middle),
        String(format: "%.4g to %.4g", seconds.low, seconds.high), String(format: "%.5g", prediction.unitsPerSecond.middle),
        String(format: "%.3f", prediction.efficiency),
      ])
    }
    return ["", "Predicted, \(mode.rawValue) scaling, a core for every rank"] + table.lines
  }

  // MARK: - Plots

  func charts() throws -> [(name: String, chart: Chart)] {
    let ranks = Set(points.map(\.ranks) + settings.predicted).sorted().map(Double.init)
    var speed = Chart(
      title: "speed-up", xTitle: "ranks", yTitle: "times the speed of the fewest ranks", xScale: .logarithmic,
      yScale: .logarithmic,
      xMarks: ranks, series: [])
    var efficiency = Chart(
      title: "parallel efficiency", xTitle: "ranks", yTitle: "efficiency", xScale: .logarithmic, xMarks: ranks,
      includesZero: true,
      series: [])
    for (index, mode) in settings.modes.enumerated() {
      let own = points.filter { $0.mode == mode }
      guard let fewest = own.map(\.ranks).min() else { continue }
      let base = ScalingTable.median(own.filter { $0.ranks == fewest }.map(\.unitsPerSecond))
      let predictions = try settings.predicted.compactMap { try prediction(mode, ranks: $0) }
      let name = mode.rawValue
      speed.series.append(series("\(name), measured", index, own) { $0.unitsPerSecond / base })
      speed.series.append(
        .init(
          name: "\(name), model", colour: index, style: .dashed,
          points: predictions.map { (Double($0.ranks), $0.unitsPerSecond.middle / base) }))
      efficiency.series.append(series("\(name), measured", index, own) { $0.efficiency ?? .nan })
      efficiency.series.append(
        .init(
          name: "\(name), model", colour: index, style: .dashed, points: predictions.map { (Double($0.ranks), $0.efficiency) }))
    }
    if let first = ranks.first, let last = ranks.last {
      speed.series.append(.init(name: "ideal", colour: 7, points: [(first, 1), (last, last / first)]))
    }
    return [("speed-up", speed), ("efficiency", efficiency)] + settings.modes.map { ("time-\($0.rawValue)", breakdown($0)) }
  }

  /// Medians over repetitions, with bars from the least to the greatest.
  private func series(_ name: String, _ colour: Int, _ points: [ScalingPoint], _ figure: (ScalingPoint) -> Double) -> Chart.Series
  {
    let groups = Dictionary(grouping: points, by: \.ranks).sorted { $0.key < $1.key }.map { ranks, some in
      (ranks: Double(ranks), values: some.map(figure))
    }
    return .init(
      name: name, colour: colour, style: .points, points: groups.map { ($0.ranks, ScalingTable.median($0.values)) },
      errors: groups.map { (($0.values.max() ?? 0) - ($0.values.min() ?? 0)) / 2 })
  }

  private func breakdown(_ mode: ScalingMode) -> Chart {
    let own = points.filter { $0.mode == mode }
    let parts: [(String, (ScalingPoint) -> Double)] = [
      ("whole step", \.seconds), ("compute", \.compute), ("exchange", \.exchange), ("wait", \.wait), ("reduce", \.reduce),
    ]
    return Chart(
      title: "seconds of a step, \(mode.rawValue) scaling", xTitle: "ranks", yTitle: "seconds", xScale: .logarithmic,
      yScale: .logarithmic, xMarks: Set(own.map(\.ranks)).sorted().map(Double.init),
      series: parts.enumerated().map { index, part in
        var line = series(part.0, index, own, part.1)
        line.style = .line
        line.errors = []
        return line
      })
  }
}

import Files
import Foundation
import Ising
import Sampling

/// One HTML page about samples of a Boltzmann distribution, which needs nothing else.
package struct SamplingReport {
  private let answer: SamplingAnswer
  private var result: SamplingResult { answer.result }
  private var estimates: [TemperatureEstimate] { result.temperatures }
  /// A single temperature has no curves; the table has all that is known of it.
  private var isLadder: Bool { estimates.filter(\.temperature.isFinite).count > 1 }

  package init(_ answer: SamplingAnswer) { self.answer = answer }

  package var html: String { page.text }

  var page: HTMLPage {
    let verdict = result.verdict
    return HTMLPage(
      kind: "Samples of a Boltzmann distribution", title: URL(fileURLWithPath: answer.file).lastPathComponent,
      status: verdict.isConverged ? ("converged", .good) : ("not converged", .bad), lead: [sentence], figures: keyFigures,
      sections: [
        HTMLPage.Section("Verdict", reasons),
        HTMLPage.Section(
          isLadder ? "Averages against temperature" : "Averages", [isLadder ? ChartFigure.row(averages) : "", table]),
        HTMLPage.Section("Free energy and entropy", freeEnergies), HTMLPage.Section("Diagnostics", isLadder ? diagnostics : []),
        HTMLPage.Section("Swaps of the ladder", swaps), HTMLPage.Section("Settings", [settings]),
      ].filter(\.hasContent))
  }

  // MARK: - Summary

  private var sentence: String {
    let range =
      estimates.count == 1
      ? "temperature \(ReportText.short(estimates[0].temperature))"
      : "\(estimates.count) temperatures from \(temperature(estimates[0])) to \(temperature(estimates[estimates.count - 1]))"
    return "\(counted(result.chains, "chain")) sampled \(ReportText.grouped(answer.spinCount)) spins with "
      + "\(ReportText.grouped(answer.couplingCount)) couplings at \(range): \(ReportText.grouped(result.measuredSweeps)) sweeps "
      + "were measured after \(ReportText.grouped(result.burnInSweeps)) of burn-in, in \(durationText(result.seconds)) on "
      + "\(counted(result.ranks, "rank"))."
  }

  private var keyFigures: [HTMLPage.KeyFigure] {
    let rHat = estimates.compactMap(\.greatestRHat).max()
    let times = estimates.map(\.greatestTime).filter(\.isFinite).max()
    let trips = result.tempering.map { $0.roundTrips.reduce(0, +) }
    let updates = result.spinUpdates / max(result.seconds, 1e-9)
    return [
      HTMLPage.KeyFigure("verdict", result.verdict.isConverged ? "converged" : "not converged"),
      rHat.map { HTMLPage.KeyFigure("greatest R̂", String(format: "%.4g", $0), note: "expected below 1.01") },
      times.map { HTMLPage.KeyFigure("greatest τ", "\(ReportText.short($0)) sweeps") },
      estimates.map(\.effectiveSamples).min().map {
        HTMLPage.KeyFigure("independent energies", ReportText.short($0), note: "at the worst temperature")
      }, trips.map { HTMLPage.KeyFigure("round trips", ReportText.grouped($0), note: "of all chains") },
      HTMLPage.KeyFigure("speed", String(format: "%.0f million", updates / 1e6), note: "spin updates a second"),
    ].compactMap { $0 }
  }

  private var reasons: [String] {
    if result.verdict.isConverged {
      return [
        HTML.paragraph(
          "Every diagnostic is passed: the chains agree, the run is long against the autocorrelation times, and late averages do not drift."
        )
      ]
    }
    let items = result.verdict.reasons.map { "<li>\(HTML.escape($0))</li>" }
    return [HTML.paragraph("The averages below may not be believed yet:"), "<ul class=\"reasons\">\(items.joined())</ul>"]
  }

  // MARK: - Averages

  private func temperature(_ estimate: TemperatureEstimate) -> String {
    estimate.temperature.isFinite ? ReportText.short(estimate.temperature) : "∞"
  }

  /// Of temperatures: a ladder over more than a factor of five has even steps on a logarithmic axis.
  private var scale: Axis.Scale {
    let finite = estimates.map(\.temperature).filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max() else { return .linear }
    return most > 5 * least ? .logarithmic : .linear
  }

  /// An estimate against temperature, with its error; infinite temperatures have no place.
  private func chart(_ title: String, _ yTitle: String, _ values: [(name: String, value: (TemperatureEstimate) -> Estimate?)])
    -> Chart
  {
    let series = values.enumerated().map { index, entry in
      let points = estimates.compactMap { estimate -> (x: Double, y: Double, error: Double)? in
        guard estimate.temperature.isFinite, let value = entry.value(estimate), value.value.isFinite else { return nil }
        return (estimate.temperature, value.value, value.error.isFinite ? value.error : 0)
      }
      return Chart.Series(
        name: entry.name, colour: index, style: .points, points: points.map { ($0.x, $0.y) }, errors: points.map(\.error))
    }
    return Chart(title: title, xTitle: "temperature", yTitle: yTitle, xScale: scale, series: series.filter { !$0.points.isEmpty })
  }

  private var averages: [Chart] {
    [
      chart("energy", "E", [("E", { $0.energy })]), chart("specific heat", "C", [("C", { $0.specificHeat })]),
      chart("magnetisation", "⟨|m|⟩", [("|m|", { $0.absMagnetisation })]),
      chart("Binder cumulants", "", [("of m", { $0.binder }), ("of q", { $0.overlapBinder })]),
      chart("overlaps", "", [("q²", { $0.overlapSquare }), ("of links", { $0.linkOverlap })]),
    ]
  }

  private var table: String {
    var columns: [(name: String, value: (TemperatureEstimate) -> Estimate?)] = [
      ("energy", { $0.energy }), ("C", { $0.specificHeat }), ("|m|", { $0.absMagnetisation }), ("Binder", { $0.binder }),
    ]
    if result.chains > 1 { columns += [("q²", { $0.overlapSquare }), ("q link", { $0.linkOverlap })] }
    if hasFreeEnergies { columns += [("ln Z", { $0.logZ }), ("F", { $0.freeEnergy }), ("entropy", { $0.entropy })] }
    let rows = estimates.map { estimate in
      [temperature(estimate)] + columns.map { SamplingAnswer.pair($0.value(estimate)) } + [
        estimate.greatestTime.isFinite ? String(format: "%.4g", estimate.greatestTime) : "–",
        estimate.greatestRHat.map { String(format: "%.4g", $0) } ?? "–",
      ]
    }
    return HTML.table("Averages", head: ["T"] + columns.map(\.name) + ["τ", "R̂"], rows: rows)
      + HTML.paragraph(
        "In brackets the error in units of the last digits. τ and R̂ are the greatest of what is measured.", className: "note")
  }

  /// Population annealing has them unasked.
  private var hasFreeEnergies: Bool { estimates.contains { $0.logZ != nil } }

  private var freeEnergies: [String] {
    guard hasFreeEnergies, isLadder else { return [] }
    return [
      ChartFigure.row([
        chart("ln Z", "ln Z", [("ln Z", { $0.logZ })]), chart("free energy", "F = −T ln Z", [("F", { $0.freeEnergy })]),
        chart("entropy", "S = (U − F)/T", [("S", { $0.entropy })]),
      ])
    ]
  }

  // MARK: - Diagnostics

  private func line(
    _ title: String, _ yTitle: String, scale: Axis.Scale = .linear,
    _ values: [(name: String, value: (TemperatureEstimate) -> Double?)]
  ) -> Chart {
    let series = values.enumerated().map { index, entry in
      Chart.Series(
        name: entry.name, colour: index,
        points: estimates.compactMap { estimate in
          guard estimate.temperature.isFinite, let value = entry.value(estimate), value.isFinite else { return nil }
          return (estimate.temperature, value)
        })
    }
    return Chart(
      title: title, xTitle: "temperature", yTitle: yTitle, xScale: self.scale, yScale: scale,
      series: series.filter { !$0.points.isEmpty })
  }

  private var diagnostics: [String] {
    [
      ChartFigure.row([
        line(
          "autocorrelation times", "sweeps", scale: .logarithmic,
          [("energy", { $0.energyTime }), ("|m|", { $0.magnetisationTime }), ("q²", { $0.overlapTime })]),
        line("R̂", "R̂", [("energy", { $0.energyRHat }), ("|m|", { $0.magnetisationRHat }), ("q²", { $0.overlapRHat })]),
        line("independent energies", "number", scale: .logarithmic, [("energy", { $0.effectiveSamples })]),
      ])
    ]
  }

  /// Rejections are noted from the hottest pair on, estimates from the coldest.
  private var swaps: [String] {
    guard let tempering = result.tempering else { return [] }
    let temperatures = Array(estimates.reversed())
    let points = tempering.rejections.enumerated().compactMap { index, rejection -> (x: Double, y: Double)? in
      guard index + 1 < temperatures.count else { return nil }
      let colder = temperatures[index + 1].temperature
      return colder.isFinite ? (colder, 1 - rejection) : nil
    }
    let trips = tempering.roundTrips.reduce(0, +)
    return [
      HTML.paragraph(
        String(
          format: "Rejected swaps add up to Λ = %.2f. There were %d round trips, %.4f a ladder and sweep; ideally %.4f.",
          tempering.barrier,
          trips, tempering.roundTripRate, tempering.idealRoundTripRate)),
      ChartFigure.row([
        Chart(
          title: "swaps with the next hotter temperature", xTitle: "temperature", yTitle: "share accepted", xScale: scale,
          includesZero: true,
          series: [Chart.Series(name: "accepted", colour: 0, style: .points, points: points)])
      ]),
    ]
  }

  private var settings: String {
    let settings = result.settings
    let rows = [
      ["file", answer.file], ["problem", answer.kind.rawValue], ["spins", "\(answer.spinCount)"],
      ["couplings", "\(answer.couplingCount)"], ["clamped spins", "\(settings.fixed.count)"],
      ["chains", "\(result.chains)"],
      ["temperatures", "\(estimates.count)"], ["measured sweeps", "\(result.measuredSweeps)"],
      ["burn-in", "\(result.burnInSweeps)"],
      ["sweeps between measurements", "\(result.every)"], ["seed", "\(settings.seed)"], ["ranks", "\(result.ranks)"],
      ["kernel", result.kernel],
    ]
    return HTML.table("Settings", head: [], rows: rows, className: "text")
  }
}

extension TemperatureEstimate {
  /// The greatest autocorrelation time of what is measured, in sweeps.
  fileprivate var greatestTime: Double { max(energyTime, magnetisationTime, overlapTime ?? 0) }
}

import Configuration
import Experiments
import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

/// What a page says of several runs, and whether it says that one has levelled off.
@Suite struct ComparisonTests {
  private let root: TemporaryFolder

  init() throws { root = try TemporaryFolder() }

  /// A run whose validation accuracies are given, an epoch each.
  private func run(
    _ name: String, _ overrides: String..., validation: [Double], test: Double? = nil
  ) throws -> RunSummary {
    let configuration = try Configuration(
      yaml: exampleYAML, source: "example.yaml", overrides: try overrides.map { try ConfigurationOverride($0) })
    return try run(name, configuration, validation: validation, test: test)
  }

  private func run(_ name: String, _ configuration: Configuration, validation: [Double], test: Double?) throws -> RunSummary {
    let folder = try RunFolder.open(root(name), configuration: configuration)
    let metrics = try MetricsLog(path: folder.path(of: .metrics))
    for (index, accuracy) in validation.enumerated() {
      let epoch = index + 1
      try metrics.append(
        MetricsLog.Row(time: Double(epoch), epoch: Double(epoch), step: epoch, kind: .validation, accuracy: accuracy))
    }
    if let test { try metrics.append(MetricsLog.Row(time: 9, epoch: 9, step: 9, kind: .test, accuracy: test)) }
    folder.close()
    return RunSummary(run: try RecordedRun(folder: folder.path))
  }

  @Test func runsAreGroupedByConfiguration() throws {
    let runs = try [
      run("a", "seed=1", validation: [0.5], test: 0.9), run("b", "seed=2", "run.logInterval=7", validation: [0.6], test: 0.94),
      run("c", "seed=1", "learning.nudge=0.77", validation: [0.7], test: 0.8),
    ]
    let comparison = RunComparison(runs)
    // The best validation first, whatever the test says.
    #expect(comparison.groups.map { $0.runs.map(\.run.label) } == [["c"], ["a", "b"]])
    #expect(comparison.groups[0].name == "nudge 0.77")
    let spread = try #require(comparison.groups[1].spread { $0.run.test?.accuracy })
    // The deviation of two numbers is their distance over √2.
    let deviation = try #require(spread.deviation)
    #expect(abs(spread.mean - 0.92) < 1e-12 && abs(deviation - 0.04 / 2.0.squareRoot()) < 1e-12)
    #expect(spread.percent == "92.00 ± 2.83 %")
    let single = try #require(comparison.groups[0].spread { $0.run.test?.accuracy })
    #expect(single.deviation == nil)
    #expect(comparison.groups[0].spread(\.residual) == nil)
    #expect(comparison.figures.first?.value == "80.00 %" && comparison.figures.first?.note == "nudge 0.77")
    #expect(comparison.means != nil && RunComparison([runs[0], runs[2]]).means == nil)
    let differences = try #require(comparison.differences)
    #expect(differences.contains("<th scope=\"row\">seed</th><td>1</td><td>2</td><td>1</td>"))
    #expect(differences.contains("learning.nudge") && !differences.contains("learning.epochs"))
    #expect(RunComparison([runs[0]]).differences == nil)
  }

  @Test func theFirstSentencesSayWhatWasTrained() throws {
    let same = try [run("a", "seed=1", validation: [0.5]), run("b", "seed=2", validation: [0.6])]
    let sentences = RunComparison(same).sentences
    #expect(
      sentences[0]
        == "2 runs of one configuration. In common: \(same[0].parts.joined(separator: ", ")). They differ in their seed alone.")
    #expect(same[0].parts.count == 4 && same[0].parts[2].hasSuffix("CIFAR-10"))
    #expect(sentences[1].contains("best validation accuracy is 55.00 ± 7.07 %"))
    let other = try [same[0], run("c", "seed=1", "learning.nudge=0.77", validation: [0.7])]
    let first = RunComparison(other).sentences[0]
    #expect(first.contains("2 runs of 2 configurations") && first.hasSuffix("They differ in learning.nudge (0.25, 0.77)."))
    let leaky = try run(
      "e", "relaxation.machine=leaky", "learning.estimator=linearResponse", "network.activation=clamp", validation: [0.5])
    #expect(leaky.sentences[0].contains(", relaxed by leaky integrators, trained by equilibrium propagation (linear response)"))
    // What differs is not said to be in common: the rule with its nudge.
    #expect(!first.contains("trained by"))
    // The same layers once, for both runs.
    let page = try TrainingReport(folders: other.map(\.run.path)).html()
    #expect(page.components(separatedBy: "aria-label=\"Layers\"").count == 2)
    let wider = try run("d", "network.layers.conv1.channels=8", validation: [0.7])
    let pages = try TrainingReport(folders: [other[0].run.path, wider.run.path]).html()
    #expect(pages.components(separatedBy: "aria-label=\"Layers\"").count == 3)
  }

  /// A run that predicts numbers beside one that tells classes: each has figures of its own.
  @Test func numbersHaveTheirOwnColumns() throws {
    try Data("a,b,y\n1,2,3\n4,5,7\n".utf8).write(to: URL(filePath: root("t.csv")))
    let yaml = """
      name: numbers
      data: {name: files, files: {train: \(root("t.csv")), testShare: 0.5, targets: [y]}}
      network: {layers: [{name: output, units: 1}]}
      learning: {batch: {size: 1, shard: 1}}
      """
    let folder = try RunFolder.open(root("n"), configuration: try Configuration(yaml: yaml, source: "n.yaml"))
    let metrics = try MetricsLog(
      path: folder.path(of: .metrics), extraColumns: ["meanSquaredError", "meanAbsoluteError", "r2"])
    var row = MetricsLog.Row(time: 1, epoch: 1, step: 1, kind: .test, loss: 0.5)
    row.extra = ["meanSquaredError": 0.25, "meanAbsoluteError": 0.375, "r2": 0.75]
    try metrics.append(row)
    folder.close()
    let numbers = RunSummary(run: try RecordedRun(folder: folder.path))
    let comparison = RunComparison([try run("a", validation: [0.5], test: 0.9), numbers])
    #expect(comparison.figures.map(\.name).prefix(2) == ["test accuracy", "best validation"])
    #expect(comparison.figures.contains { $0.name == "test R²" && $0.value == "0.7500" })
    #expect(comparison.figures.contains { $0.name == "test RMSE" && $0.value == "0.5" })
    #expect(comparison.table.contains("<th scope=\"col\">test RMSE</th>") && comparison.table.contains("<td>0.375</td>"))
    let alone = RunComparison([numbers]).table
    #expect(alone.contains("test R²") && !alone.contains("accuracy"))
    #expect(numbers.run.words == SampleWords(numbers.run.configuration.data) && numbers.run.words.many == "rows")
    #expect(numbers.sentences[0].contains("t.csv"))
  }

  @Test func keysAreNamedAsShortlyAsTheyDiffer() {
    let keys = ["hardware.training.phaseNoise", "hardware.inference.phaseNoise", "learning.nudge", "seed"]
    let names = keys.map { SeedGroup.shortName(of: $0, among: keys) }
    #expect(names == ["training.phaseNoise", "inference.phaseNoise", "nudge", "seed"])
  }

  @Test func spreadOfFourNumbers() {
    let spread = SeedGroup.Spread([1, 2, 3, 4])
    #expect(spread.mean == 2.5 && spread.count == 4)
    #expect(abs((spread.deviation ?? 0) - (5.0 / 3).squareRoot()) < 1e-12)
    #expect(SeedGroup.Spread([3]).deviation == nil)
    #expect(spread.text == "2.5 ± 1.3" && SeedGroup.Spread([3]).text == "3" && SeedGroup.Spread([3, 3]).text == "3 ± 0")
    #expect(SeedGroup.Spread([1000, 1400]).text == "1200 ± 283" && SeedGroup.Spread([1e-6, 3e-6]).text == "2e-6 ± 1.41e-6")
  }

  /// With 400 images the standard error at one half is 2.5 points.
  @Test func levellingIsToldByTheStandardError() throws {
    #expect(abs(RunSummary.standardError(0.5, images: 400) - 0.025) < 1e-12)
    let overrides = ["data.validation=400"]
    let level = try run("level", overrides[0], validation: [0.3, 0.4, 0.5, 0.52])
    let rising = try run("rising", overrides[0], validation: [0.3, 0.4, 0.5, 0.53])
    let short = try run("short", overrides[0], validation: [0.3, 0.5])
    #expect(level.levelling?.isLevel == true && level.convergence == "levelled off")
    #expect(rising.levelling?.isLevel == false && rising.convergence == "still rising")
    #expect(short.levelling == nil && short.convergence == "–")
    #expect(rising.levelling?.text.contains("+3.00 points") == true)
    #expect(rising.status.text == "not complete")
  }

  /// Figures of a damaged file, or of a run that diverged, are shown as they are or left out.
  @Test func figuresMayBeAnything() throws {
    let folder = try run("wild", validation: [.nan, .infinity, 0.5, -1]).run.path
    let rows = "1,1,9223372036854775807,epoch,inf,nan,,1e300,,-inf,,1e-320\n1e308,1e-320,-5,epoch,1e308,2,,,,inf,,nan\n"
    let file = URL(filePath: "\(folder)/metrics.csv")
    try Data((try String(contentsOf: file, encoding: .utf8) + rows).utf8).write(to: file)
    for watts in [nil, 4.0] {
      let page = try TrainingReport(folders: [folder, folder], wattsPerCore: watts).html()
      #expect(page.contains("<td>inf</td>"))
      #expect(!page.contains("[nan") && !page.contains(",nan]") && !page.contains(",inf]"))
    }
  }
}

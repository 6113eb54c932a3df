import Datasets
import Foundation
import Kernels
import Learning
import Networks
import TestSupport
import Testing

@testable import Configuration

@Suite struct ConfigurationTests {
  @Test func readsEveryPart() throws {
    let configuration = try example()
    #expect(configuration.name == "example")
    #expect(configuration.seed == 7)
    #expect(configuration.data.name == .cifar10)
    #expect(configuration.data.limit == 1000)
    #expect(configuration.data.normalisation == Normalisation(mean: [0.5, 0.5, 0.5], deviation: [1, 1, 1]))
    #expect(configuration.data.augmentation == Augmentation(flip: true, crop: .init(padding: 4, mode: .edge)))
    #expect(configuration.relaxation.free == .init(sweeps: 40, tolerance: 1e-3))
    #expect(configuration.relaxation.nudged == .init(sweeps: 6))
    #expect(configuration.learning.cost == .crossEntropy)
    #expect(configuration.learning.optimiser.clip == 1.5)
    #expect(configuration.learning.optimiser.weightDecay == 3e-4)
    #expect(configuration.run.checkpoint.epochs == 2)
    #expect(configuration.run.checkpoint.seconds == 600)
  }

  @Test func worksOutTheNetwork() throws {
    let network = try #require(example().network)
    #expect(network.input == ImageShape(channels: 3, rows: 32, columns: 32))
    #expect(network.layers.map(\.name) == ["conv1", "conv2", "output"])
    #expect(network.layers.map(\.channels) == [32, 64, 10])
    #expect(network.layers.map(\.activation) == [.halfClamp, .clamp, .linear])
    #expect(
      network.layers[0].edges == [
        EdgeDescription(
          from: "input", kind: .convolution, kernel: 5, padding: 2, pooling: .max, gain: 1, learningRate: 0.0625)
      ])
    #expect(
      network.layers[1].edges == [
        EdgeDescription(from: "conv1", kind: .convolution, kernel: 3, padding: 1, pooling: .average),
        EdgeDescription(from: "input", kind: .convolution, kernel: 1, stride: 4),
      ])
    #expect(network.layers[2].edges == [EdgeDescription(from: "conv2", kind: .dense)])
  }

  @Test func resolvedTextParsesToTheSame() throws {
    let configuration = try example()
    let text = try configuration.resolved
    #expect(try Configuration(yaml: text, source: "resolved") == configuration)
    #expect(try Configuration(yaml: text, source: "resolved").resolved == text)
  }

  @Test(arguments: ["null", "true", "e5", "-1x", "yes"])
  func awkwardNamesSurvive(_ name: String) throws {
    let yaml = exampleYAML.replacing("conv1", with: name)
    let configuration = try Configuration(yaml: yaml.replacing(": \(name)", with: ": '\(name)'"), source: "a.yaml")
    #expect(configuration.network?.layers[1].edges[0].from == name)
    #expect(try Configuration(yaml: try configuration.resolved, source: "resolved") == configuration)
  }

  @Test func resolvedTextHasEveryKey() throws {
    let text = try example().resolved
    for key in ["nesterov:", "logInterval:", "clip:", "folder:", "beta2:", "window:", "warmStart:", "tolerance:"] {
      #expect(text.contains(key), "\(key) in\n\(text)")
    }
  }

  @Test func overridesApplyInOrder() throws {
    let configuration = try example(
      "network.layers.0.gain=0.7", "network.layers.conv2.edges.input.gain=0.3", "learning.optimiser.clip=null",
      "data.augmentation={flip: false}", "learning.epochs=3", "learning.epochs=4", "run.evaluation.sweeps=12")
    #expect(configuration.network?.layers[0].edges[0].gain == 0.7)
    #expect(configuration.network?.layers[1].edges[1].gain == 0.3)
    #expect(configuration.learning.optimiser.clip == nil)
    #expect(configuration.data.augmentation == Augmentation(flip: false))
    #expect(configuration.learning.epochs == 4)
    #expect(configuration.run.evaluation.sweeps == 12)
  }

  @Test func anOverrideAppendsALayer() throws {
    let layers = try example("network.layers.2={name: hidden, units: 20}", "network.layers.3={name: output, units: 10}").network?
      .layers
    #expect(layers?.map(\.name) == ["conv1", "conv2", "hidden", "output"])
  }

  /// Forms of YAML 1.2, the merge key that many programs take, and the mark that some editors leave.
  @Test func formsOfYAML() throws {
    func read(_ changes: [(String, String)]) throws -> Configuration {
      try Configuration(yaml: changes.reduce(exampleYAML) { $0.replacing($1.0, with: $1.1) }, source: "a.yaml")
    }
    let plain = try example()
    #expect(try read([("name: example", "\u{FEFF}name: example")]) == plain)
    #expect(try read([("flip: true", "flip: True"), ("limit: 1000", "limit: 1e3"), ("seed: 7", "seed: 0x7")]) == plain)
    #expect(try read([("limit: 1000", "limit: 0o1750"), ("flip: true", "flip: TRUE")]) == plain)
    #expect(message { try read([("limit: 1000", "limit: 1.5e0")]) }.contains("found `1.5e0`, expected an integer"))
    #expect(message { try read([("limit: 1000", "limit: 1e300")]) }.contains("found `1e300`, expected an integer"))
    let merged = try read([
      ("free: {sweeps: 40}", "free: &stop {sweeps: 40, tolerance: 0.5}\n  nudged: {<<: *stop, sweeps: 9}")
    ])
    #expect(merged.relaxation.free == .init(sweeps: 40, tolerance: 0.5))
    #expect(merged.relaxation.nudged == .init(sweeps: 9, tolerance: 0.5))
    let several = try read([
      ("free: {sweeps: 40}", "free: &a {sweeps: 40}\n  nudged: {<<: [*a, {sweeps: 3, tolerance: 0.25}]}")
    ])
    #expect(several.relaxation.nudged == .init(sweeps: 40, tolerance: 0.25))
  }

  /// Relative to the file that names it, or on the command line to the current folder; kept as a path from the root.
  @Test func theFolderOfDataIsFoundFromAnywhere() throws {
    let root = try TemporaryFolder()
    try write(Array(exampleYAML.replacing("name: cifar10", with: "name: cifar10\n  folder: ../data").utf8), to: root("a.yaml"))
    let configuration = try Configuration(contentsOf: root("a.yaml"))
    let expected = URL(fileURLWithPath: root.path).deletingLastPathComponent().appendingPathComponent("data").standardized.path
    #expect(configuration.data.folder == expected)
    #expect(try Configuration(yaml: try configuration.resolved, source: "resolved").data.folder == expected)
    let override = try ConfigurationOverride("data.folder=sets")
    let current = FileManager.default.currentDirectoryPath
    #expect(try Configuration(contentsOf: root("a.yaml"), overrides: [override]).data.folder == current + "/sets")
    let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
    #expect(try example("data.folder=~/sets", "run.folder=~/runs").data.folder == home + "/sets")
    #expect(try example("run.folder=~/runs").run.folder == home + "/runs")
    #expect(try example().run.folder == "elsewhere")
  }

  /// What `train --check` lists: lists in one piece, and optional keys only where they have a value.
  @Test func changesHaveListsInOnePiece() throws {
    let changes = try example().changes
    #expect(changes.contains("data.normalisation.mean: [0.5, 0.5, 0.5]"))
    #expect(changes.contains("learning.batch.size: 32 (64)"))
    #expect(!changes.contains { $0.hasSuffix(": null") || $0.hasSuffix(": []") || $0.hasPrefix("network.") })
  }

  @Test func namesDifferences() throws {
    let differences = try example("learning.epochs=3").differences(from: try example("learning.epochs=5"))
    #expect(differences == ["learning.epochs: 3, 5"])
    #expect(try example("learning.epochs=3").differences(from: try example(), in: ["network", "data"]) == [])
  }

  @Test(arguments: try shippedConfigurations())
  func shippedConfigurationsAreValid(_ file: String) throws {
    let configuration = try Configuration(contentsOf: "\(projectFolder)/configs/\(file)")
    #expect("\(configuration.name).yaml" == file)
    #expect(try Configuration(yaml: try configuration.resolved, source: file) == configuration)
  }

  @Test func manualHoldsTheCurrentReference() throws {
    let manual = try String(contentsOfFile: projectFolder + "/docs/guide/configuration.md", encoding: .utf8)
    let parts = manual.components(separatedBy: ConfigurationReference.begin + "\n")
    try #require(parts.count == 2, "docs/guide/configuration.md has the mark \(ConfigurationReference.begin) once")
    let table = parts[1].components(separatedBy: "\n" + ConfigurationReference.end)[0]
    #expect(table == ConfigurationReference.markdown, "paste the output of `equilibria configuration-reference`")
  }
}

/// The root of the package.
let projectFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

private func shippedConfigurations() throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: projectFolder + "/configs").filter { $0.hasSuffix(".yaml") }.sorted()
}

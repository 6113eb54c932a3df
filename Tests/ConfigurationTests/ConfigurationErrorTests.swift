import Foundation
import TestSupport
import Testing

@testable import Configuration

@Suite struct ConfigurationErrorTests {
  /// A mistake, made by replacing text of the example, and the whole message that it must give.
  struct Mistake: CustomTestStringConvertible {
    var replace: String
    var with: String
    var message: String
    var testDescription: String { "\(replace) → \(with)" }
  }

  static let mistakes = [
    Mistake(
      replace: "nudge: 0.25", with: "nugde: 0.25",
      message: "example.yaml:24: learning.nugde: unknown key; did you mean `nudge`?"),
    Mistake(
      replace: "folder: elsewhere", with: "colour: 1",
      message: "example.yaml:29: run.colour: unknown key; expected one of folder, checkpoint, logInterval, evaluation"),
    Mistake(
      replace: "kernel: 5", with: "kernel: five",
      message: "example.yaml:12: network.layers.conv1.kernel: found `five`, expected an integer from 1 to 255"),
    Mistake(
      replace: "kernel: 5", with: "kernel: 256",
      message: "example.yaml:12: network.layers.conv1.kernel: found `256`, expected an integer from 1 to 255"),
    Mistake(
      replace: "kernel: 5", with: "kernel: [5, 5]",
      message: "example.yaml:12: network.layers.conv1.kernel: found a list, expected an integer from 1 to 255"),
    Mistake(
      replace: "nudge: 0.25", with: "nudge: nan",
      message: "example.yaml:24: learning.nudge: found `nan`, expected a number greater than 0"),
    Mistake(
      replace: "nudge: 0.25", with: "nudge: 1e99",
      message: "example.yaml:24: learning.nudge: found `1e99`, expected a number greater than 0"),
    Mistake(
      replace: "flip: true", with: "flip: yes",
      message: "example.yaml:8: data.augmentation.flip: found `yes`, expected `true` or `false`"),
    Mistake(
      replace: "name: cifar10", with: "name: cifar",
      message:
        "example.yaml:4: data.name: found `cifar`, expected `cifar10`, `cifar100`, `mnist`, `fashion-mnist`, `files` or `synthetic`; "
        + "did you mean `cifar10`?"),
    Mistake(
      replace: "{name: output, units: 10}", with: "{name: output, units: 10, kernel: 3}",
      message: "example.yaml:17: network.layers.output.kernel: a dense edge has no kernel"),
    Mistake(
      replace: "{name: output, units: 10}", with: "{name: output, units: 10, activation: clamp}",
      message:
        "example.yaml:17: network.layers.output.activation: found `clamp`, but the last layer is the output, which is `linear`"),
    Mistake(
      replace: "{name: output, units: 10}", with: "{name: output}",
      message: "example.yaml:17: network.layers.output: a layer has either `channels` (convolution) or `units` (dense)"),
    Mistake(
      replace: "{name: output, units: 10}", with: "{name: conv1, units: 10}",
      message: "example.yaml:17: network.layers.conv1.name: another layer is called `conv1` already"),
    Mistake(
      replace: "{name: output, units: 10}", with: "{units: 10}",
      message: "example.yaml:17: network.layers.2: the key `name` is missing: "
        + "Letters, digits, `-` and `_`; names its tensors in a checkpoint."),
    Mistake(
      replace: "from: conv1", with: "from: conv3",
      message: "example.yaml:16: network.layers.conv2.edges.conv3.from: found `conv3`, expected one of input, conv1; "
        + "did you mean `conv1`?"),
    Mistake(
      replace: "channels: 64", with: "channels: 64\n      gain: 2",
      message: "example.yaml:13: network.layers.conv2: keys of an edge stand both beside `edges` and inside it; "
        + "move them inside"),
    Mistake(
      replace: "size: 32, shard: 4", with: "size: 30, shard: 4",
      message: "example.yaml:25: learning.batch: size 30 is not a multiple of shard 4"),
    Mistake(
      replace: "padding: 4, mode: edge", with: "padding: 40, mode: edge",
      message: "example.yaml:8: data.augmentation.crop.padding: expected 0 to 32 for 32×32 images in mode edge, found 40"),
    Mistake(
      replace: "kernel: 1, stride: 4", with: "kernel: 40, stride: 4",
      message:
        "example.yaml:12: network.layers: layer conv2, edge from input: a kernel of 40 is larger than its input of 32 rows "
        + "with padding 0"),
    Mistake(
      replace: "kernel: 5, padding: 2", with: "kernel: 4, padding: 2",
      message: "example.yaml:12: network.layers: layer conv1, edge from input: 33 rows cannot be pooled by windows of 2; "
        + "change kernel, stride or padding so that 2 divides them"),
    Mistake(
      replace: "units: 10", with: "units: 12",
      message: "example.yaml:12: network.layers: the output `output` has 12 units, the data set 10 classes"),
    Mistake(
      replace: "name: example", with: "name: ../example",
      message:
        "example.yaml:1: name: found `../example`, expected 1 to 100 letters, digits, `-`, `_` and `.`, the first one not `.`"),
    Mistake(
      replace: "seed: 7", with: "name: again", message: "example.yaml:1: `name`: the key is written twice in one section"),
  ]

  @Test(arguments: mistakes)
  func mistakeIsNamedWithItsPlace(_ mistake: Mistake) throws {
    let yaml = exampleYAML.replacing(mistake.replace, with: mistake.with, maxReplacements: 1)
    #expect(yaml != exampleYAML)
    #expect(message { try Configuration(yaml: yaml, source: "example.yaml") } == mistake.message)
  }

  @Test(arguments: [
    ("learning.nugde=1", "--set learning.nugde=1: learning.nugde: unknown key; did you mean `nudge`?"),
    ("learning.epochs=many", "--set learning.epochs=many: learning.epochs: found `many`, expected an integer from 1 to 1000000"),
    (
      "network.layers.9.gain=1",
      "--set network.layers.9.gain=1: no element `9` in the list; expected an index from 0 to 2, 3 for a new one, or one of conv1, "
        + "conv2, output"
    ),
    ("learning.epochs.more=1", "--set learning.epochs.more=1: `more` cannot be set inside `5`, which is a single value"),
    ("learning.epochs", "--set learning.epochs: expected key.path=value, for example learning.epochs=5"),
    ("learning..epochs=1", "--set learning..epochs=1: the key path has an empty part; expected for example learning.epochs=5"),
  ])
  func overrideIsNamedAsThePlace(_ text: String, _ expected: String) {
    #expect(message { try example("learning.epochs=5", text) } == expected)
  }

  @Test func syntaxErrorHasItsLine() {
    let text = message { try Configuration(yaml: "name: a\ndata: {name: cifar10\nseed: 1", source: "a.yaml") }
    #expect(text.hasPrefix("a.yaml:3: not YAML: "))
  }

  @Test(arguments: ["", "[]", "5", "name: x"])
  func incompleteTextIsRefused(_ yaml: String) {
    #expect(message { try Configuration(yaml: yaml, source: "a.yaml") }.hasPrefix("a.yaml:1: "))
  }

  /// What a file lacks is missing in the file, whatever the command line adds.
  @Test func whatIsMissingIsMissingInTheFile() {
    func refusal(_ yaml: String, _ overrides: String...) -> String {
      message { try Configuration(yaml: yaml, source: "a.yaml", overrides: overrides.map { try ConfigurationOverride($0) }) }
    }
    #expect(refusal("") == "a.yaml:1: is empty, expected a configuration (docs/guide/configuration.md)")
    #expect(refusal("# nothing", "learning.epochs=2").hasPrefix("a.yaml:1: the key `name` is missing"))
    let section = "name: a\ndata: {name: mnist}\nnetwork:\n"
    #expect(refusal(section, "network.energy=hopfield").hasPrefix("a.yaml:3: network: the key `layers` is missing"))
    #expect(refusal("name: a\n<<: 5") == "a.yaml:2: `<<` merges a section, or a list of sections; found `5`")
  }

  @Test func aliasBombIsRefused() {
    var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in 1...12 {
      lines.append("a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]")
    }
    let text = message { try Configuration(yaml: lines.joined(separator: "\n"), source: "a.yaml") }
    #expect(text.hasSuffix("more than 100000 values"))
  }

  @Test func deepNestingIsRefused() {
    let yaml = "name: " + String(repeating: "[", count: 100_000)
    #expect(message { try Configuration(yaml: yaml, source: "a.yaml") }.hasPrefix("a.yaml:1: not YAML: "))
  }

  @Test func missingFileAndFolderAreNamed() {
    #expect(
      message { try Configuration(contentsOf: "/nowhere/a.yaml") }
        == "cannot read the configuration: /nowhere/a.yaml: No such file or directory")
    #expect(message { try Configuration(contentsOf: "/") } == "cannot read the configuration: /: is a folder, expected a file")
    #expect(
      message { try Configuration(contentsOf: "/dev/zero") } == "cannot read the configuration: /dev/zero: is not a regular file")
  }
}

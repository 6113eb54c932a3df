import Configuration
import Files
import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite struct CheckpointTests {
  static func checkpoint(step: Int, accuracy: Double? = nil) throws -> Checkpoint {
    try Checkpoint(
      tensors: ["conv1.bias": Tensor([Float(step), 2], shape: [2])], configuration: try example(), epoch: 1.25, step: step,
      validationAccuracy: accuracy, extra: ["samples": "123"])
  }

  @Test func readsWhatItWrote() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try Self.checkpoint(step: 7, accuracy: 0.1 + 0.2)
    try checkpoint.write(to: folder("a.safetensors"))
    let back = try Checkpoint(contentsOf: folder("a.safetensors"))
    #expect(back == checkpoint)
    #expect(try Configuration(yaml: back.configuration, source: "checkpoint") == example())
  }

  @Test func otherFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder("a.safetensors")
    try TensorFile(metadata: ["format": "pt"]).write(to: path)
    #expect(
      message { try Checkpoint(contentsOf: path) } == "\(path): is a safetensors file, but not a checkpoint of this program")
    try TensorFile(metadata: ["format": "equilibria checkpoint 2"]).write(to: path)
    #expect(
      message { try Checkpoint(contentsOf: path) } == "\(path): is a checkpoint of format 2; this program knows formats up to 1")
    try TensorFile(metadata: ["format": "equilibria checkpoint 1"]).write(to: path)
    #expect(message { try Checkpoint(contentsOf: path) } == "\(path): the checkpoint has no `configuration`")
    var file = try Self.checkpoint(step: 7).file
    file.metadata["step"] = "seven"
    try file.write(to: path)
    #expect(message { try Checkpoint(contentsOf: path) } == "\(path): the checkpoint's `step` is `seven`, expected a number")
  }

  @Test func anotherNetworkIsRefusedByItsFirstDifference() throws {
    let checkpoint = try Self.checkpoint(step: 1)
    try checkpoint.requireNetwork(try example("network.layers.conv1.gain=0.1").networkSignature, source: "a")
    #expect(
      message { try checkpoint.requireNetwork(try example("network.layers.conv1.channels=16").networkSignature, source: "a") }
        == "a: the checkpoint is of another network: it has `conv1: 32 channels, halfClamp` where the configuration has "
        + "`conv1: 16 channels, halfClamp`")
    #expect(
      message {
        try checkpoint.requireNetwork(try example("network.layers.conv2.edges.conv1.pool=max").networkSignature, source: "a")
      }
        == "a: the checkpoint is of another network: it has "
        + "`conv1 → conv2: convolution 3×3, stride 1, padding 1, average pooling 2` where the configuration has "
        + "`conv1 → conv2: convolution 3×3, stride 1, padding 1, max pooling 2`")
    var longer = try #require(example().network)
    longer.layers.append(longer.layers[2])
    #expect(
      message { try checkpoint.requireNetwork(longer.signature, source: "a") }.hasPrefix(
        "a: the checkpoint is of another network: it has ")
    )
  }

  // MARK: Store

  @Test func keepsTheLastTwoAndTheBest() throws {
    let folder = try TemporaryFolder()
    let store = CheckpointStore(folder: folder("checkpoints"))
    #expect(try store.latest { Issue.record("\($0)") } == nil)
    for step in [10, 20, 30, 40] { try store.save(try Self.checkpoint(step: step), isBest: step == 20) }
    #expect(
      try folder.names(in: "checkpoints") == ["best.safetensors", "step-00000030.safetensors", "step-00000040.safetensors"])
    #expect(try store.latest { Issue.record("\($0)") }?.step == 40)
    #expect(try store.best()?.step == 20)
  }

  @Test func goesBackFromADamagedCheckpoint() throws {
    let folder = try TemporaryFolder()
    let store = CheckpointStore(folder: folder("checkpoints"))
    for step in [10, 20] { try store.save(try Self.checkpoint(step: step)) }
    let last = store.path(ofStep: 20)
    try write(Array(try contents(of: last).dropLast()), to: last)
    var warnings: [String] = []
    #expect(try store.latest { warnings.append($0) }?.step == 10)
    #expect(warnings.count == 1 && warnings[0].hasPrefix("checkpoint left out: \(last): "))

    // The run goes on from step 10; the damaged file must not count as one of the last two.
    try store.save(try Self.checkpoint(step: 15))
    #expect(store.steps() == [10, 15])
  }

  @Test func onlyDamagedCheckpointsAreAnError() throws {
    let folder = try TemporaryFolder()
    let store = CheckpointStore(folder: folder("checkpoints"))
    try store.save(try Self.checkpoint(step: 10))
    try write([], to: store.path(ofStep: 10))
    #expect(message { try store.latest { _ in } } == "\(folder("checkpoints")): none of its 1 checkpoints can be read")
  }

  @Test func partialFilesAreNotRead() throws {
    let folder = try TemporaryFolder()
    let store = CheckpointStore(folder: folder.path)
    try store.save(try Self.checkpoint(step: 10))
    try write([1, 2, 3], to: store.path(ofStep: 20) + ".partial")
    #expect(try store.latest { Issue.record("\($0)") }?.step == 10)
  }

  @Test func runFolderStandsForItsBestOrLastCheckpoint() throws {
    let folder = try TemporaryFolder()
    let store = CheckpointStore(folder: folder("checkpoints"))
    #expect(
      message { try CheckpointLocation.file(of: folder.path) }
        == "\(folder.path): is a folder without checkpoints; expected a checkpoint or a run folder")
    try store.save(try CheckpointTests.checkpoint(step: 1))
    try store.save(try CheckpointTests.checkpoint(step: 2))
    #expect(try CheckpointLocation.file(of: folder.path) == store.path(ofStep: 2))
    try store.save(try CheckpointTests.checkpoint(step: 3), isBest: true)
    #expect(try CheckpointLocation.file(of: folder.path) == store.bestPath)
    #expect(try CheckpointLocation.file(of: store.path(ofStep: 2)) == store.path(ofStep: 2))
    #expect(message { try CheckpointLocation.file(of: "/nowhere") } == "/nowhere: there is no such checkpoint or run folder")
  }
}

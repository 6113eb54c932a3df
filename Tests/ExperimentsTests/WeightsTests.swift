import Configuration
import Foundation
import Kernels
import Learning
import Networks
import TestSupport
import Testing

@testable import Experiments
@testable import Files

/// Weights in checkpoints and other files.
@Suite struct WeightsTests {
  static let layout = try! NetworkLayout(
    NetworkDescription(
      input: ImageShape(channels: 1, rows: 1, columns: 2),
      layers: [LayerDescription(name: "output", channels: 2, edges: [EdgeDescription(from: "input", kind: .dense)])]))

  /// Weights, and what a training keeps beside them.
  static func file(_ change: (inout [String: Tensor]) -> Void = { _ in }) -> TensorFile {
    var tensors = [
      "output.input.weight": Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]),
      "output.bias": Tensor([5, 6] as [Float]),
      "optimiser.velocity.output.bias": Tensor([0, 0] as [Float]),
      "warm.output": Tensor([0] as [Float]),
    ]
    change(&tensors)
    return TensorFile(tensors: tensors)
  }

  static func addAverage(_ tensors: inout [String: Tensor]) {
    tensors["average.output.input.weight"] = Tensor([-1, -2, -3, -4] as [Float], shape: [2, 2])
    tensors["average.output.bias"] = Tensor([-5, -6] as [Float])
  }

  private func values(_ parameters: AlignedBuffer<Float>) -> [Float] {
    Self.layout.blocks.flatMap { Self.layout.tensor($0, of: parameters) }
  }

  @Test func theAverageIsTakenWhereThereIsOne() throws {
    let blocks = Self.layout.blocks.map(\.name)
    #expect(blocks == ["output.input.weight", "output.bias"])
    let averaged = Self.file(Self.addAverage)
    for raw in [false, true] {
      #expect(values(try Self.file().parameters(of: Self.layout, raw: raw, in: "a")) == [1, 2, 3, 4, 5, 6])
      #expect(try Self.file().weights(of: Self.layout, raw: raw, in: "a").keys.sorted() == blocks.sorted())
    }
    #expect(values(try averaged.parameters(of: Self.layout, in: "a")) == [-1, -2, -3, -4, -5, -6])
    #expect(values(try averaged.parameters(of: Self.layout, raw: true, in: "a")) == [1, 2, 3, 4, 5, 6])
    try averaged.requireNoOthers(than: Self.layout, of: "example", in: "a")
  }

  @Test func tensorsThatDoNotFitAreNamed() {
    func refusal(_ change: (inout [String: Tensor]) -> Void) -> String {
      message {
        let file = Self.file(change)
        _ = try file.parameters(of: Self.layout, in: "a")
        try file.requireNoOthers(than: Self.layout, of: "example", in: "a")
      }
    }
    #expect(
      refusal { $0["output.bias"] = Tensor([1] as [Float]) } == "a: tensor `output.bias` has shape [1], expected [2]")
    #expect(
      refusal { $0["output.input.weight"] = nil } == "a: there is no tensor `output.input.weight`, expected with shape [2, 2]")
    #expect(
      refusal { $0["hidden.bias"] = Tensor([1] as [Float]) }
        == "a: tensor `hidden.bias` of shape [1] belongs to no edge or layer of example")
    // Half an average is none.
    #expect(
      refusal {
        Self.addAverage(&$0)
        $0["average.output.bias"] = nil
      }.hasPrefix("a: there is no tensor `average.output.bias`, expected with shape [2]"))
  }

  // MARK: Precisions

  private func patterns(_ tensor: Tensor) -> [UInt16] {
    stride(from: 0, to: tensor.bytes.count, by: 2).map { UInt16(tensor.bytes[$0]) | UInt16(tensor.bytes[$0 + 1]) << 8 }
  }

  @Test func halvesAreRoundedToTheNearestEven() throws {
    // 1 + 2⁻¹¹ lies between 1 and the next, 1 + 3 · 2⁻¹¹ between that and the one after it.
    let values: [Float] = [1, -1.5, 65504, 0x1.002p0, 0x1.006p0, 0x1p-24, 0x1p-25, -0.0, 65519]
    let half = try Tensor(values, shape: [9, 1]).rounded(to: .f16)
    #expect(half.type == .float16 && half.shape == [9, 1])
    #expect(patterns(half) == [0x3C00, 0xBE00, 0x7BFF, 0x3C00, 0x3C02, 0x0001, 0, 0x8000, 0x7BFF])
    let read: [Float] = [1, -1.5, 65504, 1, 0x1.008p0, 0x1p-24, 0, 0, 65504]
    #expect(try half.floats() == read)
    // The same places of a shorter significand.
    let wide: [Float] = [1, 0x1.01p0, 0x1.03p0, 0x1.01002p0, -3e38, 0x1p-133, 0x1p-134]
    let brain = try Tensor(wide).rounded(to: .bf16)
    #expect(brain.type == .bfloat16)
    #expect(patterns(brain) == [0x3F80, 0x3F80, 0x3F82, 0x3F81, 0xFF62, 0x0001, 0])
    #expect(try Tensor(values).rounded(to: .f32) == Tensor(values))
  }

  @Test func numbersBeyondTheRangeAreNamed() {
    #expect(
      message { try Tensor([1, 65520] as [Float]).rounded(to: .f16) }
        == "element 1 is 65520.0, which is beyond the range of F16, at most 65504.0")
    #expect(
      message { try Tensor([-Float.greatestFiniteMagnitude] as [Float]).rounded(to: .bf16) }
        == "element 0 is -3.4028235e+38, which is beyond the range of BF16, at most 3.39e+38")
  }

  /// Every half and every brain float is a Float, and comes back.
  @Test func halvesAreReadExactly() throws {
    for (type, precision) in [(Tensor.ElementType.float16, WeightPrecision.f16), (.bfloat16, .bf16)] {
      let all = Tensor(type, [1 << 16], patterns: (0..<1 << 16).map { UInt16($0) }, count: 1 << 16)
      let values = try all.floats()
      let finite = values.indices.filter { values[$0].isFinite }
      #expect(finite.count == (1 << 16) - 2 * (type == .float16 ? 1 << 10 : 1 << 7))
      let back = try Tensor(finite.map { values[$0] }).rounded(to: precision)
      #expect(patterns(back) == finite.map { UInt16($0) })
      #expect(try all.doubles()[0x3C00] == Double(values[0x3C00]))
    }
    #expect(try Tensor(.float16, [2], patterns: [0x3C00, 0xC000] as [UInt16], count: 2).floats() == [1, -2])
    #expect(try Tensor(.bfloat16, [2], patterns: [0x3F80, 0xC000] as [UInt16], count: 2).floats() == [1, -2])
  }

  // MARK: Exports

  /// A checkpoint of the example's network, with all that a training keeps.
  private func checkpoint(averaged: Bool, weight: Float = 0.5) throws -> Checkpoint {
    let configuration = try example()
    let layout = try NetworkLayout(#require(configuration.network))
    var tensors: [String: Tensor] = [:]
    for block in layout.blocks {
      let count = block.shape.reduce(1, *)
      tensors[block.name] = Tensor(Array(repeating: weight, count: count), shape: block.shape)
      tensors["optimiser.first-moment.\(block.name)"] = tensors[block.name]
      if averaged { tensors["average.\(block.name)"] = Tensor(Array(repeating: 0.25 as Float, count: count), shape: block.shape) }
    }
    return try Checkpoint(
      tensors: tensors, configuration: configuration, epoch: 1.5, step: 9, validationAccuracy: 0.75,
      extra: ["position.epoch": "1", "position.batch": "3", "epoch.sums": "…", "validation.best": "0.75"])
  }

  @Test(arguments: [false, true], WeightPrecision.allCases)
  func exportsHoldTheWeightsAlone(_ averaged: Bool, _ precision: WeightPrecision) throws {
    let folder = try TemporaryFolder()
    let whole = try checkpoint(averaged: averaged)
    try whole.write(to: folder("a.safetensors"))
    let export = try WeightExport(folder("a.safetensors"), precision: precision)
    #expect(try !export.write(to: folder("b.safetensors")))
    #expect(try export.write(to: folder("b.safetensors")))
    let back = try Checkpoint(contentsOf: folder("b.safetensors"))
    #expect(Set(back.tensors.keys) == Set(try NetworkLayout(#require(example().network)).blocks.map(\.name)))
    let type: Tensor.ElementType =
      switch precision {
      case .f32: .float32
      case .f16: .float16
      case .bf16: .bfloat16
      }
    let weight: Float = averaged ? 0.25 : 0.5
    for tensor in back.tensors.values {
      #expect(tensor.type == type)
      #expect(try tensor.floats().allSatisfy { $0 == weight })
    }
    #expect(back.configuration == whole.configuration && back.networkSignature == whole.networkSignature)
    #expect(back.step == 9 && back.validationAccuracy == 0.75 && back.extra == ["validation.best": "0.75"])
    #expect(message { try TrainingState(back) }.contains("it holds only weights"))
  }

  @Test func exportsNeverReplaceTheirCheckpoint() throws {
    let folder = try TemporaryFolder()
    let path = folder("a.safetensors")
    try checkpoint(averaged: false, weight: 1e5).write(to: path)
    try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: path)
    let before = try contents(of: path)
    let export = try WeightExport(path)
    for name in [path, folder("link")] {
      #expect(message { try export.write(to: name) } == "\(name): is the checkpoint that is exported; name another file to write")
    }
    #expect(try contents(of: path) == before)
    #expect(
      message { try WeightExport(path, precision: .f16) }
        == "\(path): tensor `conv1.bias`: element 0 is 100000.0, which is beyond the range of F16, at most 65504.0; export "
        + "with a precision of a wider range, such as f32")
  }
}

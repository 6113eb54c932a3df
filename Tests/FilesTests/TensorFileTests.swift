import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct TensorFileTests {
  static let weights: [Float] = [1.5, -2, 0, .infinity, -0.0, .leastNonzeroMagnitude]

  static let example = TensorFile(
    tensors: [
      "conv1.input.weight": Tensor(weights, shape: [2, 3]),
      "steps": Tensor([-1, .max] as [Int64]),
      "energy": Tensor([0.1, 1e300] as [Double]),
      "labels": Tensor([3, 1, 255] as [UInt8]),
      "keys": Tensor([.max, 1] as [UInt64]),
      "scalar": Tensor([7] as [Float], shape: []),
      "nothing": Tensor([] as [Float], shape: [0, 4]),
    ], metadata: ["name": "a \"quoted\" name", "ünïcode": "σ(∂Φ/∂s)\nline"])

  @Test func readsWhatItWrote() throws {
    let folder = try TemporaryFolder()
    try Self.example.write(to: folder("a.safetensors"))
    let back = try TensorFile(contentsOf: folder("a.safetensors"))
    #expect(back == Self.example)
    #expect(try back.tensors["conv1.input.weight"]?.floats().map(\.bitPattern) == Self.weights.map(\.bitPattern))
    #expect(try back.tensors["steps"]?.integers() == [-1, .max])
    #expect(try back.tensors["keys"]?.words() == [.max, 1])
    #expect(try folder.names() == ["a.safetensors"])
  }

  @Test func bytesAreAsTheFormatSays() throws {
    let folder = try TemporaryFolder()
    try TensorFile(tensors: ["b": Tensor([1, 2] as [UInt8]), "a": Tensor([1] as [Float])]).write(to: folder("a.safetensors"))
    let bytes = try contents(of: folder("a.safetensors"))
    let header =
      #"{"__metadata__":{"crc32":"84b9e558"},"a":{"data_offsets":[0,4],"dtype":"F32","shape":[1]},"#
      + #""b":{"data_offsets":[4,6],"dtype":"U8","shape":[2]}}"#
    let padding = (8 - header.utf8.count % 8) % 8
    #expect(bytes[..<8] == [UInt8(header.utf8.count + padding), 0, 0, 0, 0, 0, 0, 0])
    #expect(String(decoding: bytes[8...].prefix(header.utf8.count), as: UTF8.self) == header)
    #expect(bytes.suffix(6) == [0, 0, 0x80, 0x3F, 1, 2])
  }

  @Test func accessorsConvertAndRefuse() throws {
    #expect(try Tensor([0.5] as [Double]).floats() == [0.5])
    #expect(try Tensor([0.5] as [Float]).doubles() == [0.5])
    #expect(try Tensor([200] as [UInt8]).integers() == [200])
    #expect(message { try Tensor([1] as [Int64]).floats() } == "holds I64, expected F8, F16, BF16, F32 or F64")
    #expect(
      message { try Self.example.tensor("step", in: "a.safetensors") }
        == "a.safetensors: there is no tensor `step`; did you mean `steps`?")
    #expect(
      message { try Self.example.tensor("steps", shape: [3], in: "a.safetensors") }
        == "a.safetensors: tensor `steps` has shape [2], expected [3]")
  }

  // MARK: Files that are not as they should be

  /// A file with the given header and data.
  static func file(_ header: String, data: Int = 0) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) } + Array(header.utf8)
      + Array(repeating: 1, count: data)
  }

  struct Malformed: CustomTestStringConvertible {
    var header: String
    var data: Int
    var message: String
    var testDescription: String { message }
  }

  static let malformed = [
    Malformed(
      header: #"{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, data: 4,
      message:
        "tensor `a` has the unknown type F33; expected one of BOOL, U8, I8, F8_E4M3, F8_E5M2, F8_E8M0, U16, I16, F16, BF16, "
        + "U32, I32, F32, U64, I64, F64, C64"),
    Malformed(
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, data: 4,
      message: "tensor `a` has the offsets [0, 4]; expected two that are 8 bytes apart, for [2] of F32"),
    Malformed(
      header: #"{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}"#, data: 4,
      message: "tensor `a` has the impossible shape [-1, -1]"),
    Malformed(
      header: #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, data: 0,
      message: "tensor `a` has the impossible shape [4611686018427387904, 4]"),
    Malformed(
      header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, data: 4,
      message: "tensor `a` has the offsets [4, 0]; expected two that are 4 bytes apart, for [1] of F32"),
    Malformed(
      header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-9223372036854775808,9223372036854775807]}}"#, data: 4,
      message: "tensor `a` has the offsets [-9223372036854775808, 9223372036854775807]; "
        + "expected two that are 4 bytes apart, for [1] of F32"),
    Malformed(
      header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
      data: 6,
      message: "tensor `b` overlaps the tensor before it: it starts at byte 2, expected 4"),
    Malformed(
      header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, data: 8,
      message: "tensor `a` leaves a gap before it: it starts at byte 4, expected 0"),
    Malformed(
      header: #"{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}"#, data: 4,
      message: "the tensors need 4000000000000 bytes, the file has 4 after its header"),
    Malformed(
      header: #"{"a":{"dtype":"F32","shape":[1]}}"#, data: 4,
      message: "is not a safetensors file: unexpected header: `a` has no `data_offsets`"),
    Malformed(header: "[1, 2", data: 0, message: "is not a safetensors file: unexpected header: not JSON"),
    Malformed(
      header: #"{"__metadata__":{"crc32":"00000000"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1,
      message: "is corrupt: its data have the checksum a505df1b, expected 00000000"),
  ]

  @Test(arguments: malformed)
  func malformedFileIsRefused(_ malformed: Malformed) throws {
    let folder = try TemporaryFolder()
    try write(Self.file(malformed.header, data: malformed.data), to: folder("a.safetensors"))
    #expect(message { try TensorFile(contentsOf: folder("a.safetensors")) } == "\(folder("a.safetensors")): \(malformed.message)")
  }

  /// Numbers of eight bits against their definitions, whole numbers of any type, and complex ones, which are no weights.
  @Test func otherTypesAreRead() throws {
    let folder = try TemporaryFolder()
    let header = #"""
      {"__metadata__":null,"a":{"dtype":"F8_E4M3","shape":[6],"data_offsets":[0,6]},
      "b":{"dtype":"F8_E5M2","shape":[4],"data_offsets":[6,10]},"c":{"dtype":"F8_E8M0","shape":[2],"data_offsets":[10,12]},
      "d":{"dtype":"I8","shape":[2],"data_offsets":[12,14]},"e":{"dtype":"U16","shape":[1],"data_offsets":[14,16]},
      "f":{"dtype":"C64","shape":[1],"data_offsets":[16,24]}}
      """#
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    let data: [UInt8] =
      [0x38, 0x7E, 0x01, 0x81, 0x00, 0xFF] + [0x3C, 0x7B, 0x01, 0xFC] + [127, 130] + [0xFF, 7] + [0xFE, 0xFF]
      + Array(repeating: 0, count: 8)
    try write(length + Array(header.utf8) + data, to: folder("a"))
    let file = try TensorFile(contentsOf: folder("a"))
    #expect(file.metadata.isEmpty)
    let small = try file.floats("a", in: "a")
    #expect(small.dropLast() == [1, 448, 0x1p-9, -0x1p-9, 0] && small[5].isNaN)
    #expect(try file.floats("b", in: "a") == [1, 57_344, 0x1p-16, -.infinity])
    #expect(try file.floats("c", in: "a") == [1, 8])
    #expect(try file.integers("d", in: "a") == [-1, 7])
    #expect(try file.integers("e", in: "a") == [65_534])
    #expect(message { try file.floats("f", in: "a") } == "a: tensor `f` holds C64, expected F8, F16, BF16, F32 or F64")
  }

  @Test func whatIsNotFiniteIsNamed() {
    let file = TensorFile(tensors: [
      "x": Tensor([1, 2, 3, 4, 5, .nan] as [Float], shape: [3, 2]), "y": Tensor([1e300] as [Double]),
    ])
    #expect(
      message { try file.finiteFloats("x", of: "sample", in: "a") }
        == "a: tensor `x`, sample 2, element 1: found nan, expected a finite number")
    #expect(message { try file.finiteFloats("y", in: "a") } == "a: tensor `y`, element 0: found inf, expected a finite number")
  }

  @Test func everyTruncationIsRefused() throws {
    let folder = try TemporaryFolder()
    try Self.example.write(to: folder("a.safetensors"))
    let whole = try contents(of: folder("a.safetensors"))
    for length in 0..<whole.count {
      try write(Array(whole[..<length]), to: folder("b.safetensors"))
      #expect(throws: FileError.self, "\(length) of \(whole.count) bytes") {
        try TensorFile(contentsOf: folder("b.safetensors"))
      }
    }
  }

  @Test func everyFlippedBitOfTheDataIsFound() throws {
    let folder = try TemporaryFolder()
    try Self.example.write(to: folder("a.safetensors"))
    let whole = try contents(of: folder("a.safetensors"))
    let dataSize = Self.example.tensors.values.reduce(0) { $0 + $1.bytes.count }
    for position in whole.count - dataSize..<whole.count {
      var damaged = whole
      damaged[position] ^= 1 << UInt8(position % 8)
      try write(damaged, to: folder("b.safetensors"))
      #expect(throws: FileError.self) { try TensorFile(contentsOf: folder("b.safetensors")) }
    }
  }

  @Test func hugeHeaderTakesNoMemory() throws {
    let folder = try TemporaryFolder()
    try write(Array(repeating: 0xFF, count: 64), to: folder("a.safetensors"))
    #expect(
      message { try TensorFile(contentsOf: folder("a.safetensors")) }
        == "\(folder("a.safetensors")): is not a safetensors file: a header of 18446744073709551615 bytes, "
        + "expected at most 100000000"
    )
  }

  // MARK: Whole or not at all

  @Test func fullDiskLeavesTheOldFile() throws {
    let folder = try TemporaryFolder()
    let path = folder("a.safetensors")
    try Self.example.write(to: path)
    // Writing to this device fails as writing to a full disk does.
    try FileManager.default.createSymbolicLink(atPath: path + ".partial", withDestinationPath: "/dev/full")
    let large = TensorFile(tensors: ["a": Tensor(Array(repeating: 1, count: 100_000) as [Float])])
    #expect(message { try large.write(to: path) } == "\(path): cannot be written: No space left on device")
    #expect(try TensorFile(contentsOf: path) == Self.example)
    #expect(try folder.names() == ["a.safetensors"])
  }

  @Test func unwritableFolderIsNamed() {
    let path = "/nowhere/a.safetensors"
    #expect(message { try Self.example.write(to: path) } == "\(path).partial: cannot be written: No such file or directory")
  }
}

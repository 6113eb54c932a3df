import Foundation
import TestSupport
import TestTools
import Testing

@testable import Files

/// Readers of binary files on files that were changed at random: each reads or throws an error of its own.
@Suite struct FuzzTests {
  /// - Parameter read: of the bytes, or of a file that holds them.
  private func survive(_ corpus: [[UInt8]], usually count: Int, _ read: ([UInt8], String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    var mutation = Mutation(seed: UInt64(corpus[0].count))
    var (whole, refused) = (0, 0)
    for _ in 0..<Mutation.inputs(usually: count) {
      let input = mutation.change(corpus, corpus)
      do {
        try read(input, folder("f"))
        whole += 1
      } catch is FileError {
        refused += 1
      } catch is TensorError {
        refused += 1
      }
    }
    #expect(whole + refused > 0 && refused > 0)
  }

  private func write(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

  @Test func arrays() throws {
    let corpus = [
      ArrayTests.npy("<f4", "2, 2", [UInt8](repeating: 1, count: 16)),
      ArrayTests.npy(">i2", "2,", [1, 2, 3, 4], isFortran: true),
      [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9], [0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3F, 0x80, 0, 0],
    ]
    try survive(corpus, usually: 20_000) { bytes, _ in
      let tensor = try IdxArray.begins(bytes) ? IdxArray.tensor(bytes) : NumpyArray.tensor(bytes)
      #expect(tensor.bytes.count == tensor.shape.reduce(tensor.type.size, *))
      _ = try tensor.numbers()
    }
  }

  @Test func archives() throws {
    let folder = try TemporaryFolder()
    try NumpyArchive.write(["x": Tensor([1, 2] as [Float]), "y": Tensor([3] as [UInt8])], to: folder("a.npz"))
    let packed: [UInt8] = [0xAB, 0xA8, 0x18, 0x05, 0x83, 0x09, 0x00, 0x00]
    var checksum = Checksum()
    checksum.update([UInt8](repeating: 0x78, count: 400))
    let corpus = [try contents(of: folder("a.npz")), ArrayTests.archive(packed, size: 400, checksum: UInt32(checksum.value))]
    try survive(corpus, usually: 4000) { bytes, path in
      try write(bytes, path)
      let archive = try ZipArchive(path: path)
      for entry in archive.entries { #expect(try archive.read(entry, atMost: 1 << 16).count <= 1 << 16) }
      _ = try NumpyArchive.read(path, atMost: 1 << 16)
    }
  }

  /// A graph of three edges, packed by each.
  static let packed: [Packer: [UInt8]] = [
    .gzip: bytes("H4sIAAAAAAACAzNWMOYyVDBSMOQyUjAGkoZgEgDVJYgvFgAAAA=="),
    .bzip2: bytes("QlpoOTFBWSZTWdLZj7UAAArYAAAQQAA4ACAAMM0BG0no/BKWseAhhdyRThQkNLZj7UA="),
    .xz: bytes("/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAVMyAzCjEgMiAxCjIgMyAxCjEgMyAxCgAAABuB6t+DAYlzAAEuFlYJVd8ftvN9AQAAAAAEWVo="),
  ]

  @Test(arguments: Packer.allCases) func packedBytes(packer: Packer) throws {
    try survive([try #require(Self.packed[packer])], usually: 4000) { bytes, _ in
      let content = try PackedReader(bytes).content(named: "f", atMost: 1 << 16)
      #expect(content.count <= 1 << 16)
    }
  }

  @Test func safetensors() throws {
    let folder = try TemporaryFolder()
    try TensorFileTests.example.write(to: folder("a.safetensors"))
    try survive([try contents(of: folder("a.safetensors"))], usually: 4000) { bytes, path in
      try write(bytes, path)
      _ = try TensorFile(contentsOf: path)
    }
  }

  /// A PNG file of six grey pixels beside a JPEG file of eight by eight.
  @Test func pictures() throws {
    try survive([Self.png, Self.jpeg], usually: 4000) { bytes, path in
      try write(bytes, path)
      let picture = try DecodedPicture(contentsOf: path, channels: 3)
      #expect(picture.planes.count == 3 * picture.rows * picture.columns)
    }
  }

  @Test func picturesOfTheCorpusAreWhole() throws {
    let folder = try TemporaryFolder()
    try write(Self.png, folder("a"))
    #expect(try DecodedPicture(contentsOf: folder("a")) == DecodedPicture(contentsOf: folder("a"), channels: 1))
    try write(Self.jpeg, folder("a"))
    let picture = try DecodedPicture(contentsOf: folder("a"))
    #expect(picture.rows == 8 && picture.columns == 8 && picture.channels == 1)
    for size in 1..<Self.jpeg.count - 2 {
      try write(Array(Self.jpeg.prefix(size)), folder("a"))
      #expect(throws: FileError.self) { try DecodedPicture(contentsOf: folder("a")) }
    }
  }

  /// What a header claims is compared with the file before memory is taken: 16384×16384 pixels do not fit into some hundred bytes.
  @Test func headersThatClaimTooMuch() throws {
    let folder = try TemporaryFolder()
    var png = Self.png
    png.replaceSubrange(16..<24, with: [0, 0, 0x40, 0, 0, 0, 0x40, 0])
    var jpeg = Self.jpeg
    let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xFF, 0xC0, 0, 11, 8]) })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x40, 0, 0x40, 0])
    try write(jpeg, folder("a"))
    let error = #expect(throws: FileError.self) { try DecodedPicture(contentsOf: folder("a")) }
    #expect(error?.reason.hasSuffix("\(jpeg.count) bytes cannot hold 16384×16384 pixels") == true)
    // A library that checks the sums of PNG's chunks may have the first word.
    try write(png, folder("a"))
    #expect(throws: FileError.self) { try DecodedPicture(contentsOf: folder("a")) }
  }

  private static let png = bytes(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR4nGNgZGJmYGFlAwAARgAWd/XIfwAAAABJRU5ErkJggg==")
  private static let jpeg = bytes(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeX"
      + "BkeFxlZ2P/wAALCAAIAAgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIh"
      + "MUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhI"
      + "WGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AGR2"
      + "6TRtYaeypaID9ouc4DgdQD/d9T3+nX//2Q==")

  private static func bytes(_ base64: String) -> [UInt8] { Data(base64Encoded: base64).map { [UInt8]($0) } ?? [] }
}

import Foundation
import TestSupport
import Testing

@testable import Files

/// NumPy's arrays, idx arrays and the archives that hold them.
@Suite struct ArrayTests {
  /// A `.npy` file as NumPy writes it.
  static func npy(_ type: String, _ shape: String, _ bytes: [UInt8], isFortran: Bool = false) -> [UInt8] {
    let text = "{'descr': '\(type)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': (\(shape)), }\n"
    return [0x93] + [UInt8]("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + [UInt8](text.utf8) + bytes
  }

  @Test func numbersOfBothByteOrders() throws {
    #expect(try NumpyArray.tensor(Self.npy("<i2", "2,", [1, 0, 0xFF, 0xFF])).integers() == [1, -1])
    #expect(try NumpyArray.tensor(Self.npy(">i2", "2,", [0, 1, 0xFF, 0xFE])).integers() == [1, -2])
    #expect(try NumpyArray.tensor(Self.npy("|b1", "3,", [1, 0, 1])).numbers() == [1, 0, 1])
    #expect(try NumpyArray.tensor(Self.npy("<f4", "", [0, 0, 0x80, 0x3F])).numbers() == [1])
  }

  /// The first index fastest, as Fortran has it: columns 1 2 and 3 4 of a 2×3 matrix and so on.
  @Test func fortranOrderIsTurned() throws {
    let tensor = try NumpyArray.tensor(Self.npy("|u1", "2, 3", [1, 2, 3, 4, 5, 6], isFortran: true))
    #expect(tensor.shape == [2, 3])
    #expect(tensor.bytes == [1, 3, 5, 2, 4, 6])
  }

  @Test func claimsThatCannotBeAreRefused() {
    for (bytes, words) in [
      (Self.npy("<f8", "1000000000000000000, 1000", []), "impossible shape"), (Self.npy("<f4", "3,", [0, 0, 0]), "truncated"),
      (Self.npy("<f4", "0,", [1]), "too long"), (Self.npy("|O", "1,", [1]), "Python objects"),
      (Self.npy("<c8", "1,", []), "`<c8`"),
      (Self.npy("<f4", "-1,", []), "impossible shape"), ([0x93, 0x4E], "is no .npy file"),
    ] {
      let error = #expect(throws: TensorError.self) { try NumpyArray.tensor(bytes) }
      #expect(error?.description.contains(words) ?? false, "\(error?.description ?? "")")
    }
  }

  @Test func idxOfAnyTypeAndShape() throws {
    let shorts = try IdxArray.tensor([0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 5, 0xFF, 0xFF])
    #expect(shorts.shape == [1, 2])
    #expect(try shorts.integers() == [5, -1])
    #expect(try IdxArray.tensor([0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3F, 0x80, 0, 0]).numbers() == [1])
    #expect(throws: TensorError.self) {
      try IdxArray.tensor([0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 2, 1])
    }
    #expect(!IdxArray.begins([0, 0, 7, 1]))
  }

  @Test func archivesAreReadAsTheyWereWritten() throws {
    let folder = try TemporaryFolder()
    let arrays = ["x": Tensor([1.5, -2] as [Float]), "labels": Tensor([3, 1, 2] as [Int64])]
    try NumpyArchive.write(arrays, to: folder("a.npz"))
    #expect(try NumpyArchive.read(folder("a.npz"), atMost: 1000) == arrays)
    #expect(try NumpyArchive.read(folder("a.npz"), names: ["x"], atMost: 1000).keys.sorted() == ["x"])
    #expect(throws: FileError.self) { try NumpyArchive.read(folder("a.npz"), atMost: 10) }
  }

  /// Four hundred times `x`, deflated by zlib.
  @Test func deflatedFilesUnfold() throws {
    let folder = try TemporaryFolder()
    // Deflate of 400 × "x" (RFC 1951): a literal, then copies of the byte before.
    let packed: [UInt8] = [0xAB, 0xA8, 0x18, 0x05, 0x83, 0x09, 0x00, 0x00]
    let content = [UInt8](repeating: 0x78, count: 400)
    var checksum = Checksum()
    checksum.update(content)
    for (claim, works) in [(400, true), (399, false), (401, false)] {
      try Data(Self.archive(packed, size: claim, checksum: UInt32(checksum.value))).write(
        to: URL(fileURLWithPath: folder("a.zip")))
      let archive = try ZipArchive(path: folder("a.zip"))
      #expect(archive.entries.map(\.name) == ["n"])
      if works {
        #expect(try archive.read(archive.entries[0], atMost: 1000) == content)
      } else {
        #expect(throws: FileError.self) { try archive.read(archive.entries[0], atMost: 1000) }
      }
    }
  }

  /// An archive of one deflated file called `n`.
  static func archive(_ packed: [UInt8], size: Int, checksum: UInt32) -> [UInt8] {
    func bytes(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    let common =
      bytes(20, 2) + bytes(0, 2) + bytes(8, 2) + bytes(0, 4) + bytes(Int(checksum), 4) + bytes(packed.count, 4) + bytes(size, 4)
      + bytes(1, 2) + bytes(0, 2)
    let local = bytes(0x0403_4b50, 4) + common + [0x6E] + packed
    let central = bytes(0x0201_4b50, 4) + bytes(20, 2) + common + bytes(0, 6) + bytes(0, 4) + bytes(0, 4) + [0x6E]
    return local + central + bytes(0x0605_4b50, 4) + bytes(0, 4) + bytes(1, 2) + bytes(1, 2) + bytes(central.count, 4)
      + bytes(local.count, 4) + bytes(0, 2)
  }
}

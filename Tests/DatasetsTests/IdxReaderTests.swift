import Kernels
import TestSupport
import Testing

@testable import Datasets

@Suite struct IdxReaderTests {
  let shape = ImageShape(channels: 1, rows: 3, columns: 2)
  let folder: TemporaryFolder
  let imagesName = "train-images-idx3-ubyte"
  let labelsName = "train-labels-idx1-ubyte"
  let goodImages = idx(bytes(24), extents: [4, 3, 2])
  let goodLabels = idx([0, 2, 1, 2], extents: [4])

  init() throws { folder = try TemporaryFolder() }

  private func read() throws -> LabelledImages {
    try IdxReader().read(.train, folder: folder.path, shape: shape, classes: 3)
  }

  private func failure(images: [UInt8], labels: [UInt8]) throws -> String {
    try folder.write(images, imagesName)
    try folder.write(labels, labelsName)
    return message { _ = try read() }
  }

  @Test func readsPlainFiles() throws {
    try folder.write(goodImages, imagesName)
    try folder.write(goodLabels, labelsName)
    let found = try read()
    #expect(Array(found.pixels) == bytes(24))
    #expect(found.labels == [0, 2, 1, 2])
    #expect(found.count == 4)
  }

  @Test func readsGzippedFiles() throws {
    try folder.writeGzipped(goodImages, imagesName + ".gz")
    try folder.writeGzipped(goodLabels, labelsName + ".gz")
    let found = try read()
    #expect(Array(found.pixels) == bytes(24))
    #expect(found.labels == [0, 2, 1, 2])
  }

  @Test func readsTheTestPartFromItsOwnFiles() throws {
    try folder.write(goodImages, "t10k-images-idx3-ubyte")
    try folder.write(goodLabels, "t10k-labels-idx1-ubyte")
    #expect(try IdxReader().read(.test, folder: folder.path, shape: shape, classes: 3).count == 4)
    #expect(message { _ = try read() }.contains("\(imagesName): cannot be read: no such file"))
  }

  @Test func wrongMagicNumberNamesBoth() throws {
    let found = try failure(images: idx(bytes(24), extents: [4, 3, 2], magic: 0x0d03), labels: goodLabels)
    #expect(found == "\(folder.path)/\(imagesName): byte 0: magic number 0x00000d03, expected 0x00000803 (idx, images)")
  }

  @Test func labelsInPlaceOfImages() throws {
    #expect(try failure(images: goodLabels, labels: goodLabels).contains("magic number 0x00000801, expected 0x00000803"))
  }

  @Test func truncatedImages() throws {
    let found = try failure(images: goodImages.dropLast(5), labels: goodLabels)
    #expect(
      found == "\(folder.path)/\(imagesName): byte 4: truncated: the header claims 4 images, 40 bytes in all, the file has 35")
  }

  @Test(arguments: 0..<16) func truncatedHeader(length: Int) throws {
    let found = try failure(images: Array(goodImages.prefix(length)), labels: goodLabels)
    #expect(found.contains("truncated: expected \(length < 4 ? 4 : 12) bytes of the idx"))
  }

  @Test func bytesBeyondTheLastImage() throws {
    #expect(try failure(images: goodImages + [7], labels: goodLabels).contains("too long: the header claims 4 images"))
  }

  @Test func aClaimBeyondTheFileTakesNoMemory() throws {
    let found = try failure(images: idx(bytes(24), extents: [900_000, 3, 2]), labels: goodLabels)
    #expect(found.contains("truncated: the header claims 900000 images, 5400016 bytes in all, the file has 40"))
    let absurd = try failure(images: idx(bytes(24), extents: [0xFFFF_FFFF, 3, 2]), labels: goodLabels)
    #expect(absurd.contains("the header claims 4294967295 images, expected 1 to 1000000"))
  }

  @Test func noImages() throws {
    #expect(try failure(images: idx([], extents: [0, 3, 2]), labels: goodLabels).contains("claims 0 images, expected 1 to"))
  }

  @Test func imagesOfAnotherSize() throws {
    let found = try failure(images: idx(bytes(24), extents: [4, 2, 3]), labels: goodLabels)
    #expect(found == "\(folder.path)/\(imagesName): byte 8: items of 2×3, expected 3×2")
  }

  @Test func labelOutOfRangeNamesItsPlace() throws {
    let found = try failure(images: goodImages, labels: idx([0, 2, 3, 1], extents: [4]))
    #expect(found == "\(folder.path)/\(labelsName): byte 10, record 2: label 3 out of range, expected 0 to 2")
  }

  @Test func imagesAndLabelsDisagree() throws {
    let found = try failure(images: goodImages, labels: idx([0, 2, 1], extents: [3]))
    #expect(found == "\(folder.path)/\(labelsName): byte 4: 3 labels for 4 images in \(folder.path)/\(imagesName)")
  }

  /// Some unpack only the name.
  @Test func gzipUnderAPlainName() throws {
    try folder.writeGzipped(goodImages, imagesName)
    try folder.writeGzipped(goodLabels, labelsName)
    let packed = try read()
    try folder.write(goodImages, imagesName)
    try folder.write(goodLabels, labelsName)
    let plain = try read()
    #expect(packed.pixels == plain.pixels && packed.labels == plain.labels)
  }

  @Test func truncatedGzip() throws {
    let compressed = try contents(of: folder.writeGzipped(goodImages, imagesName + ".gz"))
    try folder.write(goodLabels, labelsName)
    for length in [12, compressed.count / 2, compressed.count - 1] {
      try folder.write(Array(compressed.prefix(length)), imagesName + ".gz")
      #expect(message { _ = try read() }.contains("\(imagesName).gz: byte"), "cut at \(length)")
      #expect(message { _ = try read() }.contains("truncated"), "cut at \(length)")
    }
  }

  @Test func corruptGzip() throws {
    let compressed = try contents(of: folder.writeGzipped(goodImages, imagesName + ".gz"))
    try folder.write(goodLabels, labelsName)
    // The last eight bytes are the CRC-32 and the length; both are checked though all pixels have arrived by then.
    for place in [compressed.count - 8, compressed.count - 3] {
      var damaged = compressed
      damaged[place] ^= 0x10
      try folder.write(damaged, imagesName + ".gz")
      #expect(message { _ = try read() }.contains("corrupt gzip stream"), "byte \(place)")
    }
  }

  @Test func gzipThatIsNone() throws {
    try folder.write(goodImages, imagesName + ".gz")
    #expect(message { _ = try read() }.contains("byte 0: expected a gzip header"))
  }

  @Test func gzipClaimBeyondItsCompression() throws {
    try folder.writeGzipped(idx([], extents: [1_000_000, 3, 2]), imagesName + ".gz")
    #expect(message { _ = try read() }.contains("truncated: the header claims 1000000 images"))
  }

  @Test func aFolderInPlaceOfAFile() throws {
    try folder.write([1], imagesName + "/inside")
    #expect(message { _ = try read() }.hasSuffix("\(imagesName): cannot be read: not a regular file"))
  }
}

import Kernels
import TestSupport
import Testing

@testable import Datasets

@Suite struct CIFARReaderTests {
  let shape = ImageShape(channels: 3, rows: 2, columns: 2)
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// One record: the label bytes, then twelve pixels that tell `number`.
  private func record(_ labels: [UInt8], _ number: Int) -> [UInt8] { labels + bytes(12, from: 12 * number) }

  /// Batch `batch` of three records with labels 0…9.
  private func batch(_ batch: Int) -> [UInt8] {
    (0..<3).flatMap { record([UInt8((3 * batch + $0) % 10)], 3 * batch + $0) }
  }

  private func writeAll() throws {
    for number in 0..<5 { try folder.write(batch(number), "data_batch_\(number + 1).bin") }
  }

  private func read(_ part: DatasetPart = .train) throws -> LabelledImages {
    try CIFARReader.cifar10.read(part, folder: folder.path, shape: shape, classes: 10)
  }

  @Test func roundTrip() throws {
    try writeAll()
    let found = try read()
    #expect(found.count == 15)
    #expect(found.labels == (0..<15).map { $0 % 10 })
    #expect(Array(found.pixels) == bytes(180))
  }

  @Test func oneBatchGzipped() throws {
    try writeAll()
    try folder.write([], "test_batch.bin")
    #expect(message { _ = try read(.test) }.contains("test_batch.bin: byte 0: empty"))
    let other = try TemporaryFolder()
    try other.writeGzipped(batch(2), "test_batch.bin.gz")
    let found = try CIFARReader.cifar10.read(.test, folder: other.path, shape: shape, classes: 10)
    #expect(found.labels == [6, 7, 8])
    #expect(Array(found.pixels) == bytes(36, from: 72))
  }

  @Test func fineLabelsOfCIFAR100() throws {
    try folder.write(record([19, 99], 0) + record([0, 1], 1), "train.bin")
    let found = try CIFARReader.cifar100.read(.train, folder: folder.path, shape: shape, classes: 100)
    #expect(found.labels == [99, 1])
    #expect(Array(found.pixels) == bytes(24))
    try folder.write(record([20, 99], 0), "train.bin")
    #expect(
      message { _ = try CIFARReader.cifar100.read(.train, folder: folder.path, shape: shape, classes: 100) }
        == "\(folder.path)/train.bin: byte 0, record 0: label 20 out of range, expected 0 to 19")
  }

  @Test func truncatedWithinARecord() throws {
    try writeAll()
    try folder.write(batch(1).dropLast(4), "data_batch_2.bin")
    #expect(
      message { _ = try read() }
        == "\(folder.path)/data_batch_2.bin: byte 26, record 2: truncated: expected 13 bytes, found 9")
  }

  @Test func truncatedBetweenRecords() throws {
    try writeAll()
    try folder.write(batch(3).dropLast(13), "data_batch_4.bin")
    #expect(
      message { _ = try read() }
        == "\(folder.path)/data_batch_4.bin: record 2: expected as many records as data_batch_1.bin has, 3, found 2")
  }

  @Test func truncatedGzippedRecord() throws {
    try folder.writeGzipped(batch(0).dropLast(4), "test_batch.bin.gz")
    #expect(
      message { _ = try read(.test) }
        == "\(folder.path)/test_batch.bin.gz: byte 26, record 2: truncated: expected 13 bytes, found 9")
  }

  @Test func labelOutOfRangeNamesItsPlace() throws {
    try folder.write(record([9], 0) + record([10], 1), "test_batch.bin")
    #expect(
      message { _ = try read(.test) }
        == "\(folder.path)/test_batch.bin: byte 13, record 1: label 10 out of range, expected 0 to 9")
  }

  @Test func missingBatch() throws {
    #expect(message { _ = try read() }.contains("data_batch_1.bin: cannot be read: no such file"))
  }
}

import Foundation
import Kernels
import TestSupport
import Testing

@testable import Datasets

/// CIFAR as Python has it: pickles, of which nothing is executed.
@Suite struct PythonBatchReaderTests {
  /// Three images of four bytes, `0 … 10, 200`, with the labels 2, 0 and 1, as written by Python 2 (whose opcodes the official files have)
  /// and by Python 3 in protocols 2, 3 and 4, there also under names that are text.
  static let pickles = [
    (
      "Python 2",
      "gAJ9cQEoVQtiYXRjaF9sYWJlbHECVRR0ZXN0aW5nIGJhdGNoIDEgb2YgMXEDVQZsYWJlbHNxBF1xBShLAksASwFlVQRkYXRhcQZjbnVtcHkuY2"
        + "9yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxB2NudW1weQpuZGFycmF5CnEISwCFcQlVAWJxCodxC1JxDChLAUsDSwSGcQ1jbnVtcHkKZHR5"
        + "cGUKcQ5VAnUxcQ9LAEsBh3EQUnERKEsDVQF8cRJOTk5K/////0r/////SwB0YolUDAAAAAABAgMEBQYHCAkKyHRiVQlmaWxlbmFtZXNxE11xFC"
        + "hVBWEucG5nVQViLnBuZ1UFYy5wbmdldS4="
    ),
    (
      "protocol 2",
      "gAJ9cQAoY19jb2RlY3MKZW5jb2RlCnEBWAsAAABiYXRjaF9sYWJlbHECWAYAAABsYXRpbjFxA4ZxBFJxBWgBWBQAAAB0ZXN0aW5nIGJhdGNoID"
        + "Egb2YgMXEGaAOGcQdScQhoAVgGAAAAbGFiZWxzcQloA4ZxClJxC11xDChLAksASwFlaAFYBAAAAGRhdGFxDWgDhnEOUnEPY251bXB5Ll9jb3Jl"
        + "Lm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEQY251bXB5Cm5kYXJyYXkKcRFLAIVxEmgBWAEAAABicRNoA4ZxFFJxFYdxFlJxFyhLAUsDSwSGcR"
        + "hjbnVtcHkKZHR5cGUKcRlYAgAAAHUxcRqJiIdxG1JxHChLA1gBAAAAfHEdTk5OSv////9K/////0sAdHEeYoloAVgNAAAAAAECAwQFBgcICQrD"
        + "iHEfaAOGcSBScSF0cSJiaAFYCQAAAGZpbGVuYW1lc3EjaAOGcSRScSVdcSYoaAFYBQAAAGEucG5ncSdoA4ZxKFJxKWgBWAUAAABiLnBuZ3EqaA"
        + "OGcStScSxoAVgFAAAAYy5wbmdxLWgDhnEuUnEvZXUu"
    ),
    (
      "protocol 3",
      "gAN9cQAoQwtiYXRjaF9sYWJlbHEBQxR0ZXN0aW5nIGJhdGNoIDEgb2YgMXECQwZsYWJlbHNxA11xBChLAksASwFlQwRkYXRhcQVjbnVtcHkuX2"
        + "NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQZjbnVtcHkKbmRhcnJheQpxB0sAhXEIQwFicQmHcQpScQsoSwFLA0sEhnEMY251bXB5CmR0"
        + "eXBlCnENWAIAAAB1MXEOiYiHcQ9ScRAoSwNYAQAAAHxxEU5OTkr/////Sv////9LAHRxEmKJQwwAAQIDBAUGBwgJCshxE3RxFGJDCWZpbGVuYW"
        + "1lc3EVXXEWKEMFYS5wbmdxF0MFYi5wbmdxGEMFYy5wbmdxGWV1Lg=="
    ),
    (
      "protocol 4",
      "gASVAgEAAAAAAAB9lChDC2JhdGNoX2xhYmVslEMUdGVzdGluZyBiYXRjaCAxIG9mIDGUQwZsYWJlbHOUXZQoSwJLAEsBZUMEZGF0YZSMFm51bX"
        + "B5Ll9jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsDSwSGlGgJjAVk"
        + "dHlwZZSTlIwCdTGUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LAHSUYolDDAABAgMEBQYHCAkKyJR0lGJDCWZpbGVuYW1lc5RdlChDBWEucG"
        + "5nlEMFYi5wbmeUQwVjLnBuZ5RldS4="
    ),
    (
      "names of text",
      "gASVAgEAAAAAAAB9lCiMC2JhdGNoX2xhYmVslEMUdGVzdGluZyBiYXRjaCAxIG9mIDGUjAZsYWJlbHOUXZQoSwJLAEsBZYwEZGF0YZSMFm51bX"
        + "B5Ll9jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsDSwSGlGgJjAVk"
        + "dHlwZZSTlIwCdTGUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LAHSUYolDDAABAgMEBQYHCAkKyJR0lGKMCWZpbGVuYW1lc5RdlChDBWEucG"
        + "5nlEMFYi5wbmeUQwVjLnBuZ5RldS4="
    ),
  ]

  private static let shape = ImageShape(channels: 1, rows: 2, columns: 2)
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ bytes: [UInt8], labels: String = "labels") throws -> LabelledImages {
    try folder.write(bytes, "batch")
    let reader = PythonBatchReader(train: [], test: ["batch"], labels: labels)
    return try reader.read(.test, folder: folder.path, shape: Self.shape, classes: 3)
  }

  private func bytes(_ text: String) throws -> [UInt8] { [UInt8](try #require(Data(base64Encoded: text))) }

  /// Replaces the only place where `old` stands.
  private func replacing(_ old: String, by new: String, in bytes: [UInt8]) throws -> [UInt8] {
    let place = try #require(bytes.firstRange(of: Array(old.utf8)))
    return Array(bytes[..<place.lowerBound]) + Array(new.utf8) + Array(bytes[place.upperBound...])
  }

  @Test(arguments: pickles) func batchesAreRead(_ form: String, _ text: String) throws {
    let images = try read(try bytes(text))
    #expect(images.labels == [2, 0, 1])
    // One channel: the order of the file is the images' own.
    #expect(Array(images.pixels) == Array(0...10) + [200])
    try folder.writeGzipped(try bytes(text), "batch")
    let reader = PythonBatchReader(train: [], test: ["batch"], labels: "labels")
    #expect(try reader.read(.test, folder: folder.path, shape: Self.shape, classes: 3) == images)
  }

  @Test func nothingElseIsCalled() throws {
    let whole = try bytes(Self.pickles[0].1)
    let evil = try replacing("cnumpy\ndtype\n", by: "cos\nsystem\n", in: whole)
    #expect(message { _ = try read(evil) }.contains("asks for `os.system`, which a batch of images does not need"))
  }

  @Test func whatIsNoBatchIsNamed() throws {
    let whole = try bytes(Self.pickles[0].1)
    #expect(
      message { _ = try read(whole, labels: "fine_labels") }.contains("expected a dictionary with `data` and `fine_labels`"))
    #expect(message { _ = try read(try replacing("u1q", by: "i8q", in: whole)) }.contains("expected an array of bytes, N × 4"))
    let labels = try #require(whole.firstRange(of: Array("K\u{2}K\u{0}K\u{1}e".utf8)))
    var wrong = whole
    wrong[labels.lowerBound + 1] = 3
    #expect(message { _ = try read(wrong) }.contains("record 0: label 3 out of range, expected 0 to 2"))
    #expect(message { _ = try read(Array("print()".utf8)) }.contains("byte 0: not a pickle of images: opcode 112"))
  }

  /// Every cut, and every byte changed: an error or another batch, never a crash.
  @Test(arguments: pickles) func damageIsAnError(_ form: String, _ text: String) throws {
    let whole = try bytes(text)
    for length in whole.indices { #expect(throws: Pickle.Damage.self) { try Pickle.value(of: Array(whole[..<length])) } }
    for place in whole.indices {
      for change in [UInt8(1), 0x80, 0xFF] {
        var damaged = whole
        damaged[place] ^= change
        _ = try? read(damaged)
      }
    }
  }

  /// Lists in lists in lists would end in a stack that is too deep.
  @Test func nestingHasAnEnd() {
    let nested = [UInt8](repeating: UInt8(ascii: "]"), count: 100_000) + Array(repeating: UInt8(ascii: "a"), count: 99_999) + [46]
    #expect(throws: Pickle.Damage.self) { try Pickle.value(of: nested) }
  }

  @Test func foldersOfPythonAreFound() throws {
    let description = DatasetDescription.of(.cifar10)
    for file in [DatasetPart.train, .test].flatMap(PythonBatchReader.cifar10.files) {
      try folder.write([0], "root/cifar-10-batches-py/\(file)")
    }
    let found = try DatasetSearch(roots: ["\(folder.path)/root"]).find(description, parts: [.train, .test])
    #expect(found.folder == "\(folder.path)/root/cifar-10-batches-py" && found.reader is PythonBatchReader)
  }
}

import Foundation
import Kernels
import TestSupport
import TestTools
import Testing

@testable import Datasets

/// Readers of data sets on files that were changed at random: each reads or throws a `DatasetError`.
@Suite struct FuzzTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func survive(_ corpus: [[UInt8]], usually count: Int = 4000, _ read: ([UInt8]) throws -> Void) throws {
    var mutation = Mutation(seed: UInt64(corpus[0].count))
    var refused = 0
    for _ in 0..<Mutation.inputs(usually: count) {
      do { try read(mutation.change(corpus, corpus)) } catch is DatasetError { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test func tables() throws {
    let corpus = [
      "label,1x1,1x2\r\n3,\"0\",255\r\n4,1,2\n", "a;b;\"c;\n\"\"\"\n1;2.5e1;x\n3;-4;y\n", ",w,class\n0,1.5,3.0\n1,2.5,4.0\n",
      "5.1,x\n4.9,y\n",
    ].map { [UInt8]($0.utf8) }
    var settings = FilesSettings(train: "\(folder.path)/f.csv")
    try survive(corpus) { bytes in
      try folder.write(bytes, "f.csv")
      settings.labels = nil
      let images = try OwnImages.read(.train, settings)
      guard case .numbers(let numbers) = images.values else { return }
      #expect(numbers.count == images.count * images.shape.size && numbers.allSatisfy(\.isFinite))
      _ = try images.labels.numbered(by: images.labels.classNames())
    }
  }

  /// Idx and `.npy` arrays of images beside labels that are whole, and archives, by what their bytes say they are.
  @Test func arrays() throws {
    try folder.write(idx([0, 1], extents: [2]), "labels")
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 1), }\n"
    let npy = [0x93] + [UInt8]("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + [UInt8](header.utf8) + [1, 2, 3, 4]
    var settings = FilesSettings(train: "\(folder.path)/f")
    settings.trainLabels = "\(folder.path)/labels"
    try survive([idx(bytes(8), extents: [2, 2, 2]), npy]) { bytes in
      try folder.write(bytes, "f")
      let images = try OwnImages.read(.train, settings)
      #expect(images.count == 2)
    }
  }

  @Test func publishedForms() throws {
    let shape = ImageShape(channels: 1, rows: 2, columns: 2)
    try folder.write(idx([0, 1], extents: [2]), "t10k-labels-idx1-ubyte")
    try survive([idx(bytes(8), extents: [2, 2, 2])]) { bytes in
      try folder.write(bytes, "t10k-images-idx3-ubyte")
      #expect(try IdxReader().read(.test, folder: folder.path, shape: shape, classes: 2).count == 2)
    }
    let pickles = PythonBatchReaderTests.pickles.compactMap { Data(base64Encoded: $0.1).map { [UInt8]($0) } }
    let reader = PythonBatchReader(train: [], test: ["batch"], labels: "labels")
    try survive(pickles) { bytes in
      try folder.write(bytes, "batch")
      #expect(try reader.read(.test, folder: folder.path, shape: shape, classes: 3).count > 0)
    }
  }
}

import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct DatasetSearchTests {
  let folder: TemporaryFolder
  let mnist = DatasetDescription.of(.mnist)
  let fashion = DatasetDescription.of(.fashionMNIST)

  init() throws { folder = try TemporaryFolder() }

  private func place(_ description: DatasetDescription, in name: String, parts: [DatasetPart] = [.train, .test]) throws {
    for file in parts.flatMap(description.reader.files) { try folder.write([0], "\(name)/\(file)") }
  }

  @Test func orderOfTheSearchPath() {
    let search = DatasetSearch.standard(
      environment: ["EQUILIBRIA_DATA": "/given"], currentDirectory: "/home/me/project",
      program: "/opt/equilibria/.build/x86_64/release/equilibria")
    #expect(
      search.roots == [
        "/given", "/home/me/project/data", "/opt/equilibria/data", "/opt/equilibria/.build/x86_64/release/data",
        "/usr/share/datasets",
      ])
  }

  @Test func anExplicitFolderIsTheOnlyOne() {
    let search = DatasetSearch.standard(
      folder: "sets", environment: ["EQUILIBRIA_DATA": "/given"], currentDirectory: "/home/me", program: nil)
    #expect(search.roots == ["/home/me/sets"])
  }

  @Test func findsDirectlyAndInKnownSubfolders() throws {
    try place(mnist, in: "direct")
    try place(mnist, in: "root/mnist")
    #expect(try DatasetSearch(roots: ["\(folder.path)/direct"]).locate(mnist) == "\(folder.path)/direct")
    #expect(try DatasetSearch(roots: ["\(folder.path)/root"]).locate(mnist) == "\(folder.path)/root/mnist")
  }

  @Test func aFolderThatLacksFilesIsPassedOver() throws {
    try place(mnist, in: "half/mnist", parts: [.train])
    try place(mnist, in: "whole/mnist")
    let search = DatasetSearch(roots: ["\(folder.path)/half", "\(folder.path)/whole"])
    #expect(try search.locate(mnist) == "\(folder.path)/whole/mnist")
    #expect(try search.locate(mnist, parts: [.train]) == "\(folder.path)/half/mnist")
  }

  @Test func aFolderOfAnotherDataSetIsNotMistaken() throws {
    try place(fashion, in: "fashion-mnist")
    let search = DatasetSearch(roots: ["\(folder.path)/fashion-mnist"])
    #expect(try search.locate(fashion) == "\(folder.path)/fashion-mnist")
    #expect(message { _ = try search.locate(mnist) }.contains("fashion-mnist (the folder of fashion-mnist)"))
  }

  @Test func gzippedFilesCount() throws {
    for file in [DatasetPart.train, .test].flatMap(mnist.reader.files) { try folder.write([0], "mnist/\(file).gz") }
    #expect(try DatasetSearch(roots: [folder.path]).locate(mnist) == "\(folder.path)/mnist")
  }

  @Test func errorListsEveryFolderAndTheRemedy() throws {
    try place(fashion, in: "half/fashion-mnist", parts: [.train])
    let search = DatasetSearch(roots: ["\(folder.path)/half", "\(folder.path)/gone"])
    #expect(
      message { _ = try search.locate(fashion) } == """
        data set fashion-mnist not found; looked in:
          \(folder.path)/half (none of its files: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte)
          \(folder.path)/half/fashion-mnist (lacks t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte)
          \(folder.path)/gone (no such folder)
          \(folder.path)/gone/fashion-mnist (no such folder)
        get it with: scripts/fetch-data fashion-mnist
        or: apt-get install dataset-fashion-mnist
        """)
  }

  /// Under the names that Kaggle's archives and torchvision have.
  @Test func otherNamesAreFound() throws {
    for file in [DatasetPart.train, .test].flatMap(mnist.reader.files) {
      try folder.write([0], "kaggle/\(file.replacing("-idx", with: ".idx"))")
      try folder.write([0], "nested/\(file)/\(file)")
      try folder.write([0], "torch/FashionMNIST/raw/\(file)")
      try folder.write([0], "torch/MNIST/raw/\(file).gz")
    }
    #expect(try DatasetSearch(roots: ["\(folder.path)/kaggle"]).locate(mnist) == "\(folder.path)/kaggle")
    #expect(try DatasetSearch(roots: ["\(folder.path)/nested"]).locate(mnist) == "\(folder.path)/nested")
    let torch = DatasetSearch(roots: ["\(folder.path)/torch"])
    #expect(try torch.locate(mnist) == "\(folder.path)/torch/MNIST/raw")
    #expect(try torch.locate(fashion) == "\(folder.path)/torch/FashionMNIST/raw")
    let raw = DatasetSearch(roots: ["\(folder.path)/torch/FashionMNIST/raw"])
    #expect(message { _ = try raw.locate(mnist) }.contains("the folder of fashion-mnist"))
  }

  @Test func aFolderThatTheEnvironmentNamesInVainIsToldOf() {
    func warning(_ value: String) -> String? { DatasetSearch.warning(environment: ["EQUILIBRIA_DATA": value]) }
    #expect(warning("/nowhere/data")?.contains("names /nowhere/data, which is no folder") == true)
    #expect(warning(folder.path) == nil && warning("") == nil && DatasetSearch.warning(environment: [:]) == nil)
  }

  @Test func loadReadsOnlyThePartAskedFor() throws {
    try folder.write(idx(bytes(784), extents: [1, 28, 28]), "mnist/t10k-images-idx3-ubyte")
    try folder.write(idx([7], extents: [1]), "mnist/t10k-labels-idx1-ubyte")
    let settings = DatasetSettings(name: .mnist, folder: folder.path, validation: 10)
    let dataset = try Dataset.load(settings, parts: [.test])
    #expect(dataset.test.labels == [7])
    #expect(dataset.train.count == 0)
    #expect(dataset.folder == "\(folder.path)/mnist")
    let samplers = try DatasetSamplers(dataset, settings: settings, seed: 1)
    let counts = [samplers.training, samplers.validation, samplers.test].map(\.count)
    #expect(counts == [0, 0, 1])
    #expect(message { _ = try Dataset.load(settings) }.contains("lacks train-images-idx3-ubyte, train-labels-idx1-ubyte"))
  }
}

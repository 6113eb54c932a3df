import Files
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Datasets

/// Numbers to predict, as the files of own data hold them.
@Suite struct OwnTargetsTests {
  private func settings(_ folder: TemporaryFolder, _ name: String, _ targets: [String]) -> DatasetSettings {
    var settings = DatasetSettings(name: .files)
    settings.files = FilesSettings(train: "\(folder.path)/\(name)")
    settings.files.targets = targets
    return settings
  }

  private func table(_ text: String, _ targets: [String]) throws -> OwnImages {
    let folder = try TemporaryFolder()
    try folder.write([UInt8](text.utf8), "a.csv")
    return try OwnImages.read(.train, settings(folder, "a.csv", targets).files)
  }

  @Test func columnsOfATable() throws {
    let read = try table("x,energy,y,force\n1,-76543.123456,2,0.5\n3,-76543.123457,4,-1e-3\n", ["force", "energy"])
    #expect(read.shape == ImageShape(channels: 2, rows: 1, columns: 1))
    #expect(read.targets?.names == ["force", "energy"])
    // All digits of the file, which 32 bits could not hold.
    #expect(read.targets?.values == [0.5, -76543.123456, -1e-3, -76543.123457])
    #expect(try table("1,2,3\n4,5,6\n", ["2"]).targets?.values == [3, 6])
    #expect(try table("a,b\n1,2\n", ["1"]).targets?.names == ["b"])
    #expect(message { _ = try table("x,y\n1,2\n", ["z"]) }.contains("line 1: there is no column `z`, expected one of `x`, `y`"))
    #expect(message { _ = try table("x,y\n1,\n", ["y"]) }.contains("line 2: column `y`: found ``, expected a finite number"))
    #expect(message { _ = try table("x,y\n1,nan\n", ["y"]) }.contains("found `nan`"))
    #expect(message { _ = try table("y\n1\n", ["y"]) }.contains("there is no column but the targets"))
  }

  /// In the order in which a network sees them: without targets, labels and the numbers of rows.
  @Test func namesOfFeatures() throws {
    func names(_ text: String, _ targets: [String]) throws -> [String] {
      let folder = try TemporaryFolder()
      try folder.write([UInt8](text.utf8), "a.csv")
      return settings(folder, "a.csv", targets).files.featureNames
    }
    #expect(try names("x,energy,y,force\n1,2,3,4\n", ["force", "energy"]) == ["x", "y"])
    #expect(try names(",mass,species,length\n0,1,cat,2\n", []) == ["mass", "length"])
    #expect(try names("1,2,3\n4,5,6\n", ["2"]) == [])
    #expect(FilesSettings(train: "/nowhere/a.csv").featureNames == [])
  }

  @Test func arraysOfAnArchive() throws {
    let folder = try TemporaryFolder()
    let images = Tensor((0..<8).map { Float($0) }, shape: [4, 2])
    try NumpyArchive.write(
      [
        "x_train": images, "x_test": images, "energy_train": Tensor([1.0, 2, 3, 4] as [Double]),
        "test_energy": Tensor([5.0, 6, 7, 8] as [Double]),
        "force": Tensor(Array(Int64(0)..<12), shape: [4, 3]),
      ], to: "\(folder.path)/a.npz")
    let files = settings(folder, "a.npz", ["energy", "force"]).files
    let train = try #require(try OwnImages.read(.train, files).targets)
    #expect(train.names == ["energy", "force 0", "force 1", "force 2"])
    #expect(train.values == [1, 0, 1, 2, 2, 3, 4, 5, 3, 6, 7, 8, 4, 9, 10, 11])
    #expect(try OwnImages.read(.test, files).targets?.values.first == 5)
    #expect(
      message { _ = try OwnImages.read(.train, settings(folder, "a.npz", ["mass"]).files) }.contains(
        "the target `mass`: there is none; the file has `energy_train`"))
  }

  /// Version 1.0 of NumPy's format.
  private static func npy(_ tensor: Tensor, _ type: String) -> [UInt8] {
    let shape = tensor.shape.map { "\($0)," }.joined()
    let head = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }\n".utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(head.count), 0] + head + tensor.bytes
  }

  @Test func anArrayInAFileOfItsOwn() throws {
    let folder = try TemporaryFolder()
    let images = Tensor((0..<6).map { Float($0) }, shape: [3, 2])
    try folder.write(Self.npy(images, "<f4"), "x.npy")
    try folder.write(Self.npy(Tensor([1.5, 2.0, 3, 4, 5, 6] as [Double], shape: [3, 2]), "<f8"), "y.npy")
    try folder.write([UInt8]("1.5\n2\n3\n".utf8), "y.csv")
    var files = settings(folder, "x.npy", ["a", "b"]).files
    #expect(message { _ = try OwnImages.read(.train, files) }.contains("name the file of their targets here"))
    files.trainLabels = "\(folder.path)/y.npy"
    #expect(try OwnImages.read(.train, files).targets?.names == ["a", "b"])
    files.targets = ["a"]
    #expect(try OwnImages.read(.train, files).targets?.names == ["a 0", "a 1"])
    files.targets = ["a", "b", "c"]
    #expect(message { _ = try OwnImages.read(.train, files) }.contains("2 numbers an image, expected the 3"))
    files.targets = ["a"]
    files.trainLabels = "\(folder.path)/y.csv"
    #expect(try OwnImages.read(.train, files).targets?.values == [1.5, 2, 3])
  }

  /// Mean and deviation of the training part alone; what is constant is moved and not stretched.
  @Test func normalisationIsThatOfTheTrainingPart() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<40).map { "\($0),\(2 * $0),7" }.joined(separator: "\n")
    try folder.write([UInt8](("x,y,z\n" + rows).utf8), "a.csv")
    var settings = settings(folder, "a.csv", ["y", "z"])
    settings.files.testShare = 0.25
    settings = try settings.surveyed()
    #expect(settings.classes == 2 && settings.files.classNames == ["y", "z"] && settings.predictsNumbers)
    let data = try Dataset.load(settings)
    #expect(data.train.count == 30 && data.test.count == 10)
    let numbers = stride(from: 0, to: 60, by: 2).map { data.train.targets[$0] }
    let mean = numbers.reduce(0, +) / 30
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 30
    let scale = try #require(settings.files.targetNormalisation)
    #expect(abs(scale.mean[0] - mean) < 1e-9 && abs(scale.deviation[0] - variance.squareRoot()) < 1e-9)
    #expect(scale.mean[1] == 7 && scale.deviation[1] == 1)
    // Inputs and targets stay together through the draw: y is twice x.
    for part in [data.train, data.test] {
      for image in 0..<part.count { #expect(part.targets[2 * image] == 2 * Double(part.pixels.float(image))) }
    }
  }

  /// A label is a row among the numbers of both parts.
  @Test func labelsAreRows() throws {
    let folder = try TemporaryFolder()
    try folder.write([UInt8]("x,y\n0,0\n1,10\n2,20\n3,30\n".utf8), "a.csv")
    try folder.write([UInt8]("y,x\n40,4\n50,5\n".utf8), "b.csv")
    var settings = settings(folder, "a.csv", ["y"])
    settings.files.test = "\(folder.path)/b.csv"
    settings.validation = 1
    settings = try settings.surveyed()
    let samplers = try DatasetSamplers(Dataset.load(settings), settings: settings, seed: 5)
    let targets = try #require(samplers.targets)
    #expect(targets.values == [0, 10, 20, 30, 40, 50] && targets.trainingRows == 4)
    for sampler in [samplers.training, samplers.validation, samplers.test] {
      var (pixels, labels) = ([Float](), [Int]())
      sampler.load(Array(0..<sampler.count)[...], epoch: 0, into: &pixels, labels: &labels)
      #expect(labels == sampler.labels && labels.map { targets.values[$0] } == sampler.targets)
      #expect(pixels.map { 10 * Double($0) } == sampler.targets)
    }
    #expect(samplers.validation.count == 1 && samplers.test.targets == [40, 50])
  }

  @Test func whatCannotBe() throws {
    let folder = try TemporaryFolder()
    try folder.write([UInt8]("x,y\n0,0\n1,10\n".utf8), "a.csv")
    let known = try settings(folder, "a.csv", ["y"]).surveyed()
    func refused(_ change: (inout DatasetSettings) -> Void) -> String {
      var settings = known
      change(&settings)
      return message { try settings.validate() }
    }
    #expect(refused { $0.limitPerClass = 1 }.contains("data.limitPerClass: there are no classes"))
    #expect(refused { $0.files.labels = "x" }.contains("data.files.labels: names a column of classes"))
    #expect(refused { $0.files.targetNormalisation = TargetScale(mean: [0], deviation: [0]) }.contains("deviations above 0"))
    #expect(refused { $0.files.targetNormalisation = TargetScale(mean: [0, 0], deviation: [1]) }.contains("expected 1 numbers"))
    #expect(refused { $0.files.targets = ["y", "y"] }.contains("a name occurs twice"))
  }
}

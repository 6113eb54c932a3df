import Foundation
import TestSupport
import Testing

@testable import Files

/// Files exchanged with the usual Python package, where it is installed.
@Suite struct SafetensorsPackageTests {
  @Test(.enabled(if: Python.hasSafetensors, "needs python3 with safetensors and numpy"))
  func pythonReadsOurFile() throws {
    let folder = try TemporaryFolder()
    let file = TensorFile(
      tensors: [
        "weights": Tensor([0, 0.5, 1, 1.5, 2, 2.5] as [Float], shape: [2, 3]), "step": Tensor([-5] as [Int64], shape: []),
        "bytes": Tensor([1, 2, 3] as [UInt8]),
      ], metadata: ["title": "ß"])
    try file.write(to: folder("a.safetensors"))
    let output = try Python.run(
      """
      import sys, safetensors
      with safetensors.safe_open(sys.argv[1], framework="numpy") as file:
        for name in sorted(file.keys()):
          tensor = file.get_tensor(name)
          print(name, tensor.dtype, tensor.tolist())
        print(file.metadata()["title"])
      """, folder("a.safetensors"))
    #expect(
      output == """
        bytes uint8 [1, 2, 3]
        step int64 -5
        weights float32 [[0.0, 0.5, 1.0], [1.5, 2.0, 2.5]]
        ß

        """)
  }

  @Test(.enabled(if: Python.hasSafetensors, "needs python3 with safetensors and numpy"))
  func weReadAFileOfPython() throws {
    let folder = try TemporaryFolder()
    _ = try Python.run(
      """
      import sys, numpy
      from safetensors.numpy import save_file
      save_file({"weights": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 2, "energy": numpy.array([1e300]),
                 "labels": numpy.array([3, -1])}, sys.argv[1], metadata={"title": "ß"})
      """, folder("a.safetensors"))
    let file = try TensorFile(contentsOf: folder("a.safetensors"))
    #expect(file.metadata == ["title": "ß"])
    #expect(Set(file.tensors.keys) == ["weights", "energy", "labels"])
    #expect(file.tensors["weights"]?.shape == [2, 3])
    #expect(try file.tensors["weights"]?.floats() == [0, 0.5, 1, 1.5, 2, 2.5])
    #expect(try file.tensors["energy"]?.doubles() == [1e300])
    #expect(try file.tensors["labels"]?.integers() == [3, -1])
  }
}

/// The Python that the environment variable `EQUILIBRIA_PYTHON` names, or else the first one on the path.
enum Python {
  static let interpreter = ProcessInfo.processInfo.environment["EQUILIBRIA_PYTHON"] ?? "python3"

  static let hasSafetensors = (try? run("import safetensors, numpy")) != nil

  /// The standard output of a script; throws if it fails.
  static func run(_ script: String, _ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [interpreter, "-c", script] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw PythonError(status: process.terminationStatus) }
    return String(decoding: data, as: UTF8.self)
  }

  struct PythonError: Error {
    var status: Int32
  }
}

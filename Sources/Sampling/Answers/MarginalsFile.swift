import Files
import Foundation
import Kernels

/// Mean spins and correlations as a file.
///
/// - `.npz` and `.safetensors`: `mean` and `meanError` (temperature, spin); `pairs` (pair, 2), `correlation` and `correlationError`
///   (temperature, pair); `temperatures`, the coldest first, infinite where there is none.
/// - `.csv`: a line `temperature,i,j,mean,error` for each; `j` is empty for the mean of a spin.
/// - `.json`: the arrays of the first two.
public enum MarginalsFile {
  /// The file's format.
  public enum Form: String, CaseIterable, Sendable {
    /// Two binary formats, and two of text.
    case npz, safetensors, csv, json

    /// That of the name's ending.
    public init?(of path: String) { self.init(rawValue: URL(fileURLWithPath: path).pathExtension) }
  }

  /// - Throws: `FileError` if the file cannot be written, or its name has another ending.
  public static func write(_ answer: SamplingAnswer, to path: String) throws {
    guard let form = Form(of: path) else {
      throw FileError(path: path, reason: "expected a name that ends in .npz, .safetensors, .csv or .json")
    }
    guard let marginals = answer.result.marginals else { return }
    let temperatures = answer.result.temperatures.map(\.temperature)
    switch form {
    case .npz: try NumpyArchive.write(tensors(marginals, temperatures), to: path)
    case .safetensors:
      try TensorFile(tensors: tensors(marginals, temperatures), metadata: ["problem": answer.file]).write(to: path)
    case .csv: try writeText(marginals, temperatures, to: path)
    case .json: try AtomicFile.write(try jsonText(Object(marginals, temperatures)) + "\n", to: path)
    }
  }

  private static func tensors(_ marginals: Marginals, _ temperatures: [Double]) -> [String: Tensor] {
    let (count, pairs) = (temperatures.count, marginals.pairs)
    func tensor(_ rows: [[Estimate]], _ part: (Estimate) -> Double) -> Tensor {
      Tensor(rows.flatMap { $0.map(part) }, shape: [count, rows.first?.count ?? 0])
    }
    return [
      "mean": tensor(marginals.means) { $0.value }, "meanError": tensor(marginals.means) { $0.error },
      "correlation": tensor(marginals.correlations) { $0.value },
      "correlationError": tensor(marginals.correlations) { $0.error },
      "pairs": Tensor(pairs.flatMap { [Int64($0.first), Int64($0.second)] }, shape: [pairs.count, 2]),
      "temperatures": Tensor(temperatures),
    ]
  }

  private static func writeText(_ marginals: Marginals, _ temperatures: [Double], to path: String) throws {
    try AtomicFile.write(to: path) { write in
      try write([UInt8]("temperature,i,j,mean,error\n".utf8))
      for (index, temperature) in temperatures.enumerated() {
        for (spin, mean) in marginals.means[index].enumerated() {
          try write([UInt8]("\(temperature),\(spin),,\(mean.value),\(mean.error)\n".utf8))
        }
        for (pair, found) in zip(marginals.pairs, marginals.correlations[index]) {
          try write([UInt8]("\(temperature),\(pair.first),\(pair.second),\(found.value),\(found.error)\n".utf8))
        }
      }
    }
  }

  /// The arrays for JSON; numbers that are not finite are `null`.
  struct Object: Encodable {
    var temperatures: [Double?]
    var mean, meanError: [[Double?]]
    var pairs: [[Int]]
    var correlation, correlationError: [[Double?]]

    init(_ marginals: Marginals, _ temperatures: [Double]) {
      func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
      func rows(_ rows: [[Estimate]], _ part: (Estimate) -> Double) -> [[Double?]] { rows.map { $0.map { finite(part($0)) } } }
      self.temperatures = temperatures.map(finite)
      (mean, meanError) = (rows(marginals.means) { $0.value }, rows(marginals.means) { $0.error })
      pairs = marginals.pairs.map { [$0.first, $0.second] }
      (correlation, correlationError) = (
        rows(marginals.correlations) { $0.value }, rows(marginals.correlations) { $0.error }
      )
    }
  }
}

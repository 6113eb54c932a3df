import Experiments
import Files
import Foundation
import Host
import Learning

/// What a safetensors file holds, in words: for a checkpoint also where it stands and which network it is of.
package struct TensorFileReport {
  private let path: String
  private let file: TensorFile
  private let checkpoint: Checkpoint?

  /// - Throws: if the file cannot be read or is damaged, or is a checkpoint that cannot be understood.
  package init(contentsOf path: String) throws {
    self.path = path
    file = try TensorFile(contentsOf: path)
    checkpoint = Checkpoint.isCheckpoint(file) ? try Checkpoint(file, source: path) : nil
  }

  /// The configuration that the file carries, if it is a checkpoint.
  package var configuration: String? { checkpoint?.configuration }

  package var text: String {
    let parts = [heading, network, tensors, metadata].filter { !$0.isEmpty }
    return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private var heading: [String] {
    guard let checkpoint else { return ["\(path): safetensors file"] }
    let accuracy = checkpoint.validationAccuracy.map { String(format: ", validation accuracy %.2f %%", 100 * $0) } ?? ""
    let position = "step \(checkpoint.step), epoch \(String(format: "%.6g", checkpoint.epoch))\(accuracy)"
    let averaged = file.tensors.keys.contains { $0.hasPrefix(WeightAverage.prefix) }
    return ["\(path): checkpoint of equilibria \(checkpoint.programVersion)", position]
      + (averaged ? ["evaluated by its averaged weights, `\(WeightAverage.prefix)…`"] : [])
  }

  private var network: [String] {
    checkpoint.map { ["Network"] + $0.networkSignature.map { "  " + $0 } } ?? []
  }

  private var tensors: [String] {
    var table = TextTable(
      ["tensor", "type", "shape", "norm", "mean", "smallest", "largest"], numeric: [false, false, false, true, true, true, true])
    for (name, tensor) in file.tensors.sorted(by: { $0.key < $1.key }) {
      let shape = tensor.shape.isEmpty ? "single" : tensor.shape.map(String.init).joined(separator: "×")
      table.add([name, tensor.type.rawValue, shape] + TensorSummary(tensor).columns)
    }
    let numbers = file.tensors.values.reduce(0) { $0 + $1.count }
    let bytes = file.tensors.values.reduce(0) { $0 + $1.bytes.count }
    return table.lines + [
      "\(counted(file.tensors.count, "tensor")), \(counted(numbers, "number")), \(ByteCount(bytes))"
    ]
  }

  private var metadata: [String] {
    let entries = checkpoint?.extra ?? file.metadata
    guard !entries.isEmpty else { return [] }
    return ["Metadata"]
      + entries.sorted { $0.key < $1.key }.map { key, value in
        "  \(key): " + value.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n    ")
      }
  }
}

extension TensorFileReport: Encodable {
  private enum Key: CodingKey {
    case path, program, step, epoch, validationAccuracy, network, tensors, metadata, configuration
  }

  private struct Entry: Encodable {
    let type: String
    let shape: [Int]
    /// Absent where the numbers cannot be summed up.
    let norm: Double?
    let mean: Double?
    let smallest: Double?
    let largest: Double?
    let nonFinite: Int

    init(_ tensor: Tensor) {
      let summary = TensorSummary(tensor)
      (type, shape, nonFinite) = (tensor.type.rawValue, tensor.shape, summary.nonFinite)
      let isKnown = summary.isKnown && summary.smallest <= summary.largest
      (norm, mean) = isKnown ? (summary.norm, summary.mean) : (nil, nil)
      (smallest, largest) = isKnown ? (summary.smallest, summary.largest) : (nil, nil)
    }
  }

  /// What the text says; the place in the training and the network of a checkpoint alone.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(path, forKey: .path)
    try container.encode(file.tensors.mapValues(Entry.init), forKey: .tensors)
    try container.encode(checkpoint?.extra ?? file.metadata, forKey: .metadata)
    guard let checkpoint else { return }
    try container.encode(checkpoint.programVersion, forKey: .program)
    try container.encode(checkpoint.step, forKey: .step)
    try container.encode(checkpoint.epoch, forKey: .epoch)
    try container.encodeIfPresent(checkpoint.validationAccuracy, forKey: .validationAccuracy)
    try container.encode(checkpoint.networkSignature, forKey: .network)
    try container.encode(checkpoint.configuration, forKey: .configuration)
  }
}

/// Norm, mean and extremes of a tensor's numbers.
struct TensorSummary {
  var norm = 0.0
  var mean = 0.0
  var smallest = Double.infinity
  var largest = -Double.infinity
  /// Numbers that are infinite or not numbers; they are left out of the others.
  var nonFinite = 0
  /// Whether there are numbers that can be summed up at all.
  var isKnown = false

  init(_ tensor: Tensor) {
    guard let values = (try? tensor.doubles()) ?? (try? tensor.integers().map(Double.init)), !values.isEmpty else { return }
    isKnown = true
    var squares = 0.0
    for value in values {
      guard value.isFinite else {
        nonFinite += 1
        continue
      }
      squares += value * value
      mean += value
      smallest = min(smallest, value)
      largest = max(largest, value)
    }
    norm = squares.squareRoot()
    mean /= Double(max(values.count - nonFinite, 1))
  }

  var columns: [String] {
    guard isKnown else { return ["–", "–", "–", "–"] }
    guard nonFinite == 0 else { return ["\(nonFinite) not finite", "–", "–", "–"] }
    return [norm, mean, smallest, largest].map { String(format: "%.4g", $0) }
  }
}

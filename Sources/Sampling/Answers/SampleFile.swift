import Files
import Foundation

/// The kept states as a file.
///
/// - `.npz` and `.safetensors`: `spins` (temperature, chain, draw, ⌈N/8⌉) of bytes, bit i % 8 of byte i/8 for spin i, 1 where it is up;
///   `energy` (temperature, chain, draw); `temperatures`, the coldest first, infinite where there is none.
/// - `.csv`: a line `temperature,chain,draw,energy,state` for each, `+` and `-` for the spins.
public enum SampleFile {
  /// The file's format.
  public enum Form: String, CaseIterable, Sendable {
    /// Two binary formats, and text.
    case npz, safetensors, csv

    /// That of the name's ending.
    public init?(of path: String) { self.init(rawValue: URL(fileURLWithPath: path).pathExtension) }
  }

  /// - Throws: `FileError` if the file cannot be written, or its name has another ending.
  public static func write(_ answer: SamplingAnswer, to path: String) throws {
    guard let form = Form(of: path) else {
      throw FileError(path: path, reason: "expected a name that ends in .npz, .safetensors or .csv")
    }
    switch form {
    case .npz: try NumpyArchive.write(tensors(answer), to: path)
    case .safetensors:
      try TensorFile(tensors: tensors(answer), metadata: ["problem": answer.question.file]).write(to: path)
    case .csv: try writeText(answer, to: path)
    }
  }

  private static func tensors(_ answer: SamplingAnswer) -> [String: Tensor] {
    let states = answer.result.samples
    var (spins, energies): ([UInt8], [Double]) = ([], [])
    // Kept from the hottest temperature on.
    for temperature in (0..<states.temperatureCount).reversed() {
      for chain in 0..<states.chains {
        for draw in 0..<states.draws {
          spins += states.kept.bytes(temperature: temperature, chain: chain, draw: draw)
          energies.append(states.kept.energy(temperature: temperature, chain: chain, draw: draw))
        }
      }
    }
    let shape = [states.temperatureCount, states.chains, states.draws]
    return [
      "spins": Tensor(spins, shape: shape + [states.kept.stateBytes]), "energy": Tensor(energies, shape: shape),
      "temperatures": Tensor(answer.result.temperatures.map(\.temperature)),
    ]
  }

  private static func writeText(_ answer: SamplingAnswer, to path: String) throws {
    let states = answer.result.samples
    try AtomicFile.write(to: path) { write in
      try write([UInt8]("temperature,chain,draw,energy,state\n".utf8))
      for (index, estimate) in answer.result.temperatures.enumerated() {
        for chain in 0..<states.chains {
          for draw in 0..<states.draws {
            let state = states.state(temperature: index, chain: chain, draw: draw)
            let energy = states.energy(temperature: index, chain: chain, draw: draw)
            let line = "\(estimate.temperature),\(chain),\(draw),\(energy)," + state.map { $0 > 0 ? "+" : "-" }.joined() + "\n"
            try write([UInt8](line.utf8))
          }
        }
      }
    }
  }
}

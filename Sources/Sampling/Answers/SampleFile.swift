import Files
import Foundation

/// The kept states as a file.
///
/// - `.npz` and `.safetensors`: `spins` (temperature, chain, draw, ⌈N/8⌉) of bytes, bit i % 8 of byte i/8 for spin i, 1 where it is up;
///   of amplitudes in place of it `amplitudes` (temperature, chain, draw, N), single precision;
///   `energy` (temperature, chain, draw); `temperatures`, the coldest first, infinite where there is none.
/// - `.csv`: a line `temperature,chain,draw,energy,state` for each, `+` and `-` for the spins, amplitudes with spaces between them.
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
      try TensorFile(tensors: tensors(answer), metadata: ["problem": answer.file]).write(to: path)
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
    let name = states.isBox ? "amplitudes" : "spins"
    return [
      name: states.isBox
        ? Tensor(floats(spins), shape: shape + [states.spins]) : Tensor(spins, shape: shape + [states.kept.stateBytes]),
      "energy": Tensor(energies, shape: shape),
      "temperatures": Tensor(answer.result.temperatures.map(\.temperature)),
    ]
  }

  private static func floats(_ bytes: [UInt8]) -> [Float] {
    stride(from: 0, to: bytes.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) })
    }
  }

  private static func writeText(_ answer: SamplingAnswer, to path: String) throws {
    let states = answer.result.samples
    try AtomicFile.write(to: path) { write in
      try write([UInt8]("temperature,chain,draw,energy,state\n".utf8))
      for (index, estimate) in answer.result.temperatures.enumerated() {
        for chain in 0..<states.chains {
          for draw in 0..<states.draws {
            let energy = states.energy(temperature: index, chain: chain, draw: draw)
            let state =
              states.isBox
              ? states.amplitudes(temperature: index, chain: chain, draw: draw).map { "\($0)" }.joined(separator: " ")
              : states.state(temperature: index, chain: chain, draw: draw).map { $0 > 0 ? "+" : "-" }.joined()
            let line = "\(estimate.temperature),\(chain),\(draw),\(energy)," + state + "\n"
            try write([UInt8](line.utf8))
          }
        }
      }
    }
  }
}

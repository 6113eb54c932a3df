import ArgumentParser
import Foundation
import Ising

/// The imperfections of a device, each off unless it is asked for.
struct SolveDeviceOptions: ParsableArguments {
  @Option(
    help: "Embed into a chip's couplers: chimera:SIZE, pegasus:SIZE or zephyr:SIZE, or a file with a graph of couplers.",
    completion: .file())
  var hardware: ChipChoice?

  @Option(
    help: "A file of what the chip lacks: in each line a spin, or the two spins of a coupler.", completion: .file())
  var missing: String?

  @Option(
    help: "A file with the chains of an embedding as JSON, {\"variable\": [spin, …], …}; by default it is searched for.",
    completion: .file(extensions: ["json"]))
  var embedding: String?

  @Option(help: "Write the chains of the embedding to this file.", completion: .file(extensions: ["json"]))
  var saveEmbedding: String?

  @Option(help: "The coupling within chains. By default √2 times the couplings' root mean square times the root of the degree.")
  var chainStrength: Double?

  @Option(help: "Bits of couplings and fields.")
  var couplingBits: Int?

  @Option(help: "The largest coupling and field, for example 1,4; larger values are clipped.")
  var couplingRange: DeviceCouplings.Range?

  @Flag(help: "Scale the problem to fit --coupling-range instead of clipping.")
  var fitRange = false

  @Option(help: "The relative error of each coupling and field.")
  var mismatch = 0.0

  @Option(name: .customLong("device"), help: "Seed of the device's mismatch.")
  var device: UInt64 = 0

  @Option(help: "Bits of an amplitude, or of a phase.")
  var stateBits: Int?

  @Option(help: "Standard deviation of the noise added to amplitudes in each step.")
  var stateNoise = 0.0

  @Option(help: "Watts of a device, for an estimate of its energy. With --device-time alone 12 mW.")
  var devicePower: Double?

  @Option(help: "Seconds a device takes for a sample. With --device-power alone 3 µs.")
  var deviceTime: Double?

  func validate() throws {
    do {
      try couplings.validate()
    } catch { throw ValidationError("--coupling-bits, --coupling-range, --fit-range, --mismatch: \(error)") }
    do {
      _ = try estimate()
    } catch { throw ValidationError("--device-power, --device-time: \(error)") }
    for (isGiven, name) in [
      (chainStrength != nil, "--chain-strength"), (missing != nil, "--missing"), (embedding != nil, "--embedding"),
      (saveEmbedding != nil, "--save-embedding"),
    ] where isGiven && hardware == nil {
      throw ValidationError("\(name) needs --hardware")
    }
    if let chainStrength, !(chainStrength > 0 && chainStrength.isFinite) {
      throw ValidationError("--chain-strength \(chainStrength): expected a number above 0")
    }
  }

  /// - Parameters:
  ///   - labels: of the problem's spins, by which a file of chains may call them.
  ///   - spinCount: of the problem.
  func settings(labels: [String], spinCount: Int) throws -> DeviceSettings {
    var settings = DeviceSettings()
    switch hardware {
    case .chip(let chip): settings.chip = chip
    case .file(let path): settings.couplers = try ChipFile.couplers(path)
    case nil: break
    }
    (settings.missing, settings.chainStrength, settings.couplings) = (missing, chainStrength, couplings)
    settings.chains = try embedding.map { try ChipFile.chains($0, labels: labels, spinCount: spinCount) }
    return settings
  }

  /// Files that are read.
  var inputs: [String] {
    var chip: String?
    if case .file(let path)? = hardware { chip = path }
    return [chip, missing, embedding].compactMap { $0 }
  }

  /// Whether nothing of the problem is changed.
  var isIdeal: Bool { hardware == nil && couplings.isIdeal && stateBits == nil && stateNoise == 0 }

  /// What a device would take, if it is asked for.
  func estimate() throws -> DeviceEstimate? {
    guard devicePower != nil || deviceTime != nil else { return nil }
    let usual = DeviceEstimate()
    return try DeviceEstimate(power: devicePower ?? usual.power, settlingTime: deviceTime ?? usual.settlingTime)
  }

  /// What becomes of couplings and fields.
  var couplings: DeviceCouplings {
    var couplings = DeviceCouplings()
    (couplings.range, couplings.scalesToRange, couplings.bits) = (couplingRange, fitRange, couplingBits)
    (couplings.mismatch, couplings.device) = (mismatch, device)
    return couplings
  }
}

extension DeviceCouplings.Range: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

/// `--hardware`.
enum ChipChoice: ExpressibleByArgument {
  case chip(HardwareGraph)
  case file(String)

  init?(argument: String) {
    let kinds = ["chimera:", "pegasus:", "zephyr:"]
    if kinds.contains(where: { argument.hasPrefix($0) }) {
      guard let chip = HardwareGraph(argument) else { return nil }
      self = .chip(chip)
    } else if FileManager.default.fileExists(atPath: argument) {
      self = .file(argument)
    } else {
      return nil
    }
  }
}

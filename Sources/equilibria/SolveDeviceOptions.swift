import ArgumentParser
import Ising
import Solving

/// The imperfections of a device, each off unless it is asked for.
struct SolveDeviceOptions: ParsableArguments {
  @OptionGroup var chip: SolveChipOptions

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
    try chip.validate()
    if chainStrength != nil, chip.hardware == nil { throw ValidationError("--chain-strength needs --hardware") }
    if let chainStrength, !(chainStrength > 0 && chainStrength.isFinite) {
      throw ValidationError("--chain-strength \(chainStrength): expected a number above 0")
    }
  }

  /// Files that are read.
  var inputs: [String] { chip.inputs }

  /// Adds the device to what is searched.
  func describe(_ search: inout QuestionSearch) throws {
    try chip.describe(&search)
    (search.device.chainStrength, search.device.couplings) = (chainStrength, couplings)
    (search.settings.stateBits, search.settings.stateNoise) = (stateBits, stateNoise)
    search.estimate = try estimate()
  }

  /// What a device would take, if it is asked for.
  private func estimate() throws -> DeviceEstimate? {
    guard devicePower != nil || deviceTime != nil else { return nil }
    let usual = DeviceEstimate()
    return try DeviceEstimate(power: devicePower ?? usual.power, settlingTime: deviceTime ?? usual.settlingTime)
  }

  /// What becomes of couplings and fields.
  private var couplings: DeviceCouplings {
    var couplings = DeviceCouplings()
    (couplings.range, couplings.scalesToRange, couplings.bits) = (couplingRange, fitRange, couplingBits)
    (couplings.mismatch, couplings.device) = (mismatch, device)
    return couplings
  }
}

import Networks
import Testing

@testable import Configuration

/// `relaxation.machine` with its numbers, and `hardware`.
@Suite struct MachineConfigurationTests {
  private func yaml(_ relaxation: String, activation: String = "clamp", hardware: String = "{}") -> String {
    """
    name: machines
    data: {name: mnist}
    network:
      activation: \(activation)
      layers:
        - {name: hidden, units: 20}
        - {name: output, units: 10}
    relaxation:
      \(relaxation)
    hardware: \(hardware)
    """
  }

  private func configuration(_ text: String, _ overrides: [String] = []) throws -> Configuration {
    try Configuration(yaml: text, source: "c.yaml", overrides: overrides.map { try ConfigurationOverride($0) })
  }

  @Test func numbersAreThoseOfTheMachine() throws {
    let coherent = try configuration(yaml("machine: cim\n  cim: {pump: 0.5, noise: 0.1}"))
    #expect(coherent.relaxation.machine.kind == .coherentIsing)
    #expect(coherent.relaxation.machine.coherentIsing.pump == 0.5 && coherent.relaxation.machine.coherentIsing.noise == 0.1)
    let adam = try configuration(yaml("machine: cim-adam\n  cimAdam: {step: 0.3, beta1: 0.8}")).relaxation.machine.adam
    #expect(adam.coherent.step == 0.3 && adam.beta1 == 0.8)
  }

  @Test(arguments: MachineSettings.Kind.allCases) func resolvedTextReadsBack(_ kind: MachineSettings.Kind) throws {
    let first = try configuration(
      yaml("machine: \(kind.rawValue)", hardware: "{inference: {weightBits: 6}, training: {mismatch: 0.1}}"))
    #expect(first.trainingRelaxation.hardware.mismatch == 0.1 && first.trainingRelaxation.hardware.weightBits == nil)
    #expect(first.inferenceRelaxation.hardware.weightBits == 6)
    #expect(try configuration(first.resolved) == first)
  }

  /// Files of earlier versions call some keys otherwise.
  @Test func formerNamesAreRead() throws {
    func machine(_ relaxation: String) throws -> MachineSettings { try configuration(yaml(relaxation)).relaxation.machine }
    #expect(try machine("machine: cim\n  cim: {feedback: 0.3}").coherentIsing.coupling == 0.3)
    #expect(try machine("machine: cim-adam\n  cimAdam: {feedback: 0.3}").adam.coherent.coupling == 0.3)
    #expect(try machine("machine: oscillator\n  oscillator: {feedback: 2}").oscillator.coupling == 2)
    #expect(try configuration(yaml("holdArgMax: true")).relaxation.freezesPooling)
    #expect(try !configuration(yaml("holdArgMax: false")).relaxation.freezesPooling)
    #expect(throws: ConfigurationError.self) { try configuration(yaml("holdArgMax: true\n  freezePooling: true")) }
  }

  @Test func limitsOfOscillatorsAreRead() throws {
    let limits = try configuration(
      yaml(
        "machine: oscillator",
        hardware: "{training: {weightBits: 8, weightRange: 0.5, updates: inPlace, rounding: stochastic, readBits: 4, "
          + "phaseLevels: published, phaseReading: replace, phaseNoise: 0.2, frequencySpread: 0.1, evenCoupling: -0.2}}"))
    let hardware = limits.trainingRelaxation.hardware
    #expect(hardware.writing.updates == .inPlace && hardware.writing.rounding == .stochastic)
    #expect(hardware.readBits == 4 && hardware.stateBits == nil)
    #expect(hardware.phaseLevels == .published && hardware.phaseReading == .replace)
    #expect(hardware.phaseNoise == 0.2 && hardware.frequencySpread == 0.1 && hardware.evenCoupling == -0.2)
    #expect(limits.inferenceRelaxation.hardware == HardwareLimits())
    #expect(try configuration(limits.resolved) == limits)
    // The former name.
    let old = try configuration(yaml("machine: oscillator", hardware: "{training: {stateBits: 4}}"))
    #expect(try old == configuration(yaml("machine: oscillator", hardware: "{training: {readBits: 4}}")))
    #expect(old.hardware.training.readBits == 4 && old.hardware.training.stateBits == nil)
    let amplitudes = try configuration(yaml("machine: cim", hardware: "{training: {stateBits: 4}}")).hardware.training
    #expect(amplitudes.stateBits == 4 && amplitudes.readBits == nil)
  }

  private func message(_ text: String) -> String? {
    do { _ = try configuration(text) } catch { return "\(error)" }
    return nil
  }

  @Test func mistakesNameTheKey() throws {
    let other = message(yaml("machine: cim\n  langevin: {rate: 0.1}"))
    #expect(other?.contains("c.yaml:10: relaxation.langevin") == true && other?.contains("`langevin`") == true)
    #expect(message(yaml("machine: oim"))?.contains("did you mean `oscillator`?") == true)
    #expect(message(yaml("cim: {pump: 0}"))?.contains("`hopfield`") == true)
    #expect(message(yaml("machine: cim\n  cim: {pumps: 1}"))?.contains("did you mean `pump`") == true)
    #expect(message(yaml("machine: conjugate", activation: "tanh"))?.contains("layer hidden") == true)
    #expect(message(yaml("machine: hopfield", hardware: "{training: {stateBits: 4}}"))?.contains("conjugate") == true)
    #expect(message(yaml("machine: oscillator", hardware: "{training: {stateBits: 4}}")) == nil)
    let both = message(yaml("machine: oscillator", hardware: "{training: {stateBits: 4, readBits: 4}}"))
    #expect(both?.contains("readBits alone") == true)
    #expect(message(yaml("machine: cim", hardware: "{training: {readBits: 4}}"))?.contains("machine oscillator") == true)
    #expect(message(yaml("machine: cim", hardware: "{inference: {phaseNoise: 0.1}}"))?.contains("machine oscillator") == true)
    #expect(message(yaml("machine: cim", hardware: "{training: {updates: inPlace}}"))?.contains("`weightBits`") == true)
    // What infers keeps no parameters.
    #expect(message(yaml("machine: cim", hardware: "{inference: {updates: inPlace}}"))?.contains("unknown key") == true)
  }

  /// A run's own configuration has its machine's numbers; another machine on the command line leaves them aside.
  @Test func anotherMachineCanBeAskedFor() throws {
    let text = yaml("machine: cim\n  cim: {pump: 0.5}")
    let changed = try configuration(text, ["relaxation.machine=conjugate", "relaxation.conjugate.adaptive=false"])
    #expect(changed.relaxation.machine.kind == .conjugate && !changed.relaxation.machine.conjugate.isAdaptive)
    #expect(throws: ConfigurationError.self) {
      try configuration(text, ["relaxation.machine=conjugate", "relaxation.langevin.rate=0.1"])
    }
  }
}

import Ising
import Kernels
import Learning
import Networks

/// An Ising network in the place of a Hopfield network: the `ising` section of a configuration.
package struct IsingSettings: Equatable, Sendable {
  package var network = IsingNetworkDescription(input: .init(channels: 0, rows: 0, columns: 0), classes: 0)
  package var machine = IsingMachineSettings()
  package var hardware = IsingHardware()

  package init() {}
}

extension IsingSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("hidden", \.network.hidden, .from(0, to: 4096), "Hidden spins."),
      ConfigurationKey(
        "spinsPerClass", \.network.spinsPerClass, .from(1, to: 1024),
        "Output spins of each class; a class's output is their mean, and its nudge all of theirs."),
      ConfigurationKey(
        "graph", \.network.graph, "Which spins are coupled: each hidden one with each output (`layered`), or all (`complete`)."),
      ConfigurationKey("inputs", \.network.inputs, "Which spins feel the image, as a field W₀x."),
      ConfigurationKey("inputGain", \.network.inputGain, .from(0, to: 1000), "W₀ starts uniform in ±gain/√pixels."),
      ConfigurationKey("couplingGain", \.network.couplingGain, .from(0, to: 1000), "J starts uniform in ±gain/√neighbours."),
      ConfigurationKey(
        "biasLearningRate", \.network.biasLearningRate, .atLeast(0), standard: "the optimiser's",
        "Learning rate of the spins' own fields."),
      ConfigurationKey("machine", \.machine, "How the spins relax."),
      ConfigurationKey("hardware", \.hardware, "The machine's couplers, range and faults."),
    ]
  }

  /// Fills in what follows from the data set, and checks what concerns several keys.
  mutating func resolve(data: (shape: ImageShape, classes: Int), _ reader: ConfigurationReader) throws {
    network.input = data.shape
    network.classes = data.classes
    do {
      _ = try IsingNetworkLayout(network)
      try hardware.validate()
    } catch let error as NetworkError {
      throw reader.failure(error.description)
    }
    guard machine.kind != .langevin || hardware == IsingHardware() else {
      throw reader["hardware"].failure("`langevin` runs on no chip; leave it out, or take `anneal` or `gibbs`")
    }
    guard machine.kind != .gibbs || hardware.chip == nil else {
      throw reader["hardware"]["chip"].failure("correlations are averaged over spins, not over chains; take `anneal`, or no chip")
    }
    guard machine.cold <= machine.hot else {
      throw reader["machine"].failure("the temperature falls from `hot` to `cold`, but \(machine.hot) is below \(machine.cold)")
    }
  }
}

extension IsingNetworkDescription.Graph: ConfigurationValue {}
extension IsingNetworkDescription.Inputs: ConfigurationValue {}

extension IsingMachineSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "kind", \.kind,
        "`anneal`: simulated annealing, nudged phases in reverse; `gibbs`: p-bits, and `langevin`: amplitudes, both averaged at one "
          + "temperature."),
      ConfigurationKey(
        "sweeps", \.sweeps, .from(1, to: 1_000_000),
        "`anneal`: sweeps of one anneal; `gibbs`, `langevin`: sweeps whose states are averaged."),
      ConfigurationKey(
        "reads", \.reads, .from(1, to: 65_536),
        "`anneal`: anneals, of which the lowest energy counts; `gibbs`, `langevin`: chains that are averaged."),
      ConfigurationKey("hot", \.hot, .atLeast(0), "`anneal`: the temperature at the start, in units of the couplings."),
      ConfigurationKey("cold", \.cold, .atLeast(0), "`anneal`: the temperature at the end."),
      ConfigurationKey(
        "reversal", \.reversal, .from(0, to: 1),
        "`anneal`: how far from `cold` to `hot` nudged phases go up from the free state; `null`: they anneal from random states."),
      ConfigurationKey(
        "skips", \.skips,
        "Samples that are not nudged: none, those whose class is `right`, or whose output spins all are (`settled`)."),
      ConfigurationKey(
        "temperature", \.temperature, .above(0), "`gibbs`, `langevin`: the temperature, in units of the couplings."),
      ConfigurationKey(
        "warmUp", \.warmUp, .from(0, to: 1_000_000), "`gibbs`, `langevin`: sweeps before the first one that is averaged."),
      ConfigurationKey(
        "interval", \.interval, .from(1, to: 1_000_000), "`gibbs`, `langevin`: sweeps from one that is averaged to the next."),
      ConfigurationKey("rate", \.rate, .above(0), "`langevin`: η, how far a step goes along the field."),
    ]
  }
}

extension IsingMachineSettings.Kind: ConfigurationValue {}
extension IsingMachineSettings.Skipping: ConfigurationValue {}

extension IsingHardware: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "chip", \.chip, standard: "`null`",
        "The chip that the network is embedded into, each spin a chain; `null`: any spins can be coupled."),
      ConfigurationKey(
        "chainStrength", \.chainStrength, .above(0), standard: "√2 · rms J · √degree, anew after each update",
        "The coupling within chains."
      ).omittingNull,
      ConfigurationKey("couplingRange", \.couplingRange, .above(0), "Couplings are clipped to ± this; `null`: not clipped."),
      ConfigurationKey("fieldRange", \.fieldRange, .above(0), "Fields are clipped to ± this; `null`: not clipped."),
      ConfigurationKey("bits", \.bits, .from(1, to: 32), "Bits of couplings and fields, over their range; `null`: exact."),
      ConfigurationKey("mismatch", \.mismatch, .from(0, to: 1), "The relative error of each coupling and field."),
      ConfigurationKey("device", \.device, "Seed of the device's mismatch."),
    ]
  }
}

extension HardwareGraph: ConfigurationValue {
  static var form: String { "`chimera:SIZE`, `pegasus:SIZE` or `zephyr:SIZE`" }
}

import Kernels

/// The catalogue of machines: their names, what they are, where each may be used, and how one that solves problems is made.
///
/// A new machine is a case here, a line of `entry` and one of `amplitudeMachine`. Numbers and their defaults are the machine's own
/// `Settings`.
public enum MachineKind: String, CaseIterable, Sendable {
  /// `CoherentIsingMachine`.
  case coherentIsing = "cim"
  /// `ChaoticAmplitudeControl`.
  case chaoticAmplitudeControl = "cim-cac"
  /// `AmplitudeHeterogeneityCorrection`.
  case amplitudeHeterogeneityCorrection = "cim-ahc"
  /// `AdamIsingMachine`.
  case adam = "cim-adam"
  /// `TravellingWaveMachine`.
  case travellingWave = "cim-tw"
  /// `ConjugateMachine`.
  case conjugate
  /// `SimulatedBifurcation`, adiabatic.
  case adiabaticBifurcation = "sb-adiabatic"
  /// `SimulatedBifurcation`, ballistic.
  case ballisticBifurcation = "sb-ballistic"
  /// `SimulatedBifurcation`, discrete.
  case discreteBifurcation = "sb-discrete"
  /// `SimulatedBifurcation`, ballistic with heating.
  case heatedBallisticBifurcation = "sb-ballistic-heated"
  /// `SimulatedBifurcation`, discrete with heating.
  case heatedDiscreteBifurcation = "sb-discrete-heated"
  /// `OscillatorMachine`.
  case oscillator
  /// `LangevinMachine`.
  case langevin
  /// `FlipSampler` by heat bath, at one temperature.
  case gibbs
  /// `FlipSampler` by Metropolis, from hot to cold.
  case anneal
  /// `FlipSampler` by Metropolis, from a given state up to part of the temperature and down again.
  case reverseAnneal = "reverse-anneal"
  /// `LeakyMachine`, in networks only.
  case leaky

  /// Where a machine may be used.
  public enum Use: CaseIterable, Sendable {
    /// Searches for the ground state of an Ising problem.
    case solving
    /// The relaxation of a layered network.
    case networks
    /// The relaxation of an Ising network that learns.
    case isingNetworks
  }

  /// A line of the catalogue.
  public struct Entry: Sendable {
    /// What it is, in the field's words.
    public let title: String
    /// Where it may be used.
    public let uses: Set<Use>
    /// Steps of a search's run when neither steps nor a time limit are given.
    public let standardSteps: Int
    /// Whether it visits ±1 spins one after the other; the others move all amplitudes at once.
    public let isSequential: Bool

    init(_ title: String, _ uses: Set<Use>, steps: Int = 2000, isSequential: Bool = false) {
      (self.title, self.uses, standardSteps, self.isSequential) = (title, uses, steps, isSequential)
    }
  }

  /// This machine's line of the catalogue.
  public var entry: Entry {
    switch self {
    case .coherentIsing: Entry("coherent Ising machine, mean field", [.solving, .networks])
    case .chaoticAmplitudeControl: Entry("with chaotic amplitude control", [.solving], steps: 10_000)
    case .amplitudeHeterogeneityCorrection: Entry("with amplitude heterogeneity correction", [.solving], steps: 10_000)
    case .adam: Entry("with Adam's moments in its drift", [.solving, .networks])
    case .travellingWave: Entry("of pulses in a ring, with the depleted gain of a travelling-wave amplifier", [.solving])
    case .conjugate: Entry("extended phase space: momenta, friction, inelastic walls", [.solving, .networks])
    case .adiabaticBifurcation: Entry("simulated bifurcation, adiabatic", [.solving])
    case .ballisticBifurcation: Entry("simulated bifurcation, ballistic", [.solving])
    case .discreteBifurcation: Entry("simulated bifurcation, discrete", [.solving])
    case .heatedBallisticBifurcation: Entry("simulated bifurcation, ballistic, heated", [.solving])
    case .heatedDiscreteBifurcation: Entry("simulated bifurcation, discrete, heated", [.solving])
    case .oscillator: Entry("coupled oscillators with second-harmonic locking", [.solving, .networks])
    case .langevin: Entry("Langevin dynamics of bounded spins", [.solving, .networks, .isingNetworks])
    case .gibbs:
      Entry("Gibbs sampling (p-bits) at a fixed temperature", [.solving, .isingNetworks], steps: 1000, isSequential: true)
    case .anneal: Entry("simulated annealing", [.solving, .isingNetworks], steps: 1000, isSequential: true)
    case .reverseAnneal:
      Entry("from a given state up to part of the temperature and down again", [.solving], steps: 1000, isSequential: true)
    case .leaky: Entry("leaky integrators: potentials of continuous Hopfield networks", [.networks])
    }
  }

  /// The machines that may be used for something, in the catalogue's order.
  public static func machines(for use: Use) -> [MachineKind] { allCases.filter { $0.entry.uses.contains(use) } }

  /// Whether it visits ±1 spins one after the other.
  public var isSequential: Bool { entry.isSequential }
  /// Steps of a search's run when neither steps nor a time limit are given.
  public var standardSteps: Int { entry.standardSteps }
}

/// What a search changes of a machine's defaults.
public struct MachineTuning: Sendable {
  /// A multiplier of the machine's coupling, or of its temperatures.
  public var scale = 1.0
  /// In place of the machine's own course: a pump, or a temperature in units of the field's root mean square.
  public var course: Course?
  /// Amplitudes, or phases, are rounded to so many bits after each step.
  public var stateBits: Int?
  /// Standard deviation of the noise that amplitudes get in each step.
  public var stateNoise = 0.0

  /// No change.
  public init() {}
}

extension MachineKind {
  /// The machine with its defaults, and what the settings change of them; `nil` if it has no amplitudes or solves no problems.
  public func amplitudeMachine(_ system: SpinSystem, settings: MachineTuning) -> (any AmplitudeMachine)? {
    let scale = Float(settings.scale)
    switch self {
    case .coherentIsing:
      var numbers = CoherentIsingMachine.Settings()
      numbers.coupling *= scale
      numbers.pump = settings.course ?? numbers.pump
      return wrapped(CoherentIsingMachine(system, settings: numbers), settings, range: numbers.limit)
    case .adam:
      var numbers = AdamIsingMachine.Settings()
      numbers.coherent.coupling *= scale
      numbers.coherent.pump = settings.course ?? numbers.coherent.pump
      return wrapped(AdamIsingMachine(system, settings: numbers), settings, range: numbers.coherent.limit)
    case .chaoticAmplitudeControl:
      var numbers = ChaoticAmplitudeControl.Settings()
      numbers.coupling *= scale
      return wrapped(ChaoticAmplitudeControl(system, settings: numbers), settings, range: 3)
    case .amplitudeHeterogeneityCorrection:
      var numbers = AmplitudeHeterogeneityCorrection.Settings()
      numbers.coupling *= scale
      numbers.pump = settings.course ?? numbers.pump
      return wrapped(AmplitudeHeterogeneityCorrection(system, settings: numbers), settings, range: 1.5)
    case .travellingWave:
      var numbers = TravellingWaveMachine.Settings()
      numbers.coupling *= scale
      numbers.pump = settings.course ?? numbers.pump
      return wrapped(TravellingWaveMachine(system, settings: numbers), settings, range: 1)
    case .conjugate:
      var numbers = ConjugateMachine.Settings()
      numbers.coupling *= scale
      numbers.pump = settings.course ?? numbers.pump
      return wrapped(ConjugateMachine(system, settings: numbers), settings, range: 1)
    case .adiabaticBifurcation, .ballisticBifurcation, .discreteBifurcation, .heatedBallisticBifurcation,
      .heatedDiscreteBifurcation:
      return wrapped(SimulatedBifurcation(system, settings: bifurcation(settings, scale)), settings, range: 1)
    case .oscillator:
      var numbers = OscillatorMachine.Settings()
      numbers.coupling *= scale
      numbers.locking = settings.course ?? numbers.locking
      numbers.phaseBits = settings.stateBits
      return OscillatorMachine(system, settings: numbers)
    case .langevin:
      var numbers = LangevinMachine.Settings()
      numbers.temperature = (settings.course ?? numbers.temperature).scaled(by: settings.scale)
      return wrapped(LangevinMachine(system, settings: numbers), settings, range: 1)
    case .gibbs, .anneal, .reverseAnneal, .leaky: return nil
    }
  }

  private func bifurcation(_ settings: MachineTuning, _ scale: Float) -> SimulatedBifurcation.Settings {
    let variant: SimulatedBifurcation.Variant =
      switch self {
      case .adiabaticBifurcation: .adiabatic
      case .discreteBifurcation, .heatedDiscreteBifurcation: .discrete
      default: .ballistic
      }
    var numbers = SimulatedBifurcation.Settings(variant)
    numbers.coupling *= scale
    numbers.pump = settings.course ?? numbers.pump
    if self == .heatedBallisticBifurcation || self == .heatedDiscreteBifurcation { numbers.heating = 0.06 }
    return numbers
  }

  /// With the device's resolution and noise, if any is asked for.
  private func wrapped<M: AmplitudeMachine>(_ machine: M, _ settings: MachineTuning, range: Float) -> any AmplitudeMachine {
    guard settings.stateBits != nil || settings.stateNoise > 0 else { return machine }
    var hardware = HardwareMachine<M>.Settings()
    hardware.bits = settings.stateBits
    hardware.range = range
    hardware.noise = Float(settings.stateNoise)
    return HardwareMachine(machine, settings: hardware)
  }
}

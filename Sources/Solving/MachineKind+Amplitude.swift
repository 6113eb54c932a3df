import Kernels
import Machines

extension MachineKind {
  /// The machine with its defaults, and what the settings change of them.
  ///
  /// - Throws: `SolverError` if the kind is a sequential one.
  func amplitudeMachine(_ system: SpinSystem, settings: SolverSettings) throws -> any AmplitudeMachine {
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
    case .gibbs, .anneal, .reverseAnneal:
      throw SolverError("\(rawValue) visits one spin after the other and has no amplitudes")
    }
  }

  private func bifurcation(_ settings: SolverSettings, _ scale: Float) -> SimulatedBifurcation.Settings {
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
  private func wrapped<M: AmplitudeMachine>(_ machine: M, _ settings: SolverSettings, range: Float) -> any AmplitudeMachine {
    guard settings.stateBits != nil || settings.stateNoise > 0 else { return machine }
    var hardware = HardwareMachine<M>.Settings()
    hardware.bits = settings.stateBits
    hardware.range = range
    hardware.noise = Float(settings.stateNoise)
    return HardwareMachine(machine, settings: hardware)
  }
}

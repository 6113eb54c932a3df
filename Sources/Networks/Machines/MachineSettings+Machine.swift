import Kernels
import Machines

extension MachineSettings {
  /// Whether spins keep to the range of their layer's activation; phases and potentials have their own.
  var hasBox: Bool {
    switch kind {
    case .conjugate, .coherentIsing, .adam, .langevin: true
    case .hopfield, .leaky, .oscillator: false
    }
  }

  /// The machine with these numbers, on the spins of a network.
  ///
  /// - Precondition: `check` has passed, and the kind is not `hopfield`.
  func machine(
    _ system: SpinSystem, layout: NetworkLayout, places: PlaneLayout, limits: HardwareLimits
  ) -> any PhasedMachine {
    let ideal = machine(system, layout: layout, places: places, oscillators: oscillatorNumbers(limits, layout, system))
    guard limits.limitsStates, kind != .oscillator else { return ideal }
    return limited(ideal, limits)
  }

  private func limited<Ideal: PhasedMachine>(_ ideal: Ideal, _ limits: HardwareLimits) -> any PhasedMachine {
    var numbers = HardwareMachine<Ideal>.Settings()
    (numbers.bits, numbers.range, numbers.noise) = (limits.stateBits, limits.stateRange, limits.stateNoise)
    return HardwareMachine(ideal, settings: numbers)
  }

  private func machine(
    _ system: SpinSystem, layout: NetworkLayout, places: PlaneLayout, oscillators: OscillatorMachine.Settings
  ) -> any PhasedMachine {
    switch kind {
    case .hopfield: preconditionFailure("a network's own rule is no machine")
    case .conjugate: return ConjugateMachine(system, settings: conjugateNumbers)
    case .leaky: return LeakyMachine(system, settings: leakyNumbers(layout, places))
    case .coherentIsing: return CoherentIsingMachine(system, settings: coherentIsing.numbers)
    case .adam:
      var numbers = AdamIsingMachine.Settings()
      numbers.coherent = adam.coherent.numbers
      (numbers.beta1, numbers.beta2, numbers.epsilon) = (adam.beta1, adam.beta2, adam.epsilon)
      return AdamIsingMachine(system, settings: numbers)
    case .oscillator: return OscillatorMachine(system, settings: oscillators)
    case .langevin:
      var numbers = LangevinMachine.Settings()
      numbers.rate = langevin.rate
      numbers.temperature = .constant(Double(langevin.temperature))
      numbers.stiffness = 1
      numbers.limit = .infinity
      return LangevinMachine(system, settings: numbers)
    }
  }

  private var conjugateNumbers: ConjugateMachine.Settings {
    var numbers = ConjugateMachine.Settings()
    (numbers.step, numbers.friction, numbers.isAdaptive) = (conjugate.step, conjugate.friction, conjugate.isAdaptive)
    (numbers.pump, numbers.coupling, numbers.wall) = (.constant(0), 1, 0)
    return numbers
  }

  private func leakyNumbers(_ layout: NetworkLayout, _ places: PlaneLayout) -> LeakyMachine.Settings {
    let parts = layout.layers.indices.map { index in
      let activation = index == layout.layers.count - 1 ? Activation.linear : layout.layers[index].activation
      return LeakyMachine.Part(spins: places.part(index), rule: activation.rule)
    }
    var numbers = LeakyMachine.Settings(parts: parts)
    numbers.step = leaky.step
    return numbers
  }

  /// Oscillators have their own rounding and noise, of phases.
  private func oscillatorNumbers(
    _ limits: HardwareLimits, _ layout: NetworkLayout, _ system: SpinSystem
  ) -> OscillatorMachine.Settings {
    var numbers = OscillatorMachine.Settings()
    (numbers.step, numbers.coupling) = (oscillator.step, oscillator.coupling)
    numbers.locking = .constant(Double(oscillator.locking))
    // The limit's noise is that of a step, the machine's own that of one unit of time.
    let variance = oscillator.noise * oscillator.noise + limits.phaseVariance(step: oscillator.step)
    numbers.noise = .constant(Double(variance).squareRoot())
    numbers.readBits = limits.readBits
    numbers.readsPublishedLevels = limits.phaseLevels == .published
    numbers.keepsRead = limits.phaseReading == .replace
    numbers.even = limits.evenCoupling
    if limits.frequencySpread > 0 { numbers.frequencies = limits.frequencies(of: system, layout) }
    return numbers
  }
}

extension MachineSettings.CoherentIsing {
  fileprivate var numbers: CoherentIsingMachine.Settings {
    var numbers = CoherentIsingMachine.Settings()
    (numbers.step, numbers.coupling, numbers.noise, numbers.limit) = (step, coupling, noise, limit)
    numbers.pump = .constant(Double(pump))
    return numbers
  }
}

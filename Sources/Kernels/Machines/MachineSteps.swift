import CKernels

/// The local rules of amplitude and phase machines, one pass over planes of one shape each. The equations are in the machines'
/// own documentation.
package enum MachineSteps {
  /// Numbers of the coherent Ising machine's step: pump `p`, coupling `ε`, a time step, the strength of its noise, and the
  /// amplitude at which a state is clipped.
  package struct CoherentIsing: Sendable {
    /// `dt`, `p`, `ε`, the standard deviation of one step's noise, and the greatest magnitude of an amplitude.
    package var step, pump, coupling, noise, limit: Float

    /// All five numbers, for a field in natural units.
    package init(step: Float, pump: Float, coupling: Float, noise: Float, limit: Float) {
      (self.step, self.pump, self.coupling, self.noise, self.limit) = (step, pump, coupling, noise, limit)
    }

    var settings: eq_cim { eq_cim(step: step, pump: pump, coupling: coupling, noise: noise, limit: limit) }
  }

  /// Adam's numbers; the corrections are `1/(1 − βᵗ)`.
  package struct Adam: Sendable {
    /// `β₁`, `β₂`, `ε` in the denominator, and `1/(1 − β₁ᵗ)`, `1/(1 − β₂ᵗ)` of this step.
    package var beta1, beta2, epsilon, correction1, correction2: Float

    /// All five numbers.
    package init(beta1: Float, beta2: Float, epsilon: Float, correction1: Float, correction2: Float) {
      (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
      (self.correction1, self.correction2) = (correction1, correction2)
    }
  }

  /// Numbers of the step with error signals.
  package struct Chaotic: Sendable {
    /// `dt`, `r`, `μ`, `β` of `chaotic`, and the greatest magnitudes of an amplitude and of an error signal.
    package var step, gain, saturation, coupling, limit, errorLimit: Float

    /// All six numbers.
    package init(step: Float, gain: Float, saturation: Float, coupling: Float, limit: Float, errorLimit: Float) {
      (self.step, self.gain, self.saturation) = (step, gain, saturation)
      (self.coupling, self.limit, self.errorLimit) = (coupling, limit, errorLimit)
    }
  }

  /// Numbers of the step with momenta. A wall of 0 is none.
  package struct Momentum: Sendable {
    /// `dt`, `m`, `k`, the factor of `x³`, `c`, `γ`, the heating `ξ`, and where the inelastic walls are, of `momentum`.
    package var step, mass, stiffness, cubic, coupling, friction, heating, wall: Float

    /// Zero switches a term off.
    package init(
      step: Float, mass: Float = 1, stiffness: Float, cubic: Float = 0, coupling: Float, friction: Float = 0, heating: Float = 0,
      wall: Float = 0
    ) {
      (self.step, self.mass, self.stiffness, self.cubic) = (step, mass, stiffness, cubic)
      (self.coupling, self.friction, self.heating, self.wall) = (coupling, friction, heating, wall)
    }
  }

  /// Numbers of the step with conjugate momenta. A wall of 0 is none.
  package struct Conjugate: Sendable {
    /// `dt`, `k`, `c`, `γ`, and where the inelastic walls are, of `conjugate`.
    package var step, stiffness, coupling, friction, wall: Float

    /// All five numbers; without a wall amplitudes are not bounded.
    package init(step: Float, stiffness: Float, coupling: Float, friction: Float, wall: Float = 0) {
      (self.step, self.stiffness, self.coupling, self.friction, self.wall) = (step, stiffness, coupling, friction, wall)
    }
  }

  /// Numbers of the overdamped step with noise.
  package struct Langevin: Sendable {
    /// `η`, `k`, the standard deviation of one step's noise, and the greatest magnitude of a state.
    package var rate, stiffness, noise, limit: Float

    /// All four numbers.
    package init(rate: Float, stiffness: Float, noise: Float, limit: Float) {
      (self.rate, self.stiffness, self.noise, self.limit) = (rate, stiffness, noise, limit)
    }
  }

  /// Numbers of the oscillators' step.
  package struct Oscillator: Sendable {
    /// `dt`, `K`, `S`, the standard deviation of one step's noise, and the even part `κ` of the coupling function.
    package var step, coupling, locking, noise, even: Float

    /// An odd coupling function unless `even` is given.
    package init(step: Float, coupling: Float, locking: Float, noise: Float, even: Float = 0) {
      (self.step, self.coupling, self.locking, self.noise, self.even) = (step, coupling, locking, noise, even)
    }
  }

  private static var kernels: eq_machine_kernels { InstructionSet.current.machines }

  /// `x += dt[(p − 1 − x²)x + ε f] + noise`.
  package static func coherentIsing(
    _ x: AlignedBuffer<Float>, field: AlignedBuffer<Float>, noise: NoisePlane?, _ numbers: CoherentIsing
  ) {
    let count = vectors(x, field)
    kernels.step_cim(x.base, field.base, matching(noise, x), count, numbers.settings)
  }

  /// The same drift through Adam's moments.
  package static func coherentIsing(
    _ x: AlignedBuffer<Float>, first: AlignedBuffer<Float>, second: AlignedBuffer<Float>, field: AlignedBuffer<Float>,
    noise: NoisePlane?, _ numbers: CoherentIsing, adam: Adam
  ) {
    let count = vectors(x, first, second, field)
    let settings = eq_cim_adam(
      cim: numbers.settings, beta1: adam.beta1, beta2: adam.beta2, epsilon: adam.epsilon, correction1: adam.correction1,
      correction2: adam.correction2)
    kernels.step_cim_adam(x.base, first.base, second.base, field.base, matching(noise, x), count, settings)
  }

  /// `x += dt[(r − 1 − μx²)x + β e f]`, `e += −dt ξ (x² − a) e`; `rates` (ξ) and `targets` (a) hold one number a replica, as
  /// `ReplicaShape.replicaNumbers` makes them.
  package static func chaotic(
    _ x: AlignedBuffer<Float>, errors: AlignedBuffer<Float>, field: AlignedBuffer<Float>, rates: AlignedBuffer<Float>,
    targets: AlignedBuffer<Float>, _ numbers: Chaotic
  ) {
    let count = vectors(x, errors, field)
    precondition(rates.count == targets.count && rates.count % 16 == 0)
    let settings = eq_chaotic(
      step: numbers.step, gain: numbers.gain, saturation: numbers.saturation, coupling: numbers.coupling, limit: numbers.limit,
      error_limit: numbers.errorLimit)
    kernels.step_chaotic(x.base, errors.base, field.base, rates.base, targets.base, Int64(rates.count), count, settings)
  }

  /// `y += dt(−k x − cubic·x³ + c f − γ y + ξ y)`, `x += dt·m·y`, and at a wall `y ← 0`.
  package static func momentum(
    _ x: AlignedBuffer<Float>, momenta y: AlignedBuffer<Float>, field: AlignedBuffer<Float>, _ numbers: Momentum
  ) {
    let count = vectors(x, y, field)
    let settings = eq_momentum(
      step: numbers.step, mass: numbers.mass, stiffness: numbers.stiffness, cubic: numbers.cubic, coupling: numbers.coupling,
      friction: numbers.friction, heating: numbers.heating, wall: numbers.wall)
    kernels.step_momentum(x.base, y.base, field.base, count, settings)
  }

  /// `y ← (1 − dt γ)y + dt(c f − k x)`, `x += dt·y`, and at a wall `y ← 0`. With dt = γ = k = c = 1 it is `x ← f`, to the bit.
  package static func conjugate(
    _ x: AlignedBuffer<Float>, momenta y: AlignedBuffer<Float>, field: AlignedBuffer<Float>, _ numbers: Conjugate
  ) {
    let count = vectors(x, y, field)
    let settings = eq_conjugate(
      step: numbers.step, stiffness: numbers.stiffness, coupling: numbers.coupling, friction: numbers.friction, wall: numbers.wall
    )
    kernels.step_conjugate(x.base, y.base, field.base, count, settings)
  }

  /// `u += dt(ρ'(u) f − u)` and `s = ρ(u)` for spins `part` of the planes, whole vectors. Under a ρ with corners u stays between
  /// them.
  ///
  /// - Parameter rule: any but `halfClamp`.
  package static func leaky(
    _ u: AlignedBuffer<Float>, states s: AlignedBuffer<Float>, field: AlignedBuffer<Float>, part: Range<Int>, step: Float,
    rule: LocalRule
  ) {
    precondition(vectors(u, s, field) >= part.upperBound && part.lowerBound >= 0 && rule != .halfClamp)
    precondition(part.lowerBound % 16 == 0 && part.count % 16 == 0)
    kernels.step_leaky(
      u.base + part.lowerBound, s.base + part.lowerBound, field.base + part.lowerBound, Int64(part.count), step, rule.rawValue)
  }

  /// `x ← min(max(x, lower), upper)`; momenta are lost where that changes x.
  package static func confine(
    _ x: AlignedBuffer<Float>, momenta: AlignedBuffer<Float>? = nil, lower: AlignedBuffer<Float>, upper: AlignedBuffer<Float>
  ) {
    let count = vectors(x, momenta, lower, upper)
    kernels.confine(x.base, momenta?.base, lower.base, upper.base, count)
  }

  /// `φ += dt[K(cos φ · F_sin − sin φ · F_cos) − S sin 2φ] + noise`, and cosines and sines follow; with an even part κ of the coupling
  /// function `K κ (cos φ · F_cos + sin φ · F_sin)` less.
  package static func oscillator(
    _ phases: AlignedBuffer<Float>, cosines: AlignedBuffer<Float>, sines: AlignedBuffer<Float>, cosineField: AlignedBuffer<Float>,
    sineField: AlignedBuffer<Float>, noise: NoisePlane?, _ numbers: Oscillator
  ) {
    let count = vectors(phases, cosines, sines, cosineField, sineField)
    let settings = eq_oscillator(
      step: numbers.step, coupling: numbers.coupling, locking: numbers.locking, noise: numbers.noise,
      even: numbers.even)
    kernels.step_oscillator(
      phases.base, cosineField.base, sineField.base, matching(noise, phases), cosines.base, sines.base, count, settings)
  }

  /// `cosines`, `sines` ← cos φ, sin φ of every phase, in radians.
  package static func cosinesAndSines(of phases: AlignedBuffer<Float>, cosines: AlignedBuffer<Float>, sines: AlignedBuffer<Float>)
  {
    let count = vectors(phases, cosines, sines)
    kernels.sine_cosine(phases.base, cosines.base, sines.base, count)
  }

  /// `s ← clamp(s + η(f − k s) + strength · noise, ±limit)`.
  package static func langevin(_ s: AlignedBuffer<Float>, field: AlignedBuffer<Float>, noise: NoisePlane?, _ numbers: Langevin) {
    let count = vectors(s, field)
    let settings = eq_langevin(
      rate: numbers.rate, stiffness: numbers.stiffness, noise: numbers.noise, limit: numbers.limit)
    kernels.step_langevin(s.base, field.base, matching(noise, s), count, settings)
  }

  /// `signs = ±1` with the signs of `x`; a zero counts as positive.
  package static func signs(of x: AlignedBuffer<Float>, into signs: AlignedBuffer<Float>) {
    kernels.take_signs(x.base, vectors(x, signs), signs.base)
  }

  /// `(round(x/step − offset) + offset) · step`, clipped at ±`limit`; zero stays. Numbers up to 2²² steps. `Quantiser` says where levels
  /// are.
  static func quantise(_ x: AlignedBuffer<Float>, step: Float, offset: Float, limit: Float) {
    precondition(step > 0, "a step of \(step)")
    kernels.quantise(x.base, vectors(x), step, offset, limit)
  }

  /// `φ += dt ω`.
  package static func drift(_ phases: AlignedBuffer<Float>, frequencies: AlignedBuffer<Float>, step: Float) {
    precondition(frequencies.count == phases.count, "frequencies of another shape")
    kernels.add_noise(phases.base, UnsafePointer(frequencies.base), vectors(phases), step)
  }

  /// `x += strength · noise`.
  package static func addNoise(_ x: AlignedBuffer<Float>, _ noise: NoisePlane, strength: Float) {
    kernels.add_noise(x.base, matching(noise, x), vectors(x), strength)
  }

  /// The planes' common number of elements, whole vectors.
  private static func vectors(
    _ a: AlignedBuffer<Float>, _ b: AlignedBuffer<Float>? = nil, _ c: AlignedBuffer<Float>? = nil,
    _ d: AlignedBuffer<Float>? = nil,
    _ e: AlignedBuffer<Float>? = nil
  ) -> Int64 {
    let count = a.count
    precondition(
      count % 16 == 0 && (b?.count ?? count) == count && (c?.count ?? count) == count && (d?.count ?? count) == count
        && (e?.count ?? count) == count, "planes of different shapes")
    return Int64(count)
  }

  private static func matching(_ noise: NoisePlane?, _ plane: AlignedBuffer<Float>) -> UnsafePointer<Float>? {
    precondition(noise.map { $0.count == plane.count } ?? true, "noise of another shape")
    return noise?.base
  }
}

/// What moves the spins of a network: its own rule, or the local rule of an Ising machine, each with its numbers.
///
/// Fields of networks are absolute: no number below is in units of the field.
public struct MachineSettings: Equatable, Sendable {
  /// The rule by which spins move.
  public enum Kind: String, CaseIterable, Sendable {
    /// `s ← σ(f)`, in the order of `RelaxationSettings.Order`. Other machines move all layers at once, but for adaptive conjugate
    /// variables.
    case hopfield
    /// `ConjugateMachine`: momenta and inelastic walls.
    case conjugate
    /// `LeakyMachine`: potentials of continuous Hopfield networks.
    case leaky
    /// `CoherentIsingMachine`.
    case coherentIsing = "cim"
    /// `AdamIsingMachine`: the coherent machine's drift through Adam's moments.
    case adam = "cim-adam"
    /// `OscillatorMachine`: phases.
    case oscillator
    /// `LangevinMachine`: noisy gradient descent.
    case langevin
  }

  /// Momenta: `H = ½‖y‖² + E(x)`.
  public struct Conjugate: Equatable, Sendable {
    /// Whether step and friction follow the measured decay of the change.
    public var isAdaptive = true
    /// ω of `Inertia` at the start of a free phase, where layers take turns. From zero spins go a long way in one direction, however fast
    /// they will settle in the end.
    public var inertia: Float = 1.4
    /// `dt` where they do not. With 1 and a friction of 1 it is the network's own rule.
    public var step: Float = 1
    /// `γ` where they do not.
    public var friction: Float = 1

    /// The defaults above.
    public init() {}
  }

  /// `u ← u + dt (ρ'(u) f − u)`, the states being `ρ(u)`.
  public struct Leaky: Equatable, Sendable {
    /// Euler's step `dt`.
    public var step: Float = 0.5
    /// The default step.
    public init() {}
  }

  /// `x += dt [(p − 1 − x²) x + ε f] + noise`: it descends `½ (1 − p) ‖x‖² + ¼ ‖x‖⁴ − ε Φ`.
  public struct CoherentIsing: Equatable, Sendable {
    /// Euler's step `dt`.
    public var step: Float = 0.2
    /// `p`, the same throughout.
    public var pump: Float = 0
    /// `ε`.
    public var coupling: Float = 1
    /// Standard deviation of the noise of one unit of time.
    public var noise: Float = 0
    /// Amplitudes are clipped at ± this.
    public var limit: Float = 2

    /// The defaults above.
    public init() {}
  }

  /// The coherent machine's drift through Adam's moments.
  public struct Adam: Equatable, Sendable {
    /// Pump, coupling, noise and limit of the drift.
    public var coherent = CoherentIsing()
    // A phase has tens of steps: with an average over ten of them its modes could not decay by more than √.9 a step.
    /// The decay of the mean drift, `β₁`.
    public var beta1: Float = 0.5
    /// The decay of the mean squared drift, `β₂`.
    public var beta2: Float = 0.99
    /// Added to the root of the mean squared drift in the denominator.
    public var epsilon: Float = 0.2

    /// The defaults above.
    public init() {}
  }

  /// `dφ/dt = −K [Σ J sin(φ_i − φ_j) + h sin φ] − S sin 2φ + noise`; the features are cosines and sines.
  public struct Oscillator: Equatable, Sendable {
    /// Euler's step `dt`.
    public var step: Float = 0.2
    /// `K`.
    public var coupling: Float = 1
    /// `S`, of the second harmonic. Positive, it locks phases to 0 and π; negative, it is a spin's own energy `|S| cos²φ`, and
    /// phases can rest in between.
    public var locking: Float = 0
    /// Standard deviation of the noise of one unit of time.
    public var noise: Float = 0

    /// The defaults above.
    public init() {}
  }

  /// `s ← s + η (f − s) + √(2 η T) ξ`, within the activation's range.
  public struct Langevin: Equatable, Sendable {
    /// `η`.
    public var rate: Float = 0.2
    /// `T`.
    public var temperature: Float = 1e-4

    /// The defaults above.
    public init() {}
  }

  /// The machine that relaxes the network; only its numbers below are used.
  public var kind = Kind.hopfield
  /// Numbers of `conjugate`.
  public var conjugate = Conjugate()
  /// Numbers of `leaky`.
  public var leaky = Leaky()
  /// Numbers of `cim`.
  public var coherentIsing = CoherentIsing()
  /// Numbers of `cim-adam`.
  public var adam = Adam()
  /// Numbers of `oscillator`.
  public var oscillator = Oscillator()
  /// Numbers of `langevin`.
  public var langevin = Langevin()

  /// The machine with its default numbers.
  public init(_ kind: Kind = .hopfield) { self.kind = kind }
}

extension MachineSettings {
  /// Whether the machine descends the network's own energy on the output, `½ o²` each: then the output can be moved as the
  /// network's own rule moves it, whatever the cost.
  var keepsOutputEnergy: Bool { [.hopfield, .conjugate, .leaky].contains(kind) }

  /// Whether the states of the machine, or its energy, keep the output within bounds under a squared error of any negative weight.
  public var boundsOutput: Bool { [.coherentIsing, .adam, .oscillator].contains(kind) }

  /// Whether the machine's equilibria, without noise, are those of the network's own rule: `s = σ(f)` of all hidden layers too.
  public func keepsEquilibria(of layout: NetworkLayout) -> Bool {
    switch kind {
    case .hopfield, .conjugate, .langevin: true
    // A potential's `ρ'(u) f` is the field only where ρ has slope 1.
    case .leaky: layout.layers.dropLast().allSatisfy { $0.activation.box != nil }
    case .coherentIsing, .adam, .oscillator: false
    }
  }

  /// Refuses a network that the machine cannot relax.
  ///
  /// - Throws: `NetworkError` that names the layer, what it has, and what the machine takes.
  public func check(_ layout: NetworkLayout, cost: Cost) throws {
    guard kind != .hopfield else { return }
    for (index, layer) in layout.layers.enumerated().dropLast() {
      guard allows(layer.activation) else {
        let names = Activation.allCases.filter(allows).map { "`\($0.rawValue)`" }.joined(separator: ", ")
        throw NetworkError(
          "layer \(layer.name): machine \(kind.rawValue) takes activations \(names), found `\(layer.activation.rawValue)`")
      }
      if kind == .oscillator, layout.edges.contains(where: { $0.post == index + 1 && $0.pre != 0 && $0.isMaxPooled }) {
        throw NetworkError(
          "layer \(layer.name): phases have no maximum, so the oscillator machine does not support max-pooling; use `average` or `none`"
        )
      }
    }
    guard !cost.isReadout || keepsOutputEnergy else {
      throw NetworkError(
        "machine \(kind.rawValue) moves the output by its own rule and has no read-out beside it; use the cost `squaredError` or "
          + "`crossEntropy`")
    }
  }

  /// Of hidden layers. Where there is no ρ in the machine, the activation's range is what counts.
  private func allows(_ activation: Activation) -> Bool {
    switch kind {
    case .hopfield, .oscillator: true
    case .leaky: activation != .halfClamp
    case .conjugate, .coherentIsing, .adam, .langevin: activation.box != nil
    }
  }
}

extension Activation {
  /// The interval to which an activation that has slope 1 inside keeps a spin; `nil` for any other.
  var box: ClosedRange<Float>? {
    switch self {
    case .clamp: 0...1
    case .relu6: 0...6
    case .linear: -Float.infinity...Float.infinity
    case .halfClamp, .sigmoid, .tanh: nil
    }
  }
}

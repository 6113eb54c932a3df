import Foundation
import Networks

/// How the gradient is estimated from relaxed states; `F = E + βC`.
public enum Estimator: String, CaseIterable, Sendable {
  /// `(1/β)[∂F/∂θ(s^β) − ∂F/∂θ(s⁰)]`, where s⁰ is a free state that kept relaxing for as many sweeps as the nudged one: where the free
  /// phase has not converged, both move on alike, and the difference is due to the nudge alone.
  case oneSided
  /// The same with −β.
  case negative
  /// The sign of β drawn anew for every mini-batch.
  case randomSign
  /// `(1/2β)[∂F/∂θ(s^{+β}) − ∂F/∂θ(s^{−β})]`: error O(β²) (Laborieux 2021).
  case centred
  /// The limit β → 0 by one relaxation of the network linearised at the free state, see `LinearResponse`.
  case linearResponse

  /// The β of the two phases whose difference is the gradient; the random sign, where one is drawn, is `sign`. None where there is no
  /// difference.
  public func betas(_ strength: Float, sign: Float) -> [Float] {
    switch self {
    case .centred: [strength, -strength]
    case .oneSided: [strength, 0]
    case .negative: [-strength, 0]
    case .randomSign: [sign * strength, 0]
    case .linearResponse: []
    }
  }

  /// The β of those phases that are nudged.
  public func nudges(_ strength: Float, sign: Float) -> [Float] { betas(strength, sign: sign).filter { $0 != 0 } }

  /// How many states of each image relax after its free phase.
  public var relaxedStates: Int { self == .linearResponse ? 1 : 2 }

  /// - Throws: `TrainingError.setting` where there is no nudge.
  func requireNudge(_ network: String) throws {
    guard self == .linearResponse else { return }
    throw TrainingError.setting(
      key: "learning.estimator",
      reason:
        "linearResponse is for layered Hopfield networks, and \(network) has states that do not move by degrees; use `centred`")
  }
}

/// How a layered network learns.
public enum LearningRule: String, CaseIterable, Sendable {
  /// From free and nudged equilibria of a network with an energy.
  case equilibriumPropagation
  /// Through the last sweeps of the free phase: the exact gradient of the same network.
  case backpropagationThroughTime
  /// Of the feed-forward network of the same layers.
  case backpropagation
  /// The gradient of the log-likelihood by sampling, of Boltzmann machines.
  case likelihood
}

/// Everything that training needs to know beyond the network, its relaxation and the data.
public struct LearningSettings: Equatable, Sendable {
  /// The samples of an update, and of what one rank relaxes at a time.
  public struct Batch: Equatable, Sendable {
    /// Samples a step, over all ranks.
    public var size: Int
    /// Samples a micro-shard: the unit that one rank relaxes at a time, and the leaf of the reduction tree. Fixed, whatever the
    /// number of ranks, so that the bits do not depend on it.
    public var shard: Int
    /// - Parameters:
    ///   - size: samples a step.
    ///   - shard: samples of a micro-shard; `size` is a multiple of it.
    public init(size: Int = 64, shard: Int = 8) {
      self.size = size
      self.shard = shard
    }
  }

  /// What the output is nudged by, and what evaluations report as loss.
  public var cost: Cost = .squaredError
  /// How the gradient is computed.
  public var rule: LearningRule = .equilibriumPropagation
  /// Which phases equilibrium propagation compares.
  public var estimator: Estimator = .centred
  /// β.
  public var nudge: Float = 0.2
  /// Samples of an update and of a micro-shard.
  public var batch = Batch()
  /// Passes over the training images.
  public var epochs: Int = 10
  /// Start a free phase from the states that the same micro-shard ended its last free phase with (Scellier 2023).
  public var warmStart = false
  /// Compare every micro-shard's gradient with the exact one.
  public var measuresCosine = false
  /// How a gradient becomes an update.
  public var optimiser = OptimiserSettings()
  /// How learning rates change over the epochs.
  public var schedule = ScheduleSettings()
  /// The decay of the moving average of the parameters that is evaluated in their place; 0: none.
  public var averaging: Float = 0
  /// Draw fresh weights for hidden channels that no image of an epoch moves, see `SilentChannels`.
  public var revivesChannels = false
  /// Train the convolutions of the image as if its patches were white, see `PatchWhitening`.
  public var whitensPatches = false
  /// An image whose residual r after the free phase is greater counts limit/r as much in the gradient; `nil`: all count alike.
  public var residualLimit: Float? = nil

  /// Centred equilibrium propagation for 10 epochs by gradient descent with momentum.
  public init() {}
}

/// How a gradient becomes an update of the parameters.
public struct OptimiserSettings: Equatable, Sendable {
  /// Gradient descent with momentum; Adam (Kingma & Ba 2015); AdamW (Loshchilov & Hutter 2019).
  public enum Kind: String, CaseIterable, Sendable { case sgd, adam, adamW }
  /// The update rule.
  public var kind: Kind = .sgd
  /// Where an edge names none of its own.
  public var learningRate: Float = 0.01
  /// `sgd`: the share of the last update that is added to this one.
  public var momentum: Float = 0.9
  /// `sgd`: the gradient is taken where momentum leads (Sutskever et al. 2013).
  public var nesterov = false
  /// Adam's decay of the gradient, `β₁`.
  public var beta1: Float = 0.9
  /// Adam's decay of the squared gradient, `β₂`.
  public var beta2: Float = 0.999
  /// Adam's `ε`, added to the root of the squared gradient.
  public var epsilon: Float = 1e-8
  /// `adamW`: subtracted from each weight, times weight and learning rate; `sgd`, `adam`: added to the gradient, times weight.
  public var weightDecay: Float = 0
  /// Greatest Euclidean norm of the whole gradient; `nil`: no clipping.
  public var clip: Float? = nil
  /// Parameters are kept within ±bound, the range of a machine's couplings; `nil`: any.
  public var bound: Float? = nil

  /// Gradient descent with momentum 0.9.
  public init() {}
}

extension LearningSettings {
  /// Of a sample that is learned by equilibrium propagation: the free one and the nudged ones.
  public var phases: Int { 1 + estimator.relaxedStates }
}

/// How the learning rate changes over the epochs: a factor of every rate.
public struct ScheduleSettings: Equatable, Sendable {
  /// The form of the factor's course.
  public enum Kind: String, CaseIterable, Sendable { case constant, step, exponential, cosine }
  /// The form of the course; constant unless set.
  public var kind: Kind = .constant
  /// Epochs over which the rate rises linearly from 0.
  public var warmUp: Float = 0
  /// `step`: epochs between two reductions.
  public var every: Float = 30
  /// `step`, `exponential`: the factor at each reduction, or each epoch.
  public var factor: Float = 0.1
  /// `cosine`: the fraction of the learning rate that is left at the end.
  public var floor: Float = 0

  /// A constant factor of 1.
  public init() {}
}

extension ScheduleSettings {
  /// What multiplies the learning rates at `epoch` (a fraction within an epoch included) of `epochs`.
  ///
  /// - constant: 1; step: `factor^⌊t/every⌋`; exponential: `factor^t`; cosine: `floor + (1 − floor)(1 + cos πt/T)/2`, where t
  ///   counts from the
  ///   end of the warm-up, over which the factor rises linearly from 0 to 1.
  public func factor(at epoch: Double, of epochs: Int) -> Float {
    let warmUp = Double(self.warmUp)
    if epoch < warmUp { return Float(epoch / warmUp) }
    let time = epoch - warmUp
    switch kind {
    case .constant: return 1
    case .step: return Float(pow(Double(factor), (time / Double(every)).rounded(.down)))
    case .exponential: return Float(pow(Double(factor), time))
    case .cosine:
      let share = min(time / max(Double(epochs) - warmUp, .leastNonzeroMagnitude), 1)
      return floor + (1 - floor) * Float((1 + cos(.pi * share)) / 2)
    }
  }
}

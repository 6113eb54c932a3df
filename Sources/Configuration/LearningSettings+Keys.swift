import Learning
import Networks

extension LearningSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "cost", \.cost.kind,
        "`squaredError` and `crossEntropy` act on the output inside the network, `crossEntropyReadout` on a read-out beside it; targets of "
          + "`signedSquaredError` are 1 and −1, those of spins, instead of 1 and 0."),
      ConfigurationKey(
        "labelSmoothing", \.cost.smoothing, .from(0, below: 1),
        "ε: targets are (1 − ε) of the label's and ε of the mean over the classes, in the nudge and in every loss."
      ).written { $0.cost.smoothing > 0 },
      ConfigurationKey(
        "rule", \.rule,
        "Equilibrium propagation, or one to compare it with: through the last sweeps of the free phase (`relaxation.nudged.sweeps`), or "
          + "of the feed-forward network of the same layers. Boltzmann machines learn by `likelihood`."),
      ConfigurationKey(
        "estimator", \.estimator,
        "How the gradient is taken from relaxed states. `centred` uses both signs of the nudge; the one-sided ones compare a nudged state "
          + "with a free one that kept relaxing for as many sweeps; `linearResponse` is the limit of no nudge, by one relaxation in place of "
          + "two."),
      ConfigurationKey(
        "nudge", \.nudge, .above(0),
        "β, the strength of the nudge; the estimator chooses its sign, and `linearResponse` has none."),
      ConfigurationKey("batch", \.batch, "The mini-batch."),
      ConfigurationKey("epochs", \.epochs, .from(1, to: 1_000_000), "Passes over the training images."),
      ConfigurationKey(
        "warmStart", \.warmStart, "Start free phases of training from the states of the last mini-batch instead of from zero."),
      ConfigurationKey(
        "cosine", \.measuresCosine,
        "Columns of `metrics.csv` with the cosine between each micro-shard's gradient and back-propagation through time's, on machines whose equilibria are those of `hopfield`."
      ),
      ConfigurationKey("optimiser", \.optimiser, "The rule of the update."),
      ConfigurationKey("schedule", \.schedule, "How the learning rates change over the epochs."),
      ConfigurationKey(
        "averaging", \.averaging, .from(0, below: 1),
        "Evaluate a moving average of the parameters in their place: its decay each update, such as 0.999, and at most "
          + "(1 + t)/(10 + t) after t updates; 0: none."
      ).written { $0.averaging > 0 },
      ConfigurationKey(
        "reviveChannels", \.revivesChannels,
        "At the end of an epoch, draw fresh weights for hidden channels that none of its images moved; the log says how many."
      ).written { $0.revivesChannels },
      ConfigurationKey(
        "whitenPatches", \.whitensPatches,
        "Train the convolutions of the image in coordinates in which its patches are white: their elements are uncorrelated and have variance 1. "
          + "Weight decay then acts on these coordinates."
      ).written { $0.whitensPatches },
      ConfigurationKey(
        "residualLimit", \.residualLimit, .above(0),
        "An image whose residual r after the free phase is greater counts limit/r as much in the gradient, which takes the time of a "
          + "sweep; `null`: all images count alike."
      ).written { $0.residualLimit != nil },
    ]
  }

  /// Checks what concerns several keys.
  func check(_ reader: ConfigurationReader) throws {
    guard batch.size % batch.shard == 0 else {
      throw reader["batch"].failure("size \(batch.size) is not a multiple of shard \(batch.shard)")
    }
    guard schedule.warmUp <= Float(epochs) else {
      throw reader["schedule"]["warmUp"].failure("\(schedule.warmUp) epochs of warm-up in a training of \(epochs)")
    }
  }
}

extension Cost.Kind: ConfigurationValue {}
extension LearningRule: ConfigurationValue {}
extension Estimator: ConfigurationValue {}

extension LearningSettings.Batch: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("size", \.size, .from(1, to: 1 << 20), "Images per step, over all ranks; a multiple of `shard`."),
      ConfigurationKey(
        "shard", \.shard, .from(1, to: 1 << 16),
        "Images that one rank relaxes at a time, at least one shard per rank; another value changes the last bits."
      ),
    ]
  }
}

extension OptimiserSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("kind", \.kind, "The rule of the update."),
      ConfigurationKey("learningRate", \.learningRate, .atLeast(0), "Learning rate of edges that set none of their own."),
      ConfigurationKey("momentum", \.momentum, .from(0, below: 1), "`sgd`: μ."),
      ConfigurationKey("nesterov", \.nesterov, "`sgd`: look ahead by Nesterov's rule."),
      ConfigurationKey("beta1", \.beta1, .from(0, below: 1), "`adam`, `adamW`: decay of the first moment."),
      ConfigurationKey("beta2", \.beta2, .from(0, below: 1), "`adam`, `adamW`: decay of the second moment."),
      ConfigurationKey("epsilon", \.epsilon, .above(0), "`adam`, `adamW`: added to the root of the second moment."),
      ConfigurationKey(
        "weightDecay", \.weightDecay, .atLeast(0), "λ: added to the gradient as λw; `adamW` takes it apart from the moments."),
      ConfigurationKey("clip", \.clip, .above(0), "Largest Euclidean norm of the whole gradient; `null`: no limit."),
      ConfigurationKey(
        "bound", \.bound, .above(0), "Parameters are kept within ± this, the range of a machine's couplings; `null`: no limit."),
    ]
  }
}

extension OptimiserSettings.Kind: ConfigurationValue {}

extension ScheduleSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("kind", \.kind, "The course of the learning rates after the warm-up."),
      ConfigurationKey("warmUp", \.warmUp, .atLeast(0), "Epochs over which they rise linearly from 0."),
      ConfigurationKey("every", \.every, .above(0), "`step`: epochs between two reductions."),
      ConfigurationKey(
        "factor", \.factor, .from(0, to: 1), "`step`, `exponential`: the factor of each reduction, or of each epoch."),
      ConfigurationKey("floor", \.floor, .from(0, to: 1), "`cosine`: the fraction of the learning rate that is left at the end."),
    ]
  }
}

extension ScheduleSettings.Kind: ConfigurationValue {}

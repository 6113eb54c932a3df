/// How a Boltzmann machine estimates the gradient of the log-likelihood, and reads labels.
///
///     ∂ ln p/∂J_ij = ⟨s_i s_j⟩_data − ⟨s_i s_j⟩_model,   ∂ ln p/∂h_i = ⟨s_i⟩_data − ⟨s_i⟩_model
///
/// The first average is over chains whose visible spins are clamped to images and labels, the second over free ones.
public struct BoltzmannSettings: Equatable, Sendable {
  /// Where free chains begin in each step.
  public enum Estimator: String, CaseIterable, Sendable {
    /// Where they ended in the step before: persistent contrastive divergence (Tieleman 2008).
    case persistent
    /// The same, each chain a ladder of replicas at several temperatures that swap (Desjardins et al. 2010; Cho, Raiko & Ilin 2010).
    case tempered
    /// At the data: contrastive divergence (Hinton 2002). Its gradient is biased.
    case contrastive
    /// At random.
    case restarted
  }

  /// Sweeps of a chain in one phase.
  public struct Sweeps: Equatable, Sendable {
    /// Before the first state that counts.
    public var warmUp: Int
    /// States that are averaged.
    public var samples: Int
    /// Sweeps from one of them to the next.
    public var interval: Int

    /// - Parameters:
    ///   - warmUp: sweeps before the first state that counts.
    ///   - samples: states that are averaged.
    ///   - interval: sweeps from one of them to the next.
    public init(warmUp: Int = 0, samples: Int = 1, interval: Int = 1) {
      self.warmUp = warmUp
      self.samples = samples
      self.interval = interval
    }

    /// All sweeps.
    var total: Int { warmUp + samples * interval }
    /// Whether the state after a sweep counts.
    func counts(_ sweep: Int) -> Bool { sweep >= warmUp && (sweep - warmUp) % interval == interval - 1 }
  }

  /// Where free chains begin.
  public var estimator: Estimator = .persistent
  /// Free chains over the mini-batch; `nil`: as many as images. Contrastive divergence has as many in any case.
  public var chains: Int?
  /// Of clamped chains, which begin at random; one sweep is exact where no two hidden spins are coupled.
  public var data = Sweeps()
  /// Of free chains in each step.
  public var model = Sweeps()
  /// `tempered`: temperatures of a ladder, from an infinite one to 1, in equal steps of 1/T.
  public var temperatures = 16
  /// How fast the means that products are centred by follow the data; 0: products are not centred.
  public var centring: Float = 0.01
  /// Of chains whose pixels are clamped, when labels are read.
  public var labels = Sweeps(warmUp: 100, samples: 100)
  /// How ln Z is estimated.
  public var partition = PartitionSettings()

  /// Persistent chains, one sweep a step.
  public init() {}
}

/// How ln Z is estimated.
public struct PartitionSettings: Equatable, Sendable {
  /// Independent runs of annealed importance sampling.
  public var runs = 128
  /// Intermediate distributions of each.
  public var steps = 1000
  /// Rounds of parallel tempering that estimate it once more, from above too by annealing its samples in reverse; 0: none.
  public var rounds = 0
  /// Temperatures of the tempering, besides the infinite one.
  public var temperatures = 48
  /// The highest of them.
  public var hottest = 50.0

  /// 128 runs of 1,000 steps, and no tempering.
  public init() {}
}

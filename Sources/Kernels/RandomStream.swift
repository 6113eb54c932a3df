/// What one seed is drawn from for: every stream of this package, with its number.
///
/// The numbers are part of the results, so they never change. The first three letters of many are those of their use in ASCII. A program
/// with draws of its own takes numbers that are not in this table (`Philox.init(seed:stream:)`).
public enum RandomStream: UInt32, CaseIterable, Sendable {
  /// States and noise of spins: in a search, and in the relaxations of a training. A study of times, which has no spins, resamples from it.
  case dynamics = 0
  /// The same in evaluations, apart from a training's.
  case evaluation = 1
  /// The sign of a mini-batch's nudge.
  case nudgeSign = 2
  /// Initial parameters; one stream for each block of them.
  case parameters = 0x1000
  /// Errors of a device's weights and biases; one stream for each block of them, of the device's own seed.
  case hardwareMismatch = 0x2000
  /// Natural frequencies of a device's oscillators, of the device's own seed.
  case naturalFrequencies = 0x3000
  /// The order of the training images in an epoch.
  case imageOrder = 0x4441_0001
  /// Crops, flips and cut-outs of an image in an epoch.
  case augmentation = 0x4441_0002
  /// Which training images are kept for validation, and which are left out.
  case split = 0x4441_0003
  /// The patterns of a synthetic data set's classes.
  case syntheticPattern = 0x4441_0004
  /// The noise of a synthetic data set's images.
  case syntheticNoise = 0x4441_0005
  /// Which pixels of a Boltzmann machine's image are up, in training and in evaluations.
  case binarisation = 0x424D_4249
  /// Chains of a Boltzmann machine whose visible spins are clamped, and those that are free.
  case clampedChains = 0x424D_4343
  /// See `clampedChains`.
  case freeChains = 0x424D_4643
  /// Runs of annealed importance sampling.
  case annealedImportance = 0x424D_4149
  /// Places of a Boltzmann machine's visible spins on a lattice.
  case visiblePlaces = 0x424D_5650
  /// Clusters of spins that the sampler of replicas turns.
  case clusters = 0x434C_5553
  /// The order of the vertices in the search for communities.
  case communities = 0x434f_4d00
  /// Errors of a device's couplings and fields, of the device's own seed.
  case couplingMismatch = 0x4445_5600
  /// Couplings of a drawn dense problem of ±1.
  case dense = 0x444e_5300
  /// The search for an embedding into a chip; one stream for each attempt.
  case embedding = 0x454d_4200
  /// Flips of spins by heat bath in the sampler of replicas.
  case heatBath = 0x4845_4154
  /// Spins of an Ising network in the free phases of training.
  case isingTraining = 0x4953_4e01
  /// The same in nudged phases.
  case isingNudged = 0x4953_4e02
  /// The same in evaluations.
  case isingEvaluation = 0x4953_4e03
  /// Planted states and the couplings around them.
  case planted = 0x504C_4100
  /// Pairs and clusters of a population that exchanges parts of its states.
  case population = 0x504f_5055
  /// Which replicas of a population that cools down are copied.
  case resampling = 0x5245_5341
  /// States that the sampler of replicas starts from.
  case sampledSpins = 0x5341_4D50
  /// Exchanges of temperatures between replicas.
  case exchanges = 0x5357_4150
  /// Couplings of a drawn Sherrington–Kirkpatrick problem.
  case sherringtonKirkpatrick = 0x5348_4b00
  /// States of ±1 that reads start from.
  case startingSpins = 0x5354_4152
  /// Couplings of a drawn torus.
  case torus = 0x544f_5200
  /// Stochastic rounding of parameters that are written in place.
  case parameterWriting = 0x5752_4900

  /// How many numbers, its own the first, belong to the stream.
  public var extent: UInt32 {
    switch self {
    case .parameters, .hardwareMismatch: 0x1000
    case .embedding: 0x100
    default: 1
    }
  }
}

extension Philox {
  /// Draws of a seed for one use.
  ///
  /// - Parameter member: which of the numbers that belong to the stream.
  public init(seed: UInt64, _ stream: RandomStream, member: Int = 0) {
    self.init(seed: seed, stream: stream.rawValue + UInt32(member))
  }
}

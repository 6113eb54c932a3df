import Kernels
import Learning
import Networks

/// A Boltzmann machine in the place of a network: the `boltzmann` section of a configuration.
package struct BoltzmannModel: Equatable, Sendable {
  package var machine = BoltzmannDescription(input: .init(channels: 0, rows: 0, columns: 0), classes: 0)
  package var settings = BoltzmannSettings()

  package init() {}
}

extension BoltzmannModel: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "graph", \.machine.graph,
        "Which spins are coupled: visible ones with hidden ones (`restricted`), all (`complete`), each layer with the next (`layered`), two "
          + "square layers by jumps (`bilayer:SIDE:JUMPS`), as on a chip, or as in a problem's file or drawn problem."),
      ConfigurationKey(
        "hidden", \.machine.hidden, standard: "`[500]`",
        "Hidden spins, of `layered` a number a layer. Where the graph has all its spins, those that are not visible are hidden."),
      ConfigurationKey(
        "spinsPerClass", \.machine.spinsPerClass, .from(0, to: 1024),
        "Visible spins of each class, up where the image is of it; 0: labels are not learned."),
      ConfigurationKey(
        "binarisation", \.machine.binarisation,
        "How images become spins: a pixel is up above one half (`threshold`), or with its value as probability, drawn anew whenever the image "
          + "is learned (`sampled`)."),
      ConfigurationKey("couplingGain", \.machine.couplingGain, .from(0, to: 1000), "J starts uniform in ±gain/√neighbours."),
      ConfigurationKey(
        "biasLearningRate", \.machine.biasLearningRate, .atLeast(0), standard: "the optimiser's", "Learning rate of the fields h."
      ),
      ConfigurationKey("places", \.machine.seed, "Seed of the places of visible spins on a chip or in a bilayer."),
      ConfigurationKey(
        "estimator", \.settings.estimator,
        "Where free chains begin in each step: where they ended (`persistent`), the same with swaps of temperatures (`tempered`), at the data "
          + "(`contrastive`), or at random (`restarted`)."),
      ConfigurationKey(
        "chains", \.settings.chains, .from(1, to: 1 << 20), standard: "as many as images",
        "Free chains over the mini-batch, a multiple of its micro-shards; `contrastive` has as many as images."
      ).omittingNull,
      ConfigurationKey("data", \.settings.data, "Sweeps of chains that are clamped to images and labels, in each step."),
      ConfigurationKey("model", \.settings.model, "Sweeps of free chains, in each step."),
      ConfigurationKey(
        "temperatures", \.settings.temperatures, .from(2, to: 1024),
        "`tempered`: replicas of each chain, from an infinite temperature to 1 in equal steps of 1/T."),
      ConfigurationKey(
        "centring", \.settings.centring, .from(0, to: 1),
        "How fast the means that products of spins are centred by follow the mini-batches; 0: not centred."),
      ConfigurationKey("labels", \.settings.labels, "Sweeps of chains that are clamped to an image, when its label is read."),
      ConfigurationKey("partition", \.settings.partition, "How ln Z is estimated, for the likelihood of images."),
    ]
  }

  /// Fills in what follows from the data set, and checks what concerns several keys.
  mutating func resolve(data: (shape: ImageShape, classes: Int), _ reader: ConfigurationReader) throws {
    machine.input = data.shape
    machine.classes = data.classes
    do {
      _ = try BoltzmannLayout(machine)
    } catch let error as NetworkError { throw reader.failure(error.description) }
    guard settings.estimator != .contrastive || settings.chains == nil else {
      throw reader["chains"].failure("`contrastive` begins a chain at each image; leave it out")
    }
  }
}

extension BoltzmannGraph: ConfigurationValue {
  static var form: String {
    "`restricted`, `complete`, `layered`, `bilayer:SIDE:JUMPS`, `chimera:SIZE`, `pegasus:SIZE`, `zephyr:SIZE`, or a problem's file"
  }
}

extension BoltzmannDescription.Binarisation: ConfigurationValue {}
extension BoltzmannSettings.Estimator: ConfigurationValue {}

extension BoltzmannSettings.Sweeps: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("warmUp", \.warmUp, .from(0, to: 1_000_000), "Sweeps before the first state that counts."),
      ConfigurationKey("samples", \.samples, .from(1, to: 1_000_000), "States that are averaged."),
      ConfigurationKey("interval", \.interval, .from(1, to: 1_000_000), "Sweeps from one of them to the next."),
    ]
  }
}

extension PartitionSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("runs", \.runs, .from(1, to: 1 << 20), "Runs of annealed importance sampling, and of those in reverse."),
      ConfigurationKey("steps", \.steps, .from(1, to: 10_000_000), "Intermediate distributions of a run."),
      ConfigurationKey(
        "rounds", \.rounds, .from(0, to: 30),
        "Rounds of parallel tempering, which estimates ln Z once more, and from whose samples runs go in reverse; 0: none."),
      ConfigurationKey(
        "temperatures", \.temperatures, .from(2, to: 1023), "Temperatures of the tempering, besides an infinite one."),
      ConfigurationKey("hottest", \.hottest, .above(1), "The highest of them."),
    ]
  }
}

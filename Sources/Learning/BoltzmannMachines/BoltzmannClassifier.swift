import Kernels
import Networks
import Parallel

/// What a Boltzmann machine says of images: their classes, if it has learned labels, or else their log-likelihood.
///
/// Pixels are clamped to an image, a lane each. Labels are read off the chains of the other spins; the class whose spins are up most often is
/// the prediction. Without labels, the loss of an image is `−ln p(v)` in nats, where
/// `ln p(v) = Σ_i h_i v_i + Σ_j ln 2 cosh(h_j + Σ_i J_ij v_i) − ln Z`.
public final class BoltzmannClassifier: Classifier {
  private let layout: BoltzmannLayout
  private let parameters: AlignedBuffer<Float>
  private let settings: BoltzmannSettings
  private let seed: UInt64
  private let images: BinaryImages
  private let machine: ProgrammedReplicas
  private let places: [Int32]
  /// Images that are classified together.
  private let capacity: Int
  private var isProgrammed = false
  private var partition: [PartitionEstimate] = []

  /// - Parameters:
  ///   - parameters: may be shared with a learner.
  ///   - capacity: images that are classified together, at most.
  /// - Throws: `NetworkError` where neither a class nor a likelihood can be told.
  public init(
    _ layout: BoltzmannLayout, parameters: AlignedBuffer<Float>, settings: BoltzmannSettings, capacity: Int, seed: UInt64
  ) throws {
    guard layout.description.spinsPerClass > 0 || layout.isRestricted else {
      throw NetworkError(
        "boltzmann.spinsPerClass: without labels, an evaluation is the likelihood of images, and hidden spins that are coupled with each other "
          + "have none in closed form; set spinsPerClass, or take graph `restricted`")
    }
    self.layout = layout
    self.parameters = parameters
    self.settings = settings
    self.capacity = capacity
    self.seed = seed
    images = BinaryImages(layout, seed: seed, member: 1)
    let isFixed = (0..<layout.spinCount).map { $0 < layout.pixelCount }
    let words = Philox(seed: seed, .evaluation).block(SIMD4(0, 0, 0, 0))
    machine = ProgrammedReplicas(
      pairs: layout.pairs, spinCount: layout.spinCount, isFixed: isFixed, seed: UInt64(words.x) | UInt64(words.y) << 32)
    places = machine.layout.places(of: layout.spinCount)
  }

  public func parametersChanged() { isProgrammed = false }
  public var tellsClasses: Bool { layout.description.spinsPerClass > 0 }
  public var partitionEstimates: [PartitionEstimate] { tellsClasses ? [] : partition }

  /// ln Z, from which likelihoods are counted. Its runs begin at spins that are like these images. Collective.
  public func prepare(for images: any TrainingImages, over grid: ProcessGrid?) throws {
    guard !tellsClasses else { return }
    let base = VisibleMeans(layout, self.images).fields(of: images)
    let function = PartitionFunction(layout: layout, parameters: parameters, settings: settings.partition, seed: seed)
    partition = try function.estimates(base: base, over: grid)
  }

  public func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification {
    if !isProgrammed {
      guard machine.program(parameters) else {
        throw NetworkError("a coupling or field of the Boltzmann machine is not finite; take another checkpoint")
      }
      isProgrammed = true
    }
    let padded = (capacity + 15) / 16 * 16
    let chains = BoltzmannChains(machine, first: 0, count: labels.count, seed: seed, firstReplica: first / capacity * padded)
    chains.randomise(seed: seed)
    for sample in 0..<labels.count {
      let spins = images.spins(pixels, sample: sample, label: nil, number: first + sample)
      chains.states.clamp(spins, lane: sample, places: places)
    }
    return tellsClasses ? readLabels(chains, labels) : likelihoods(chains, labels)
  }

  private func readLabels(_ chains: BoltzmannChains, _ labels: ArraySlice<Int>) -> Classification {
    let description = layout.description
    var up = [[Int]](repeating: [Int](repeating: 0, count: description.classes), count: labels.count)
    chains.run(settings.labels, step: 0) { states in
      for label in 0..<description.classes {
        for spin in layout.spins(ofClass: label) {
          for sample in 0..<labels.count where !states.isDown(place: Int(places[spin]), lane: sample) { up[sample][label] += 1 }
        }
      }
    }
    var result = Classification()
    let samples = Float(settings.labels.samples * description.spinsPerClass)
    for (sample, label) in labels.enumerated() {
      result.append(up[sample].map { Float($0) / samples }, label: label, cost: .squaredError)
    }
    result.sweeps = labels.count * settings.labels.total
    return result
  }

  private func likelihoods(_ chains: BoltzmannChains, _ labels: ArraySlice<Int>) -> Classification {
    let lanes = chains.states.paddedLaneCount
    let free = machine.layout.free
    let fields = AlignedBuffer<Int32>(count: free.count * lanes)
    machine.readFields(of: chains.states, at: 0..<free.count, into: fields)
    let logZ = partition.first?.logZ.value ?? 0
    var result = Classification()
    for (sample, label) in labels.enumerated() {
      var sum = -logZ
      for spin in 0..<layout.pixelCount {
        let field = Double(parameters[layout.fields.offset + spin])
        sum += chains.states.isDown(place: Int(places[spin]), lane: sample) ? -field : field
      }
      for place in free.indices {
        sum += AnnealedImportance.logTwoCosh(Float(Double(fields[place * lanes + sample]) * machine.unit))
      }
      result.losses.append(-sum)
      result.predictions.append(0)
      result.labels.append(label)
    }
    return result
  }
}

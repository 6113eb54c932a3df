import Foundation
import Kernels
import Networks

@testable import Learning

/// A Boltzmann machine with parameters drawn at random, and what it is by enumeration of all its states, in double precision.
struct ExactMachine {
  let layout: BoltzmannLayout
  let parameters: AlignedBuffer<Float>

  /// - Parameters:
  ///   - size: of images.
  ///   - gain: couplings are uniform in ±gain/√neighbours.
  init(
    _ graph: BoltzmannGraph, rows: Int, columns: Int, hidden: [Int], spinsPerClass: Int = 0, gain: Float = 2, seed: UInt64 = 3
  ) throws {
    var description = BoltzmannDescription(input: ImageShape(channels: 1, rows: rows, columns: columns), classes: 2)
    description.graph = graph
    description.hidden = hidden
    description.spinsPerClass = spinsPerClass
    description.couplingGain = gain
    layout = try BoltzmannLayout(description)
    parameters = layout.initialParameters(seed: seed)
    var random = Philox(seed: seed, stream: 9).sequence()
    for spin in 0..<layout.spinCount { parameters[layout.fields.offset + spin] = 0.6 * (2 * random.uniform() - 1) }
  }

  /// Images that are not noise: stripes, some pixels of which are turned.
  func images(_ count: Int) -> [Float] {
    (0..<count).flatMap { number -> [Float] in
      var random = Philox(seed: 8, stream: UInt32(number)).sequence()
      return (0..<layout.pixelCount).map { pixel in
        let stripe = (pixel / 2 + number) % 2 == 0
        return (random.uniform() < 0.15) != stripe ? 1 : 0
      }
    }
  }

  func coupling(_ pair: Int) -> Double { Double(parameters[pair]) }
  func field(_ spin: Int) -> Double { Double(parameters[layout.fields.offset + spin]) }

  private func minusEnergy(_ state: [Double]) -> Double {
    var sum = 0.0
    for (pair, ends) in layout.pairs.enumerated() { sum += coupling(pair) * state[Int(ends.0)] * state[Int(ends.1)] }
    for spin in state.indices { sum += field(spin) * state[spin] }
    return sum
  }

  /// `ln Σ exp(−E)` over all spins that are not given, and the mean products that are the parameters' slopes.
  func averages(given: [Double] = []) -> (logZ: Double, slopes: [Double]) {
    let open = layout.spinCount - given.count
    var (sum, slopes) = (0.0, [Double](repeating: 0, count: layout.parameterCount))
    let shift = minusEnergy(given + [Double](repeating: 1, count: open))
    for number in 0..<1 << open {
      let state = given + (0..<open).map { number >> $0 & 1 == 1 ? 1 : -1 }
      let weight = exp(minusEnergy(state) - shift)
      sum += weight
      for (pair, ends) in layout.pairs.enumerated() { slopes[pair] += weight * state[Int(ends.0)] * state[Int(ends.1)] }
      for spin in state.indices { slopes[layout.fields.offset + spin] += weight * state[spin] }
    }
    return (shift + log(sum), slopes.map { $0 / sum })
  }

  /// `ln Z` and the slopes of a restricted machine, over the states of its visible spins.
  func restrictedAverages(given: [Double]? = nil) -> (logZ: Double, slopes: [Double]) {
    let (visible, spins) = (layout.visibleCount, layout.spinCount)
    var (sum, slopes, greatest) = (0.0, [Double](repeating: 0, count: layout.parameterCount), 0.0)
    func add(_ state: [Double], isFirst: Bool) {
      var drive = (visible..<spins).map(field)
      for (pair, ends) in layout.pairs.enumerated() { drive[Int(ends.1) - visible] += coupling(pair) * state[Int(ends.0)] }
      var exponent = drive.reduce(0) { $0 + log(2 * cosh($1)) }
      for spin in 0..<visible { exponent += field(spin) * state[spin] }
      if isFirst { greatest = exponent }
      let weight = exp(exponent - greatest)
      sum += weight
      let means = drive.map { weight * tanh($0) }
      for (pair, ends) in layout.pairs.enumerated() { slopes[pair] += state[Int(ends.0)] * means[Int(ends.1) - visible] }
      for spin in 0..<visible { slopes[layout.fields.offset + spin] += weight * state[spin] }
      for (hidden, mean) in means.enumerated() { slopes[layout.fields.offset + visible + hidden] += mean }
    }
    if let given {
      add(given, isFirst: true)
    } else {
      for number in 0..<1 << visible {
        add((0..<visible).map { number >> $0 & 1 == 1 ? 1 : -1 }, isFirst: number == 0)
      }
    }
    return (greatest + log(sum), slopes.map { $0 / sum })
  }

  /// The mean log-likelihood of some images, and its slopes.
  func logLikelihood(_ images: [Float], isRestricted: Bool) -> (value: Double, slopes: [Double]) {
    let model = isRestricted ? restrictedAverages() : averages()
    let count = images.count / layout.pixelCount
    var (value, slopes) = (-model.logZ, model.slopes.map { -$0 })
    for image in 0..<count {
      let given = images[image * layout.pixelCount..<(image + 1) * layout.pixelCount].map { $0 > 0.5 ? 1.0 : -1.0 }
      let data = isRestricted ? restrictedAverages(given: given) : averages(given: given)
      value += data.logZ / Double(count)
      for place in slopes.indices { slopes[place] += data.slopes[place] / Double(count) }
    }
    return (value, slopes)
  }

  /// The gradient as a learner estimates it, of `−ln p`.
  func estimate(
    _ settings: BoltzmannSettings, images: [Float], prepare: (BoltzmannLearner) throws -> Void = { _ in }
  ) throws -> [Double] {
    let count = images.count / layout.pixelCount
    var learning = LearningSettings()
    learning.batch = .init(size: count, shard: count)
    let learner = try BoltzmannLearner(layout, parameters: parameters, settings: settings, learning: learning, seed: 5)
    try prepare(learner)
    let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
    let labels = [Int](repeating: 0, count: count)
    _ = try learner.addGradient(
      of: MicroShard(pixels: images, labels: labels[...], index: 0, batch: count, step: 1), into: [gradient])
    return (0..<layout.parameterCount).map { Double(gradient[$0]) }
  }

  static func cosine(_ a: [Double], _ b: [Double]) -> Double {
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }
}

import Foundation
import Kernels
import Networks
import TestTools
import Testing

@testable import Learning

/// Gradients of the log-likelihood by sampling against those by enumeration.
@Suite struct LikelihoodGradientTests {
  /// What a finite difference of the exact log-likelihood is, the enumerated slopes are: the reference of all else here.
  @Test func slopesAreThoseOfTheLogLikelihood() throws {
    for (exact, isRestricted) in [
      (try ExactMachine(.restricted, rows: 2, columns: 3, hidden: [4]), true),
      (try ExactMachine(.complete, rows: 2, columns: 3, hidden: [4]), false),
      (try ExactMachine(.layered, rows: 2, columns: 2, hidden: [3, 3]), false),
    ] {
      let images = exact.images(3)
      let slopes = exact.logLikelihood(images, isRestricted: isRestricted).slopes
      for place in stride(from: 0, to: exact.layout.parameterCount, by: 3) {
        let kept = exact.parameters[place]
        func value(_ shift: Float) -> (Double, Double) {
          exact.parameters[place] = kept + shift
          return (exact.logLikelihood(images, isRestricted: isRestricted).value, Double(exact.parameters[place]))
        }
        let (above, below) = (value(0.01), value(-0.01))
        exact.parameters[place] = kept
        expectClose((above.0 - below.0) / (above.1 - below.1), slopes[place], absolute: 1e-4)
      }
    }
  }

  /// 20 hidden spins, 10⁵ samples of each average.
  @Test(arguments: [BoltzmannSettings.Estimator.persistent, .tempered, .restarted])
  func aRestrictedMachinesGradientIsTheExactOne(_ estimator: BoltzmannSettings.Estimator) throws {
    let exact = try ExactMachine(.restricted, rows: 4, columns: 4, hidden: [20])
    let images = exact.images(16)
    let wanted = exact.logLikelihood(images, isRestricted: true).slopes.map { -$0 }
    let found = try exact.estimate(Self.settings(estimator), images: images)
    #expect(ExactMachine.cosine(found, wanted) >= 0.999)
    expectClose(Self.norm(found), Self.norm(wanted), relative: 0.02)
  }

  /// Any graph: hidden spins that are coupled with each other.
  @Test(arguments: [BoltzmannGraph.complete, .layered])
  func anyMachinesGradientIsTheExactOne(_ graph: BoltzmannGraph) throws {
    let exact = try ExactMachine(graph, rows: 2, columns: 3, hidden: graph == .layered ? [4, 3] : [5], gain: 1)
    let images = exact.images(8)
    let wanted = exact.logLikelihood(images, isRestricted: false).slopes.map { -$0 }
    var settings = Self.settings(.persistent)
    settings.data = .init(warmUp: 20, samples: 6400)
    let found = try exact.estimate(settings, images: images)
    #expect(ExactMachine.cosine(found, wanted) >= 0.999)
    expectClose(Self.norm(found), Self.norm(wanted), relative: 0.02)
  }

  /// What is wrong fails the test above: chains of couplings that have changed since, the two averages exchanged, chains that begin at the
  /// data and hardly leave it, and one temperature for another.
  @Test func brokenEstimatesAreFarFromTheExactOne() throws {
    let exact = try ExactMachine(.restricted, rows: 4, columns: 4, hidden: [20])
    let images = exact.images(16)
    let wanted = exact.logLikelihood(images, isRestricted: true).slopes.map { -$0 }
    func cosine(_ found: [Double]) -> Double { ExactMachine.cosine(found, wanted) }

    let right = try exact.estimate(Self.settings(.persistent), images: images)
    #expect(cosine(right.map { -$0 }) < -0.99)

    var contrastive = Self.settings(.contrastive)
    contrastive.model = .init(samples: 1)
    contrastive.data = .init(samples: 6400)
    #expect(cosine(try exact.estimate(contrastive, images: images)) < 0.999)

    // The couplings of the machine change behind its back.
    let stale = try exact.estimate(Self.settings(.persistent), images: images) { learner in
      let (blank, labels) = (AlignedBuffer<Float>(count: exact.layout.parameterCount), [Int](repeating: 0, count: 16))
      for pair in exact.layout.pairs.indices { exact.parameters[pair] *= 0.8 }
      _ = try learner.addGradient(
        of: MicroShard(pixels: images, labels: labels[...], index: 0, batch: 16, step: 0), into: [blank])
      for pair in exact.layout.pairs.indices { exact.parameters[pair] /= 0.8 }
    }
    #expect(cosine(stale) < 0.999)
  }

  /// Centring changes the way and not the goal: its gradient is the derivative in coordinates of spins less their means.
  @Test func centredGradientsVanishTogetherWithPlainOnes() throws {
    let exact = try ExactMachine(.complete, rows: 2, columns: 2, hidden: [2])
    let layout = exact.layout
    let plain = exact.averages().slopes
    let means: [Float] = (0..<layout.spinCount).map { 0.05 * Float($0) - 0.1 }
    let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
    for place in plain.indices { gradient[place] = Float(plain[place]) }
    let centring = CentredGradient(layout, rate: 0.1)
    centring.centre(gradient, means: means)
    // Its product with any other gradient transformed back is that of the plain ones: steps go uphill.
    let product = plain.indices.reduce(0.0) { $0 + plain[$1] * Double(gradient[$1]) }
    #expect(product > 0)
    for (pair, ends) in layout.pairs.enumerated() {
      let (a, b) = (Int(ends.0), Int(ends.1))
      let (first, second): (Double, Double) = (Double(means[a]), Double(means[b]))
      let slope: Double = plain[pair] - first * plain[layout.fields.offset + b] - second * plain[layout.fields.offset + a]
      expectClose(Double(gradient[pair]), slope, absolute: 1e-6)
    }
    #expect(centring.means == means)
    centring.centre(gradient, means: [Float](repeating: 1, count: layout.spinCount))
    expectClose(Double(centring.means[0]), -0.1 + 0.1 * 1.1, absolute: 1e-6)
  }

  /// With two learning rates the steps, and not the gradients, are those of centred coordinates: `h + Σ J μ` moves as its own slope says.
  @Test(arguments: [Float(0.25), 1, 5])
  func centredStepsKeepToTheirCoordinates(_ fieldRate: Float) throws {
    let exact = try ExactMachine(.complete, rows: 2, columns: 2, hidden: [2])
    let layout = exact.layout
    let plain = exact.averages().slopes
    let means: [Float] = (0..<layout.spinCount).map { 0.2 * Float($0) - 0.4 }
    let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
    for place in plain.indices { gradient[place] = Float(plain[place]) }
    CentredGradient(layout, rate: 0.1, ratio: 1 / fieldRate).centre(gradient, means: means)
    for spin in 0..<layout.spinCount {
      var moved = fieldRate * gradient[layout.fields.offset + spin]
      for (pair, ends) in layout.pairs.enumerated() where Int(ends.0) == spin || Int(ends.1) == spin {
        moved += gradient[pair] * means[Int(ends.0) == spin ? Int(ends.1) : Int(ends.0)]
      }
      expectClose(Double(moved), Double(fieldRate) * plain[layout.fields.offset + spin], absolute: 1e-5)
    }
  }

  private static func settings(_ estimator: BoltzmannSettings.Estimator) -> BoltzmannSettings {
    var settings = BoltzmannSettings()
    settings.estimator = estimator
    settings.temperatures = 4
    settings.chains = estimator == .contrastive ? nil : 64
    settings.data = .init(samples: 6400)
    settings.model = .init(warmUp: 100, samples: 3200)
    return settings
  }

  private static func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

import Foundation
import Kernels
import Networks
import TestTools
import Testing

@testable import Learning

/// ln Z by sampling against enumeration.
@Suite struct PartitionTests {
  private static func base(_ exact: ExactMachine) -> [Float] {
    (0..<exact.layout.visibleCount).map { 0.4 * Float($0 % 3) - 0.4 }
  }

  /// All methods, of a restricted machine with 20 hidden spins.
  @Test func everyMethodFindsTheExactLogZ() throws {
    let exact = try ExactMachine(.restricted, rows: 4, columns: 4, hidden: [20])
    let wanted = exact.restrictedAverages().logZ
    var settings = PartitionSettings()
    (settings.steps, settings.rounds, settings.temperatures, settings.hottest) = (2000, 11, 12, 20)
    let function = PartitionFunction(layout: exact.layout, parameters: exact.parameters, settings: settings, seed: 3)
    let estimates = try function.estimates(base: Self.base(exact), over: nil)
    #expect(estimates.map(\.method) == [.enumeration, .annealing, .tempering, .reverse])
    expectClose(estimates[0].logZ.value, wanted, absolute: 1e-6)
    for estimate in estimates.dropFirst() {
      expectClose(estimate.logZ.value, wanted, absolute: 0.1, "\(estimate.method)")
      #expect(estimate.logZ.error > 0 && estimate.logZ.error < 0.1)
    }
  }

  /// A machine whose hidden spins are coupled: weights of all spins.
  @Test func anyMachinesLogZIsFound() throws {
    let exact = try ExactMachine(.complete, rows: 2, columns: 4, hidden: [4], gain: 1)
    #expect(!exact.layout.isRestricted)
    var settings = PartitionSettings()
    settings.steps = 1000
    let annealing = AnnealedImportance(
      exact.layout, parameters: exact.parameters, base: Self.base(exact), settings: settings, seed: 3)
    expectClose(try annealing.forward(over: nil).value, exact.averages().logZ, absolute: 0.1)
  }

  /// A few steps do not do, and the two directions err to two sides: a test that a broken run fails.
  @Test func tooFewStepsErrToTwoSides() throws {
    let exact = try ExactMachine(.restricted, rows: 4, columns: 4, hidden: [20], gain: 6)
    let wanted = exact.restrictedAverages().logZ
    var settings = PartitionSettings()
    (settings.runs, settings.steps) = (32, 1)
    let annealing = AnnealedImportance(
      exact.layout, parameters: exact.parameters, base: Self.base(exact), settings: settings, seed: 3)
    #expect(try annealing.forward(over: nil).value < wanted - 0.1)
    // Samples of the machine by many sweeps.
    let machine = ProgrammedReplicas(pairs: exact.layout.pairs, spinCount: exact.layout.spinCount, seed: 8)
    #expect(machine.program(exact.parameters))
    let chains = BoltzmannChains(machine, first: 0, count: 32, seed: 1)
    chains.randomise(seed: 2)
    chains.run(.init(warmUp: 3000), step: 0) { _ in }
    let spins = chains.spins
    let samples = (0..<32).map { Array(spins[$0 * exact.layout.spinCount..<($0 + 1) * exact.layout.spinCount]) }
    #expect(try annealing.reverse(from: samples, over: nil).value > wanted + 0.1)
  }

  @Test func ratesRiseFromZeroToOne() {
    let inverseTemperatures = AnnealedImportance.inverseTemperatures(steps: 14_500)
    #expect(
      inverseTemperatures.first == 0 && inverseTemperatures.last == 1
        && zip(inverseTemperatures, inverseTemperatures.dropFirst()).allSatisfy { $0 < $1 })
    #expect(inverseTemperatures.count { $0 <= 0.5 } == 501 && inverseTemperatures.count { $0 > 0.5 && $0 <= 0.9 + 1e-9 } == 4000)
  }

  @Test func meansOfWeightsAreTakenInLogarithms() {
    let mean = AnnealedImportance.logMean([1000, 1000 + log(3)])
    expectClose(mean.value, 1000 + log(2), absolute: 1e-9)
    // Weights 1 and 3: variance 2, of their mean 1, relative to 2.
    expectClose(mean.error, 0.5, absolute: 1e-9)
  }

  /// Likelihoods of all images of four pixels are those of a distribution.
  @Test func likelihoodsSumToOne() throws {
    let exact = try ExactMachine(.restricted, rows: 2, columns: 2, hidden: [3])
    let pixels = (0..<16).flatMap { number in (0..<4).map { Float(number >> $0 & 1) } }
    let classifier = try BoltzmannClassifier(
      exact.layout, parameters: exact.parameters, settings: BoltzmannSettings(), capacity: 16, seed: 1)
    try classifier.prepare(for: FixedImages(pixels: pixels, size: 4), over: nil)
    let result = try classifier.classify(pixels, labels: [Int](repeating: 0, count: 16)[...], first: 0)
    expectClose(result.losses.reduce(0) { $0 + exp(-$1) }, 1, absolute: 1e-5)
    for number in [0, 5, 12] {
      let given = (0..<4).map { number >> $0 & 1 == 1 ? 1.0 : -1.0 }
      let wanted = exact.averages().logZ - exact.averages(given: given).logZ
      expectClose(result.losses[number], wanted, absolute: 1e-4)
    }
  }
}

/// Images that are given.
struct FixedImages: TrainingImages {
  let pixels: [Float]
  let size: Int
  var count: Int { pixels.count / size }

  func order(epoch: Int) -> [Int] { Array(0..<count) }

  func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int]) {
    pixels = indices.flatMap { self.pixels[$0 * size..<($0 + 1) * size] }
    labels = indices.map { _ in 0 }
  }
}

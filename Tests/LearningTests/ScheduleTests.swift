import Foundation
import TestTools
import Testing

@testable import Learning

@Suite struct ScheduleTests {
  private func factors(_ epochs: [Double], of total: Int = 10, _ change: (inout ScheduleSettings) -> Void) -> [Double] {
    var settings = ScheduleSettings()
    change(&settings)
    return epochs.map { Double(settings.factor(at: $0, of: total)) }
  }

  @Test func constant() {
    expectClose(factors([0, 3.5, 100]) { _ in }, [1, 1, 1], absolute: 1e-6)
  }

  @Test func step() {
    expectClose(
      factors([0, 2.9, 3, 5.99, 6, 9]) {
        $0.kind = .step
        $0.every = 3
        $0.factor = 0.5
      }, [1, 1, 0.5, 0.5, 0.25, 0.125], absolute: 1e-6)
  }

  @Test func exponential() {
    expectClose(
      factors([0, 1, 0.5, 3]) {
        $0.kind = .exponential
        $0.factor = 0.81
      }, [1, 0.81, 0.9, 0.81 * 0.81 * 0.81], absolute: 1e-6)
  }

  /// From 1 to the floor, and no further.
  @Test func cosine() {
    expectClose(
      factors([0, 2.5, 5, 10, 12]) {
        $0.kind = .cosine
        $0.floor = 0.2
      }, [1, 0.2 + 0.4 * (1 + 0.5.squareRoot()), 0.6, 0.2, 0.2], absolute: 1e-6)
  }

  /// A warm-up rises from zero, and the schedule begins after it.
  @Test(arguments: ScheduleSettings.Kind.allCases) func warmUp(_ kind: ScheduleSettings.Kind) {
    expectClose(
      factors([0, 0.5, 1, 2]) {
        $0.kind = kind
        $0.warmUp = 2
        $0.every = 1
      }, [0, 0.25, 0.5, 1], absolute: 1e-6)
    let later: [ScheduleSettings.Kind: Double] = [.constant: 1, .step: 0.01, .exponential: 0.01, .cosine: (1 + cos(.pi / 4)) / 2]
    expectClose(
      factors([4]) {
        $0.kind = kind
        $0.warmUp = 2
        $0.every = 1
      }, [later[kind]!], absolute: 1e-6)
  }

  /// A training that is all warm-up divides by no zero.
  @Test func nothingButWarmUp() {
    expectClose(
      factors([9.5, 10]) {
        $0.kind = .cosine
        $0.warmUp = 10
        $0.floor = 0.1
      }, [0.95, 1], absolute: 1e-6)
  }
}

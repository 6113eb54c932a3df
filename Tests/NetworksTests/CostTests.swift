import Foundation
import TestTools
import Testing

@testable import Networks

@Suite struct CostTests {
  private let field: [Float] = [0.5, -1, 2, 0.25]

  private func softmax(_ values: [Float]) -> [Double] {
    let weights = values.map { exp(Double($0)) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  private func relaxed(_ cost: Cost, from output: [Float], nudge: Float) -> [Float] {
    var output = output
    cost.relax(&output, field: field, label: 1, nudge: nudge)
    return output
  }

  @Test func values() {
    #expect(Cost.squaredError.value(prediction: [0, 0.5, 1], label: 2) == 0.125)
    #expect(Cost.signedSquaredError.value(prediction: [-1, 0.5, 1], label: 2) == 1.125)
    #expect(Cost.signedSquaredError.slope(prediction: [-1, 0.5, 0], label: 2) == [0, 1.5, -1])
    for cost in [Cost.crossEntropy, .crossEntropyReadout] {
      #expect(abs(cost.value(prediction: field, label: 2) + log(softmax(field)[2])) < 1e-12)
      expectClose(cost.value(prediction: [1000, 0, -1000], label: 1), 1000, absolute: 1e-9, "no overflow")
    }
  }

  /// Targets add up to those of one class, and have the mean over the classes that is asked for.
  @Test func smoothedLabels() {
    func targets(_ cost: Cost) -> [Float] { (0..<4).map { cost.target($0, 2, of: 4) } }
    #expect(targets(Cost(.squaredError, smoothing: 0.5)) == [0.125, 0.125, 0.625, 0.125])
    #expect(targets(Cost(.crossEntropy, smoothing: 0.5)) == [0.125, 0.125, 0.625, 0.125])
    #expect(targets(Cost(.signedSquaredError, smoothing: 0.5)) == [-0.75, -0.75, 0.25, -0.75])
    #expect(targets(.signedSquaredError) == [-1, -1, 1, -1])
    #expect(Cost(.squaredError, smoothing: 0.5).value(prediction: [0.125, 0.125, 0.125, 0.625], label: 2) == 0.25)
    let logarithms = softmax(field).map { log($0) }
    let expected = -0.125 * logarithms.reduce(0, +) - 0.5 * logarithms[2]
    for kind in [Cost.Kind.crossEntropy, .crossEntropyReadout] {
      expectClose(Cost(kind, smoothing: 0.5).value(prediction: field, label: 2), expected, absolute: 1e-6)
    }
  }

  /// The slope is the derivative of the value, and the output relaxes along it.
  @Test(arguments: Cost.Kind.allCases, [Float(0), 0.25]) func slopesAreDerivatives(_ kind: Cost.Kind, _ smoothing: Float) {
    let cost = Cost(kind, smoothing: smoothing)
    let slope = cost.slope(prediction: field, label: 1)
    for unit in field.indices {
      var (above, below) = (field, field)
      above[unit] += 0x1p-7
      below[unit] -= 0x1p-7
      let difference = cost.value(prediction: above, label: 1) - cost.value(prediction: below, label: 1)
      expectClose(difference * 0x1p6, Double(slope[unit]), absolute: 1e-4)
    }
    let moved = relaxed(cost, from: field, nudge: 0.5)
    for unit in field.indices {
      let expected: Float =
        switch kind {
        case .squaredError, .signedSquaredError: field[unit] - slope[unit] * 0.5 / 1.5
        case .crossEntropy: field[unit] - 0.5 * slope[unit]
        case .crossEntropyReadout: -0.5 * slope[unit]
        }
      expectClose(moved[unit], expected, absolute: 1e-6)
    }
    guard !cost.isReadout else { return }
    var force = field
    cost.addForce(of: field, to: &force, label: 1, nudge: 0.5)
    for unit in field.indices { #expect(abs(force[unit] - field[unit] + 0.5 * slope[unit]) < 1e-6) }
  }

  @Test func aFreeOutputFollowsItsField() {
    for cost in [Cost.squaredError, .signedSquaredError, .crossEntropy] {
      #expect(relaxed(cost, from: [9, 9, 9, 9], nudge: 0) == field)
    }
    #expect(relaxed(.crossEntropyReadout, from: [9, 9, 9, 9], nudge: 0) == [0, 0, 0, 0], "a read-out sends nothing down")
  }

  /// `F = ½‖o‖² − ⟨o, z⟩ + βC` has no slope where the output settles.
  @Test(arguments: [Float(0.5), -0.5, 1.5]) func nudgedOutputsAreStationary(_ nudge: Float) {
    for (cost, wrong) in [(Cost.squaredError, Float(0)), (.signedSquaredError, -1)] {
      let squared = relaxed(cost, from: [0, 0, 0, 0], nudge: nudge)
      for unit in 0..<4 {
        let slope = squared[unit] - field[unit] + nudge * (squared[unit] - (unit == 1 ? 1 : wrong))
        #expect(abs(slope) < 1e-5)
      }
    }
    var output = field
    for _ in 0..<500 { output = relaxed(.crossEntropy, from: output, nudge: nudge) }
    let probabilities = softmax(output)
    for unit in 0..<4 {
      let slope = Double(output[unit] - field[unit]) + Double(nudge) * (probabilities[unit] - (unit == 1 ? 1 : 0))
      #expect(abs(slope) < 1e-5)
    }
  }

  @Test func aReadOutSendsItsErrorDown() {
    let sent = relaxed(.crossEntropyReadout, from: [0, 0, 0, 0], nudge: 0.5)
    for (unit, probability) in softmax(field).enumerated() {
      expectClose(Double(sent[unit]), 0.5 * ((unit == 1 ? 1 : 0) - probability), absolute: 1e-6)
    }
  }
}

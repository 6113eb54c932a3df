import Foundation
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
      #expect(abs(cost.value(prediction: [1000, 0, -1000], label: 1) - 1000) < 1e-9, "no overflow")
    }
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
      #expect(abs(Double(sent[unit]) - 0.5 * ((unit == 1 ? 1 : 0) - probability)) < 1e-6)
    }
  }
}

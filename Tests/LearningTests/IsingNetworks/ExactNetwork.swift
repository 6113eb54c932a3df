import Foundation
import Kernels
import Networks

@testable import Learning

/// A small Ising network with parameters drawn at random, and what it is by enumeration of all its states, in double precision.
struct ExactNetwork {
  let layout: IsingNetworkLayout
  let parameters: AlignedBuffer<Float>

  init(
    hidden: Int = 4, classes: Int = 2, spinsPerClass: Int = 2, graph: IsingNetworkDescription.Graph = .complete, seed: UInt64 = 3
  ) throws {
    layout = try IsingNetworkLayout(
      IsingNetworkDescription(
        input: ImageShape(channels: 1, rows: 2, columns: 3), classes: classes, hidden: hidden, spinsPerClass: spinsPerClass,
        graph: graph, inputGain: 2, couplingGain: 2))
    parameters = layout.initialParameters(seed: seed)
    var random = Philox(seed: seed, stream: 9).sequence()
    for spin in 0..<layout.spinCount { parameters[layout.bias.offset + spin] = 0.4 * (2 * random.uniform() - 1) }
  }

  static func image(_ number: Int) -> [Float] {
    var random = Philox(seed: 5, stream: UInt32(number)).sequence()
    return (0..<6).map { _ in random.uniform() }
  }

  func state(_ number: Int) -> [Double] { (0..<layout.spinCount).map { number >> $0 & 1 == 1 ? 1 : -1 } }

  /// `h`, with the nudge `β (t − m)` of a class, where `m` are the free averages.
  func fields(_ image: [Float], label: Int = 0, beta: Double = 0, averages: [Double] = []) -> [Double] {
    (0..<layout.spinCount).map { spin in
      var field = Double(parameters[layout.bias.offset + spin])
      if spin < layout.targetCount {
        for pixel in 0..<layout.pixelCount {
          let weight = parameters[layout.inputWeights.position(spin * layout.pixelCount + pixel)]
          field += Double(weight) * Double(image[pixel])
        }
      }
      if spin >= layout.description.hidden, beta != 0 {
        field += beta * ((layout.spins(ofClass: label).contains(spin) ? 1 : -1) - averages[spin])
      }
      return field
    }
  }

  func energy(_ state: [Double], fields: [Double]) -> Double {
    var energy = 0.0
    for (index, (one, other)) in layout.pairs.enumerated() {
      energy -= Double(parameters[layout.couplings.offset + index]) * state[Int(one)] * state[Int(other)]
    }
    for (spin, field) in fields.enumerated() { energy -= field * state[spin] }
    return energy
  }

  /// The state of the lowest energy.
  func groundState(fields: [Double]) -> [Double] {
    (0..<1 << layout.spinCount).map(state).min { energy($0, fields: fields) < energy($1, fields: fields) }!
  }

  /// `⟨s_i⟩` and `⟨s_i s_j⟩` of Boltzmann's distribution.
  func averages(fields: [Double], temperature: Double) -> (spins: [Double], pairs: [Double]) {
    var spins = [Double](repeating: 0, count: layout.spinCount)
    var pairs = [Double](repeating: 0, count: layout.pairs.count)
    var total = 0.0
    for number in 0..<1 << layout.spinCount {
      let state = state(number)
      let weight = exp(-energy(state, fields: fields) / temperature)
      total += weight
      for spin in spins.indices { spins[spin] += weight * state[spin] }
      for (index, (one, other)) in layout.pairs.enumerated() { pairs[index] += weight * state[Int(one)] * state[Int(other)] }
    }
    return (spins.map { $0 / total }, pairs.map { $0 / total })
  }

  /// The gradient of equilibrium propagation for one image, laid out as the parameters are.
  func gradient(_ image: [Float], label: Int, beta: Double, temperature: Double) -> [Double] {
    let free = averages(fields: fields(image), temperature: temperature).spins
    let above = averages(fields: fields(image, label: label, beta: beta, averages: free), temperature: temperature)
    let below = averages(fields: fields(image, label: label, beta: -beta, averages: free), temperature: temperature)
    var gradient = [Double](repeating: 0, count: layout.parameterCount)
    for spin in 0..<layout.spinCount {
      let slope = -(above.spins[spin] - below.spins[spin]) / (2 * beta)
      gradient[layout.bias.offset + spin] = slope
      guard spin < layout.targetCount else { continue }
      for pixel in 0..<layout.pixelCount {
        gradient[layout.inputWeights.position(spin * layout.pixelCount + pixel)] = slope * Double(image[pixel])
      }
    }
    for index in layout.pairs.indices {
      gradient[layout.couplings.offset + index] = -(above.pairs[index] - below.pairs[index]) / (2 * beta)
    }
    return gradient
  }
}

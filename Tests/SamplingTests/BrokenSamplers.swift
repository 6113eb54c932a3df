import Foundation
import Kernels

@testable import Sampling

/// A heat bath that visits one spin of one replica after the other, as it should be or with one fault.
final class SlowKernel: ReplicaKernel {
  enum Fault: String, CaseIterable, Sendable {
    case none
    /// All spins move at once, in the fields of the state before.
    case synchronousUpdate
    /// Replicas go on at the temperature that they had before the last swap.
    case staleTemperature
    /// Uniform numbers of 8 bits.
    case coarseNoise
    /// One random number for all replicas.
    case sharedNoise
  }

  let states: ReplicaStates
  let energyUnit = 1.0
  private let couplings: ReplicaCouplings
  private let fault: Fault
  private let layout: ReplicaLayout
  private var inverseTemperatures: [Double] = []
  private var temperatures: [UInt16] = []
  private let philox: Philox
  private let counter: LaneReplicas

  init(_ couplings: ReplicaCouplings, lanes: Int, seed: UInt64, fault: Fault) {
    self.couplings = couplings
    self.fault = fault
    layout = ReplicaLayout(whole: couplings)
    // Holds the states, and counts energies.
    counter = LaneReplicas(couplings, layout: layout, firstReplica: 0, laneCount: lanes, seed: seed)
    states = counter.states
    philox = Philox(seed: seed, stream: 5)
  }

  func take(inverseTemperatures: [Double]) { self.inverseTemperatures = inverseTemperatures }

  func assign(_ temperatures: [UInt16]) {
    if fault == .staleTemperature, !self.temperatures.isEmpty {
      (self.temperatures, pending) = (pending ?? self.temperatures, temperatures)
    } else {
      self.temperatures = temperatures
    }
  }

  private var pending: [UInt16]?

  func restart() {}

  func sweep(colour: Int, number: UInt32) {
    precondition(colour == 0 || fault != .synchronousUpdate)
    visit(layout.colourStarts[colour]..<layout.colourStarts[colour + 1], number)
  }

  func sweep(number: UInt32) { visit(0..<layout.free.count, number) }

  private func visit(_ places: Range<Int>, _ number: UInt32) {
    for lane in 0..<states.laneCount {
      var spins = [Int8](repeating: 1, count: couplings.spinCount)
      for (place, spin) in layout.free.enumerated() where states.isDown(place: place, lane: lane) { spins[spin] = -1 }
      let before = spins
      for place in places {
        let spin = layout.free[place]
        var field = couplings.fields[spin]
        for entry in couplings.row(spin) {
          let other = Int(couplings.neighbours[entry])
          field += couplings.couplings[entry] * Double(fault == .synchronousUpdate ? before[other] : spins[other])
        }
        let replica = fault == .sharedNoise ? 0 : UInt32(lane)
        let word = philox.block(SIMD4(UInt32(spin), replica, number, 0)).x
        let uniform = fault == .coarseNoise ? (Double(word >> 24) + 0.5) / 256 : (Double(word) + 0.5) * 0x1p-32
        let isUp = uniform < 1 / (1 + exp(-2 * field * inverseTemperatures[Int(temperatures[lane])]))
        spins[spin] = isUp ? 1 : -1
        states.set(place: place, lane: lane, isDown: !isUp)
      }
    }
  }

  func addEnergies(to energies: inout [Int64]) {
    counter.restart()
    var fine = [Int64](repeating: 0, count: energies.count)
    counter.addEnergies(to: &fine)
    for lane in energies.indices { energies[lane] += Int64((Double(fine[lane]) * counter.energyUnit).rounded()) }
  }
}

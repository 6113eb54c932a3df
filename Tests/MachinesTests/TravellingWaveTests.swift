import Foundation
import Kernels
import TestTools
import Testing

@testable import Machines

/// The round trip of pulses against the closed form of its amplifier. That it finds ground states is tested with all machines.
@Suite struct TravellingWaveTests {
  /// `b² + x²` is kept: what the signal has gained, `E sech(artanh(b/E) − E)`, is what the pump has lost.
  @Test(arguments: [Float(0.05), 0.2, 0.9]) func theAmplifierIsThatOfTheClosedForm(_ pump: Float) {
    let shape = ReplicaShape(spins: 40, replicas: 1)
    let (states, field) = (shape.plane(), shape.plane())
    let before = (0..<40).map { 0.01 + 0.035 * Float($0) }
    for (spin, amplitude) in before.enumerated() { states[spin] = spin % 2 == 0 ? amplitude : -amplitude }
    MachineSteps.travellingWave(
      states, field: field, noise: nil, MachineSteps.TravellingWave(loss: 0, pump: pump, coupling: 0, noise: 0, limit: 9))
    for (spin, amplitude) in before.enumerated() {
      let (x, b) = (Double(amplitude), Double(pump))
      let energy = (x * x + b * b).squareRoot()
      let expected = energy / cosh(atanh(b / energy) - energy)
      expectClose(Double(abs(states[spin])), expected, relative: 2e-6, "amplitude \(x)")
      #expect((states[spin] > 0) == (spin % 2 == 0))
    }
  }

  private func run(
    _ reference: ReferenceSystem, _ settings: TravellingWaveMachine.Settings, mode: [Float], steps: Int
  ) throws -> Double {
    let machine = TravellingWaveMachine(reference.system(), settings: settings)
    for (spin, amplitude) in mode.enumerated() { machine.states[spin * machine.system.shape.stride] = amplitude }
    for step in 0..<steps { try machine.step(MachineTime(step, of: steps)) }
    return Double(abs(machine.states[0]))
  }

  /// A single pulse oscillates from p = 1 on, and settles where the depleted gain is the loss.
  @Test func theThresholdOfOnePulse() throws {
    let alone = ReferenceSystem.pair(1)
    var settings = TravellingWaveMachine.Settings()
    (settings.coupling, settings.noise) = (0, 0)
    settings.pump = .constant(0.98)
    #expect(try run(alone, settings, mode: [0.01, 0], steps: 3000) < 1e-4)
    for pump in [1.02, 1.5, 2.5] {
      settings.pump = .constant(pump)
      let x = try run(alone, settings, mode: [0.01, 0], steps: 5000)
      let b = pump * Double(settings.loss)
      let energy = (b * b + x * x).squareRoot()
      #expect(x > 0.05)
      #expect(abs(cosh(energy) - b * sinh(energy) / energy - exp(-Double(settings.loss))) < 1e-6, "p = \(pump)")
    }
  }

  /// Coupled pulses oscillate from p = 1 + ln(1 − λε)/λ on, in their common mode.
  @Test func theThresholdOfTwoPulses() throws {
    var settings = TravellingWaveMachine.Settings()
    settings.noise = 0
    let loss = Double(settings.loss)
    let threshold = 1 + log(1 - loss * Double(settings.coupling)) / loss
    for (offset, isAbove) in [(-0.02, false), (0.02, true)] {
      settings.pump = .constant(threshold + offset)
      #expect(try (run(.pair(2), settings, mode: [1e-3, 1e-3], steps: 6000) > 3e-2) == isAbove)
      #expect(try run(.pair(2), settings, mode: [1e-3, -1e-3], steps: 300) < 1e-3)
    }
  }
}

import Foundation
import Kernels
import TestTools
import Testing

@testable import Machines

/// Every amplitude machine without noise against its equation in double precision, step by step.
@Suite struct TrajectoryTests {
  private let reference = ReferenceSystem.random(12, hasBias: true)
  private let steps = 40

  /// Runs a machine and its reference from the same state; `move` takes the reference's state one step on.
  private func compare<M: AmplitudeMachine>(
    _ machine: M, replicas: Int = 3, tolerance: Double = 2e-4, _ move: (inout [Double], MachineTime) -> Void
  ) throws {
    machine.start()
    var x = machine.column(1)
    #expect(x.contains { $0 != 0 })
    for step in 0..<steps {
      let time = MachineTime(step, of: steps)
      try machine.step(time)
      move(&x, time)
      #expect(greatestDifference(machine.column(1), x) < tolerance, "step \(step)")
    }
    #expect(machine.column(0) != machine.column(1), "replicas start in different states")
  }

  @Test func coherentIsing() throws {
    var settings = CoherentIsingMachine.Settings()
    settings.noise = 0
    try compare(CoherentIsingMachine(reference.system(), settings: settings)) { x, time in
      let (field, pump) = (reference.amplitudeField(x), settings.pump.value(at: time.fraction))
      for i in x.indices {
        let drift = (pump - 1 - x[i] * x[i]) * x[i] + Double(settings.coupling) * field[i] / reference.scale
        x[i] = min(max(x[i] + Double(settings.step) * drift, -1.5), 1.5)
      }
    }
  }

  @Test func adam() throws {
    var settings = AdamIsingMachine.Settings()
    settings.coherent.noise = 0
    settings.epsilon = 0.1
    var first = [Double](repeating: 0, count: 12)
    var second = first
    var steps = 0.0
    try compare(AdamIsingMachine(reference.system(), settings: settings)) { x, time in
      steps += 1
      let (field, pump) = (reference.amplitudeField(x), settings.coherent.pump.value(at: time.fraction))
      for i in x.indices {
        let drift = (pump - 1 - x[i] * x[i]) * x[i] + Double(settings.coherent.coupling) * field[i] / reference.scale
        first[i] = 0.9 * first[i] + 0.1 * drift
        second[i] = 0.999 * second[i] + 0.001 * drift * drift
        let mean = first[i] / (1 - pow(0.9, steps))
        let square = second[i] / (1 - pow(0.999, steps))
        x[i] = min(max(x[i] + Double(settings.coherent.step) * mean / (square.squareRoot() + 0.1), -1.5), 1.5)
      }
    }
  }

  @Test func heterogeneityCorrection() throws {
    let settings = AmplitudeHeterogeneityCorrection.Settings()
    var e = [Double](repeating: 1, count: 12)
    try compare(AmplitudeHeterogeneityCorrection(reference.system(), settings: settings)) { x, _ in
      let field = reference.amplitudeField(x)
      let mean = x.reduce(0) { $0 + $1 * $1 } / 12
      let target = 0.2 + 0.5 * (mean - 0.2)
      for i in x.indices {
        let square = x[i] * x[i]
        let moved = x[i] + 0.05 * ((0.6 - 1 - square) * x[i] + 0.3 * e[i] * field[i] / reference.scale)
        e[i] = min(max(e[i] - 0.05 * 0.3 * (square - target) * e[i], 1e-6), 32)
        x[i] = moved
      }
    }
  }

  @Test func chaoticAmplitudeControl() throws {
    var settings = ChaoticAmplitudeControl.Settings()
    settings.stepsPerLook = 1
    settings.acceleration = 0.05
    // Low enough that the hyperbolic tangent is not all or nothing.
    settings.sensitivity = 0.2
    let gain = Double(settings.gain(spins: 12))
    expectClose(gain, 0.8 - pow(12.0 / 220, 2), absolute: 1e-6)
    #expect(settings.gain(spins: 2000) == 0, "the fit ends at 800 spins, and would hold no amplitudes equal here")
    var e = [Double](repeating: 1, count: 12)
    var (best, rate) = (Double.infinity, 0.0)
    try compare(ChaoticAmplitudeControl(reference.system(), settings: settings)) { x, _ in
      let energy = reference.energy(reference.signs(x))
      let excess = best.isFinite ? (energy - best) / reference.scale : 0
      let target = 3 + 3 * tanh(0.2 * excess)
      rate += 0.05 * 0.05
      best = min(best, energy)
      let field = reference.amplitudeField(x)
      for i in x.indices {
        let square = x[i] * x[i]
        let moved = x[i] + 0.05 * ((gain - 1 - square) * x[i] + 0.25 * e[i] * field[i] / reference.scale)
        e[i] = min(max(e[i] - 0.05 * rate * (square - target) * e[i], 1e-6), 32)
        x[i] = moved
      }
    }
  }

  @Test func chaoticAmplitudeControlStartsABranchAnewWhenNothingGetsBetter() throws {
    var settings = ChaoticAmplitudeControl.Settings()
    settings.patience = 5
    settings.acceleration = 0.1
    let machine = ChaoticAmplitudeControl(ReferenceSystem.pair(1).system(), settings: settings)
    machine.start(from: [1, 1])
    // The ground state cannot be improved on, so errors move only until patience is over.
    // A look every four steps of .05: patience is over after 26 looks, at the 27th.
    for step in 0..<103 { try machine.step(MachineTime(step, of: 400)) }
    #expect(machine.column(0, of: machine.errors).allSatisfy { abs($0 - 1) > 1e-3 })
    try machine.step(MachineTime(103, of: 400))
    try machine.step(MachineTime(104, of: 400))
    #expect(machine.column(0, of: machine.errors).allSatisfy { $0 == 1 })
  }

  @Test(arguments: SimulatedBifurcation.Variant.allCases, [Float(0), 0.06])
  func bifurcation(_ variant: SimulatedBifurcation.Variant, _ heating: Float) throws {
    var settings = SimulatedBifurcation.Settings(variant)
    settings.heating = heating
    settings.step = 0.25
    let machine = SimulatedBifurcation(reference.system(), settings: settings)
    machine.start()
    var (x, y) = (machine.column(2), machine.column(2, of: machine.momenta))
    #expect(y.contains { $0 != 0 })
    for step in 0..<steps {
      let time = MachineTime(step, of: steps)
      try machine.step(time)
      let field = variant == .discrete ? reference.field(reference.signs(x)) : reference.amplitudeField(x)
      let stiffness = 1 - settings.pump.value(at: time.fraction)
      for i in x.indices {
        let cubic = variant == .adiabatic ? x[i] * x[i] * x[i] : 0
        y[i] += 0.25 * (0.5 * field[i] / reference.scale - stiffness * x[i] - cubic + Double(heating) * y[i])
        x[i] += 0.25 * y[i]
        if variant != .adiabatic, abs(x[i]) > 1 {
          x[i] = x[i] < 0 ? -1 : 1
          y[i] = 0
        }
      }
      #expect(greatestDifference(machine.column(2), x) < 5e-4, "step \(step)")
    }
  }

  @Test func oscillators() throws {
    var settings = OscillatorMachine.Settings()
    settings.noise = .constant(0)
    let machine = OscillatorMachine(reference.system(), settings: settings)
    machine.start()
    var phases = machine.column(1, of: machine.phases)
    for step in 0..<steps {
      let time = MachineTime(step, of: steps)
      try machine.step(time)
      let locking = settings.locking.value(at: time.fraction)
      phases = phases.indices.map { i in
        var pull = reference.bias[i] * sin(phases[i])
        for j in phases.indices { pull += reference.matrix[i][j] * sin(phases[i] - phases[j]) }
        return phases[i] - 0.1 * (pull / reference.scale + locking * sin(2 * phases[i]))
      }
      #expect(greatestDifference(machine.column(1), phases.map { cos($0) }) < 2e-4, "step \(step)")
    }
  }

  @Test func langevinWithoutTemperatureDescends() throws {
    var settings = LangevinMachine.Settings()
    settings.temperature = .constant(0)
    try compare(LangevinMachine(reference.system(), settings: settings)) { x, _ in
      let field = reference.amplitudeField(x)
      for i in x.indices { x[i] = min(max(x[i] + 0.1 * field[i] / reference.scale, -1), 1) }
    }
  }

  @Test func hardwareRoundsAndClips() throws {
    var settings = HardwareMachine<CoherentIsingMachine>.Settings()
    settings.bits = 4
    settings.range = 1
    let machine = HardwareMachine(CoherentIsingMachine(reference.system()), settings: settings)
    machine.start()
    for step in 0..<50 { try machine.step(MachineTime(step, of: 50)) }
    let levels = machine.column(0).map { $0 * 7.5 }
    for level in levels { #expect(abs(level) < 7.5001 && abs(abs(level - level.rounded(.down)) - 0.5) < 1e-4) }
    #expect(Set(levels).count > 1)
  }
}

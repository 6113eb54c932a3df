import Foundation
import Kernels
import TestTools
import Testing

@testable import Machines

/// What the machines must do by theory: thresholds, conserved energies, stationary distributions.
@Suite struct ClosedFormTests {
  /// Two spins with J = scale: the common mode of a machine grows where its linear gain is positive, and only there.
  private func grows(_ machine: some AmplitudeMachine, mode: [Double], steps: Int) throws -> Bool {
    let shape = machine.system.shape
    machine.states.clear()
    for spin in 0..<2 { machine.states[spin * shape.stride] = Float(1e-3 * mode[spin]) }
    machine.restart()
    for step in 0..<steps { try machine.step(MachineTime(step, of: steps)) }
    return abs(machine.states[0]) > 5e-2
  }

  @Test func coherentIsingThreshold() throws {
    // p − 1 + ε = 0.
    for (offset, isAbove) in [(-0.05, false), (0.05, true)] {
      var settings = CoherentIsingMachine.Settings()
      settings.noise = 0
      settings.pump = .constant(1 - Double(settings.coupling) + offset)
      let machine = CoherentIsingMachine(ReferenceSystem.pair(2).system(), settings: settings)
      #expect(try grows(machine, mode: [1, 1], steps: 3000) == isAbove)
      // The other mode's threshold is 1 + ε.
      #expect(try grows(machine, mode: [1, -1], steps: 300) == false)
    }
  }

  @Test(arguments: [SimulatedBifurcation.Variant.adiabatic, .ballistic])
  func bifurcationPoint(_ variant: SimulatedBifurcation.Variant) throws {
    // 1 − p = c₀ J.
    for (offset, isAbove) in [(-0.05, false), (0.05, true)] {
      var settings = SimulatedBifurcation.Settings(variant)
      settings.step = 0.2
      settings.pump = .constant(0.5 + offset)
      let machine = SimulatedBifurcation(ReferenceSystem.pair(3).system(), settings: settings)
      machine.states.clear()
      machine.restart()
      let shape = machine.system.shape
      for spin in 0..<2 {
        for replica in 0..<shape.stride { machine.momenta[spin * shape.stride + replica] = 1e-3 }
      }
      // Above it the two swing through a well at √(c₀J + p − 1), or to the walls.
      var greatest: Float = 0
      for step in 0..<1000 {
        try machine.step(MachineTime(step, of: 1000))
        greatest = max(greatest, abs(machine.states[0]))
      }
      #expect((greatest > 0.15) == isAbove, "|x| up to \(greatest) at p = 0.5 + \(offset)")
    }
  }

  /// `H = ½ y² + ½ (1 − p) x² − ½ c xᵀJx / scale` of the motion without friction and walls.
  @Test func energyIsConserved() throws {
    let reference = ReferenceSystem.random(10)
    var settings = ConjugateMachine.Settings()
    settings.friction = 0
    settings.wall = 0
    settings.pump = .constant(0)
    settings.coupling = 0.2
    func drift(step: Float) throws -> Double {
      settings.step = step
      let machine = ConjugateMachine(reference.system(), settings: settings)
      machine.start()
      func energy() -> Double {
        let (x, y) = (machine.column(0), machine.column(0, of: machine.momenta))
        let field = reference.field(x)
        var sum = 0.0
        for i in 0..<10 { sum += (y[i] * y[i] + x[i] * x[i]) / 2 - 0.1 * x[i] * field[i] / reference.scale }
        return sum
      }
      let start = energy()
      var worst = 0.0
      for index in 0..<Int(20 / step) {
        try machine.step(MachineTime(index, of: 10_000))
        worst = max(worst, abs(energy() - start) / start)
      }
      return worst
    }
    let (coarse, fine) = (try drift(step: 0.1), try drift(step: 0.025))
    // Symplectic Euler's error is of first order and does not add up.
    #expect(coarse < 0.1 && fine < coarse / 2.5, "\(coarse), \(fine)")
  }

  /// With dt = γ = 1 and p = 0 a step is the rule of a Hopfield network.
  @Test func conjugateMachineContainsTheHopfieldRule() throws {
    let reference = ReferenceSystem.random(9, hasBias: true)
    var settings = ConjugateMachine.Settings()
    (settings.step, settings.friction, settings.coupling) = (1, 1, 2)
    settings.pump = .constant(0)
    let machine = ConjugateMachine(reference.system(), settings: settings)
    machine.start()
    for step in 0..<20 {
      let expected = reference.amplitudeField(machine.column(0)).map { min(max(2 * $0 / reference.scale, -1), 1) }
      try machine.step(MachineTime(step, of: 20))
      #expect(greatestDifference(machine.column(0), expected) < 1e-5, "step \(step)")
    }
  }

  /// Locked oscillators end in phases 0 and π, and what they minimise never rises.
  @Test func oscillatorsDescend() throws {
    let reference = ReferenceSystem.random(10)
    var settings = OscillatorMachine.Settings()
    settings.noise = .constant(0)
    settings.locking = .constant(2)
    settings.step = 0.02
    let machine = OscillatorMachine(reference.system(), settings: settings)
    machine.start()
    func lyapunov() -> Double {
      let phases = machine.column(0, of: machine.phases)
      var sum = 0.0
      for i in 0..<10 {
        sum -= cos(2 * phases[i])
        for j in 0..<10 { sum -= 0.5 * reference.matrix[i][j] / reference.scale * cos(phases[i] - phases[j]) }
      }
      return sum
    }
    var last = lyapunov()
    for step in 0..<2000 {
      try machine.step(MachineTime(step, of: 2000))
      let now = lyapunov()
      #expect(now <= last + 1e-4, "step \(step)")
      last = now
    }
    #expect(machine.column(0).allSatisfy { abs(abs($0) - 1) < 1e-2 })
  }

  /// One oscillator in a field h: `ω = h (sin φ + κ cos φ)` where it rests. Its natural frequency alone turns it by `ω t`.
  @Test func naturalFrequenciesAndEvenCouplingsShiftPhases() throws {
    let couplings = SparseCouplings(rowStarts: [0, 0], neighbours: [], couplings: [])
    for (field, frequency, even) in [(Float(2), Float(0.6), Float(0)), (2, 0, 0.3), (2, -0.5, 0.2), (0, 0.7, 0)] {
      let system = SpinSystem(SparseField(couplings, bias: [field], replicas: 1), fieldScale: 1, seed: 1)
      var settings = OscillatorMachine.Settings()
      (settings.noise, settings.locking, settings.step, settings.even) = (.constant(0), .constant(0), 0.05, even)
      let frequencies = system.shape.plane()
      frequencies[0] = frequency
      settings.frequencies = frequencies
      let machine = OscillatorMachine(system, settings: settings)
      machine.begin()
      let steps = field == 0 ? 20 : 1000
      for step in 0..<steps { try machine.step(MachineTime(step, of: steps)) }
      let phase = Double(machine.phases[0])
      if field == 0 {
        expectClose(phase, .pi / 2 + 0.7 * 0.05 * 20, absolute: 1e-4)
      } else {
        expectClose(Double(frequency), Double(field) * (sin(phase) + Double(even) * cos(phase)), absolute: 1e-4)
      }
    }
  }

  /// Two oscillators coupled by `J (sin Δ + κ cos Δ)`: Δ falls to 0 as without κ, and the pair then turns at `−J κ` for ever, which no
  /// descent of an energy does.
  @Test(arguments: [Float(0), 0.25]) func anEvenCouplingTurnsAPairForEver(_ even: Float) throws {
    var settings = OscillatorMachine.Settings()
    (settings.noise, settings.locking, settings.step, settings.even) = (.constant(0), .constant(0), 0.02, even)
    let machine = OscillatorMachine(ReferenceSystem.pair(1).system(), settings: settings)
    let scale = Double(machine.system.fieldScale)
    (machine.states[0], machine.states[machine.system.shape.stride]) = (0.9, 0.1)
    machine.begin()
    func phases() -> [Double] { machine.column(0, of: machine.phases) }
    for step in 0..<1000 { try machine.step(MachineTime(step, of: 1000)) }
    expectClose(phases()[0], phases()[1], absolute: 1e-3)
    let before = phases()[0]
    for step in 0..<50 { try machine.step(MachineTime(step, of: 50)) }
    #expect(abs(phases()[0] - before + Double(even) / scale * 0.02 * 50) < 1e-3)
  }

  /// What is read is at the levels; the phases follow it only where it replaces them.
  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func phasesAreReadAtTheirLevels(_ isPublished: Bool, _ replaces: Bool) {
    var settings = OscillatorMachine.Settings()
    (settings.readBits, settings.readsPublishedLevels, settings.keepsRead) = (3, isPublished, replaces)
    let machine = OscillatorMachine(ReferenceSystem.random(10).system(), settings: settings)
    machine.start()
    let before = machine.column(0, of: machine.phases)
    machine.read()
    let step = 2 * .pi / (isPublished ? 7.0 : 8.0)
    let levels = before.map { ($0 / step).rounded() * step }
    #expect(greatestDifference(machine.column(0), levels.map { cos($0) }) < 1e-5)
    #expect(greatestDifference(machine.column(0, of: machine.phases), replaces ? levels : before) < 1e-5)
  }

  /// One spin in a field: the density exp(h s / T) on [−1, 1] has the mean coth a − 1/a, a = h/T.
  @Test func langevinSamplesBoltzmann() throws {
    let count = 500
    let couplings = SparseCouplings(rowStarts: [Int](repeating: 0, count: count + 1), neighbours: [], couplings: [])
    let system = SpinSystem(
      SparseField(couplings, bias: [Float](repeating: 1, count: count), replicas: 16), fieldScale: 1, seed: 3)
    var settings = LangevinMachine.Settings()
    settings.rate = 0.002
    settings.temperature = .constant(0.5)
    let machine = UnitField(LangevinMachine(system, settings: settings))
    machine.states.clear()
    var (sum, samples) = (0.0, 0.0)
    for step in 0..<4000 {
      try machine.step(MachineTime(step, of: 4000))
      guard step > 1500, step % 250 == 0 else { continue }
      for index in 0..<count * 16 { sum += Double(machine.states[index]) }
      samples += Double(count * 16)
    }
    let expected = 1 / tanh(2.0) - 0.5
    // Clipping at the walls is an error of the order of a step's noise, √(2ηT) = .045.
    expectClose(sum / samples, expected, absolute: 0.03, "mean")
  }
}

/// The mean amplitude of a machine scales its fields; this one keeps them at 1, by spins that are not read.
private final class UnitField: Machine {
  private let machine: LangevinMachine
  private let field: AlignedBuffer<Float>
  private let noise: SpinNoise
  var states: AlignedBuffer<Float> { machine.states }

  init(_ machine: LangevinMachine) {
    self.machine = machine
    field = machine.system.shape.plane()
    noise = machine.system.noise(.normal)
  }

  func step(_ time: MachineTime) throws {
    try machine.system.evaluate(spins: states, into: field)
    let temperature = Float(machine.settings.temperature.value(at: 0))
    MachineSteps.langevin(
      states, field: field, noise: noise.plane(step: time.step),
      MachineSteps.Langevin(
        rate: machine.settings.rate, stiffness: 0, noise: (2 * machine.settings.rate * temperature).squareRoot(), limit: 1))
  }
}

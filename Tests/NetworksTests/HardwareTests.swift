import Kernels
import Machines
import TestTools
import Testing

@testable import Networks

/// What a device makes of a network's parameters and states.
@Suite struct HardwareTests {
  private func network(_ limits: HardwareLimits) throws -> HopfieldNetwork {
    let network = try Networks.network(Networks.chain(), capacity: 2)
    network.limits = limits
    return network
  }

  @Test(arguments: [2, 4, 8]) func weightsHaveSoManyLevels(_ bits: Int) throws {
    var limits = HardwareLimits()
    limits.weightBits = bits
    let network = try network(limits)
    for block in network.layout.blocks {
      let before = network.layout.tensor(block, of: network.parameters)
      let after = network.layout.tensor(block, of: network.realised)
      let greatest = before.map(abs).max()!
      let step = 2 * greatest / Float((1 << bits) - 1)
      #expect(Set(after).subtracting([0]).count <= 1 << bits)
      for (own, device) in zip(before, after) { expectClose(own, device, absolute: step / 2 * 1.0001) }
    }
    #expect(network.parameters.elements == (try Networks.network(Networks.chain(), capacity: 2)).parameters.elements)
  }

  @Test func rangeCutsAndMismatchIsTheDevices() throws {
    var limits = HardwareLimits()
    limits.weightRange = 0.1
    let cut = try network(limits)
    #expect(cut.realised.elements.allSatisfy { abs($0) <= 0.1 } && cut.parameters.elements.contains { abs($0) > 0.1 })
    limits = HardwareLimits()
    limits.mismatch = 0.2
    let first = try network(limits)
    #expect(first.realised.elements == (try network(limits)).realised.elements)
    limits.device = 1
    #expect(first.realised.elements != (try network(limits)).realised.elements)
    let ratios = zip(first.realised.elements, first.parameters.elements).filter { $1 != 0 }.map { Double($0 / $1) - 1 }
    let variance = ratios.reduce(0) { $0 + $1 * $1 } / Double(ratios.count)
    expectClose(variance.squareRoot(), 0.2, absolute: 0.02)
  }

  /// The states that relax are those of the parameters that the device has.
  @Test func theDeviceRelaxesWhatItHas() throws {
    var limits = HardwareLimits()
    (limits.weightBits, limits.mismatch) = (5, 0.1)
    let limited = try network(limits)
    let plain = try Networks.network(Networks.chain(), capacity: 2)
    plain.parameters.copy(from: limited.realised, count: plain.parameters.count)
    plain.parametersChanged()
    let pixels = Networks.images(2, of: plain.layout)
    for network in [limited, plain] {
      network.clamp(pixels, samples: 2)
      try RelaxationTests.relaxation(network, .checkerboard).run(network, samples: 2)
    }
    #expect(limited.states(0..<2) == plain.states(0..<2))
  }

  /// A noise of ξ in steps of 0.1, as published, is ε ξ; other steps diffuse as fast.
  @Test func publishedNoiseIsThatOfItsStep() {
    var limits = HardwareLimits()
    limits.phaseNoise = 0.2
    func deviation(_ step: Float) -> Float { (limits.phaseVariance(step: step) * step).squareRoot() }
    expectClose(deviation(0.1), 0.1 * 0.2, absolute: 1e-6)
    expectClose(deviation(0.4), 2 * 0.1 * 0.2, absolute: 1e-6)
    limits.stateNoise = 0.03
    expectClose(deviation(0.1), Float(0.0004 + 0.0009).squareRoot(), absolute: 1e-6)
  }

  /// A device's oscillators have the same frequencies for every sample, normal with the given deviation, and another's have others.
  @Test func frequenciesAreTheDevices() throws {
    let network = try Networks.network(Networks.chain(pooling: .average), capacity: 2)
    func frequencies(_ samples: Int, device: UInt64) -> [[Float]] {
      var limits = HardwareLimits()
      (limits.frequencySpread, limits.device) = (0.5, device)
      let field = NetworkField(network, samples: samples, force: .gradient)
      let system = SpinSystem(field, fieldScale: 1, seed: 1, identifiers: network.spinNumbers(as: field.places))
      let plane = limits.frequencies(of: system, network.layout)
      return network.layout.layers.indices.map { plane.elements[field.places.part($0)].filter { $0 != 0 } }
    }
    let (one, two) = (frequencies(1, device: 0), frequencies(2, device: 0))
    for (single, double) in zip(one, two) { #expect(double == single + single) }
    #expect(one != frequencies(1, device: 1))
    let all = one.flatMap { $0 }
    #expect(all.count == network.layout.layers.reduce(0) { $0 + $1.shape.spins })
    let variance = all.reduce(0) { $0 + $1 * $1 } / Float(all.count)
    // The variance of n draws has a relative deviation of √(2/n).
    expectClose(variance / 0.25, 1, absolute: 4 * (2 / Float(all.count)).squareRoot())
  }

  @Test func limitsOfPhasesAreRefusedElsewhere() throws {
    let changes: [(inout HardwareLimits) -> Void] = [
      { $0.phaseLevels = .published }, { $0.phaseReading = .replace }, { $0.phaseNoise = 0.1 }, { $0.frequencySpread = 0.1 },
      { $0.evenCoupling = 0.1 },
    ]
    for change in changes {
      var limits = HardwareLimits()
      change(&limits)
      try limits.check(MachineSettings(.oscillator))
      for kind in [MachineSettings.Kind.hopfield, .coherentIsing] {
        let error = #expect(throws: NetworkError.self) { try limits.check(MachineSettings(kind)) }
        #expect(error?.description.contains("expected the machine oscillator, found \(kind.rawValue)") == true)
      }
    }
  }

  /// Writing in place takes levels to write; what is written are these, and they are realised as they are.
  @Test(arguments: ParameterWriting.Rounding.allCases)
  func updatesInPlaceWriteLevels(_ rounding: ParameterWriting.Rounding) throws {
    var limits = HardwareLimits()
    (limits.writing.updates, limits.writing.rounding) = (.inPlace, rounding)
    #expect(throws: NetworkError.self) { try limits.check(MachineSettings(.oscillator)) }
    (limits.weightBits, limits.weightRange) = (4, 0.5)
    try limits.check(MachineSettings(.oscillator))
    let network = try network(limits)
    let memory = try #require(ParameterMemory(limits, layout: network.layout, seed: 1))
    let before = network.parameters.elements
    memory.write(network.parameters, update: 1)
    network.parametersChanged()
    let written = network.parameters.elements
    #expect(zip(before, written).allSatisfy { abs(min(max($0, -0.5), 0.5) - $1) < 1 / 15 * 1.001 })
    #expect(Set(written.map { (($0 + 0.5) * 15).rounded() }).count <= 17 && Set(written).count <= 17)
    #expect(network.realised.elements == written)
    memory.write(network.parameters, update: 2)
    #expect(network.parameters.elements == written)
    limits.mismatch = 0.1
    #expect(throws: NetworkError.self) { try limits.check(MachineSettings(.oscillator)) }
    limits = HardwareLimits()
    limits.writing.rounding = .stochastic
    #expect(throws: NetworkError.self) { try limits.check(MachineSettings(.oscillator)) }
  }

  /// A memory that rounds stochastically writes a quarter of a step about every fourth time, the same in every run; the nearest never does.
  @Test func stochasticWritingKeepsSmallUpdatesOnAverage() throws {
    var limits = HardwareLimits()
    (limits.writing.updates, limits.weightBits, limits.weightRange) = (.inPlace, 4, 0.5)
    let network = try network(limits)
    let step: Float = 1 / 15
    let (level, place) = (-0.5 + 3 * step, network.layout.blocks[0].position(0))
    func risen(_ rounding: ParameterWriting.Rounding) throws -> [Bool] {
      limits.writing.rounding = rounding
      let memory = try #require(ParameterMemory(limits, layout: network.layout, seed: 1))
      return (1...400).map { update in
        network.parameters[place] = level + 0.25 * step
        memory.write(network.parameters, update: update)
        return network.parameters[place] > level + 0.5 * step
      }
    }
    let stochastic = try risen(.stochastic)
    // 100 of 400, and four standard deviations of 8.7.
    #expect(abs(stochastic.count { $0 } - 100) < 35)
    #expect(try risen(.stochastic) == stochastic)
    #expect(try risen(.nearest).allSatisfy { !$0 })
  }

  @Test func phasesAndAmplitudesAreRounded() throws {
    var settings = RelaxationSettings(free: .init(sweeps: 20), machine: MachineSettings(.oscillator))
    settings.hardware.readBits = 3
    let network = try Networks.network(Networks.chain(pooling: .average), capacity: 2)
    network.clamp(Networks.images(2, of: network.layout), samples: 2)
    try settings.relaxation(of: network).run(network, samples: 2, nudge: nil, observe: nil)
    let cosines = network.states(0..<2).flatMap { $0 }
    let levels: [Float] = [-1, -0.70710678, 0, 0.70710678, 1]
    #expect(cosines.allSatisfy { state in levels.contains { abs($0 - state) < 1e-5 } })
    #expect(Set(cosines.map { ($0 * 100).rounded() }).count > 2)

    settings.machine = MachineSettings(.conjugate)
    (settings.hardware.readBits, settings.hardware.stateBits) = (nil, 3)
    try settings.relaxation(of: network).run(network, samples: 2, nudge: nil, observe: nil)
    let amplitudes = network.states(0..<2).flatMap { $0 }
    #expect(Set(amplitudes).subtracting([0]).count <= 8 && Set(amplitudes).count > 2)
  }
}

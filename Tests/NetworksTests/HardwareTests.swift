import Kernels
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
      for (own, device) in zip(before, after) { #expect(abs(own - device) <= step / 2 * 1.0001) }
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
    #expect(abs(variance.squareRoot() - 0.2) < 0.02)
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

  @Test func phasesAndAmplitudesAreRounded() throws {
    var settings = RelaxationSettings(free: .init(sweeps: 20), machine: MachineSettings(.oscillator))
    settings.hardware.stateBits = 3
    let network = try Networks.network(Networks.chain(pooling: .average), capacity: 2)
    network.clamp(Networks.images(2, of: network.layout), samples: 2)
    try settings.relaxation(of: network).run(network, samples: 2, nudge: nil, observe: nil)
    let cosines = network.states(0..<2).flatMap { $0 }
    let levels: [Float] = [-1, -0.70710678, 0, 0.70710678, 1]
    #expect(cosines.allSatisfy { state in levels.contains { abs($0 - state) < 1e-5 } })
    #expect(Set(cosines.map { ($0 * 100).rounded() }).count > 2)

    settings.machine = MachineSettings(.conjugate)
    try settings.relaxation(of: network).run(network, samples: 2, nudge: nil, observe: nil)
    let amplitudes = network.states(0..<2).flatMap { $0 }
    #expect(Set(amplitudes).subtracting([0]).count <= 8 && Set(amplitudes).count > 2)
  }
}

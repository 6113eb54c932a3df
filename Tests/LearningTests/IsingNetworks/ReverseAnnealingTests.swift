import Kernels
import Networks
import Testing

@testable import Learning

/// Three spins whose energies can be written down: a hidden one with field ½, coupled by +1 to the output of class 0 and by −1 to
/// that of class 1.
///
/// Free, (+, +, −) has −2.5 and (−, −, +) has −1.5. A nudge of β towards class 1 makes them −2.5 + 2β and −1.5 − 2β, so the second
/// is the lower one from β = ¼ on. On the way there the first flip, of an output, costs 2(1 − β).
@Suite struct ReverseAnnealingTests {
  private func spins(beta: Float, reversal: Double?, sweeps: Int = 200) throws -> (free: [Float], nudged: [Float]) {
    let layout = try IsingNetworkLayout(
      IsingNetworkDescription(
        input: ImageShape(channels: 1, rows: 1, columns: 1), classes: 2, hidden: 1, spinsPerClass: 1, graph: .layered))
    let parameters = AlignedBuffer<Float>(count: layout.parameterCount)
    parameters[layout.bias.offset] = 0.5
    parameters[layout.couplings.offset] = 1
    parameters[layout.couplings.offset + 1] = -1
    var settings = IsingMachineSettings()
    settings.hot = 2
    settings.cold = 0.02
    settings.sweeps = sweeps
    settings.reversal = reversal
    let network = try IsingNetwork(layout, parameters: parameters, settings: settings, seed: 1)
    try network.clamp([0], samples: 1)
    try network.relaxFreely(sample: 0, number: 0)
    try network.relaxNudged(by: beta, label: 1, number: 0)
    return (network.free.spins, network.nudged.spins)
  }

  @Test func theFreeStateIsTheGroundState() throws {
    #expect(try spins(beta: 0.5, reversal: 0.5).free == [1, 1, -1])
  }

  @Test func aReverseAnnealLeavesItForTheNudgedGroundState() throws {
    #expect(try spins(beta: 0.5, reversal: 0.5).nudged == [-1, -1, 1])
  }

  /// A wall of 2(1 − ½) = 1 is none that a temperature of .02 climbs; without the wall, at β > 1, no climbing is needed.
  @Test func aColdOneStaysBehindItsWall() throws {
    #expect(try spins(beta: 0.5, reversal: 0).nudged == [1, 1, -1])
    #expect(try spins(beta: 1.5, reversal: 0).nudged == [-1, -1, 1])
  }

  @Test func aNudgeThatIsTooWeakChangesNothing() throws {
    #expect(try spins(beta: 0.1, reversal: 0.5).nudged == [1, 1, -1])
    #expect(try spins(beta: 0.1, reversal: nil).nudged == [1, 1, -1])
  }
}

import Kernels
import MPI
import Networks
import Testing

@testable import Learning

extension AcrossRanks {
  /// Channels that no image moves have fresh weights after an epoch.
  @Suite struct SilentChannelTests {
    init() throws { _ = try AcrossRanks.environment.get() }

    private func trainer() throws -> Trainer {
      try Problem.all.first { $0.name == "revived channels" }!.trainer(over: .selfOnly)
    }

    @Test func silentChannelsAreFoundAndOthersKept() throws {
      let trainer = try trainer()
      let layout = trainer.hopfield.layout
      let silent = [(0, 1), (0, 4), (1, 7)]
      #expect(try trainer.steps(trainer.batchesPerEpoch).map(\.revived) == [0, 3])
      for (layer, channel) in silent {
        let (bias, edge) = (layout.layers[layer].bias, layout.edges.first { $0.post == layer + 1 }!.weight)
        let place = bias.position(channel)
        #expect(abs(trainer.network.parameters[place]) <= bias.bound)
        #expect(trainer.measuredParameters[place] == trainer.network.parameters[place])
        let row = edge.shape.dropFirst().reduce(1, *)
        for element in channel * row..<(channel + 1) * row {
          let place = edge.position(element)
          #expect(abs(trainer.network.parameters[place]) <= edge.bound)
          #expect(trainer.optimiser.moments.allSatisfy { $0.values[place] == 0 })
        }
      }
      // The others learn as they did without.
      let kept = layout.layers[0].bias.position(0)
      #expect(trainer.optimiser.moments[1].values[kept] > 0)
      let second = try trainer.steps(trainer.batchesPerEpoch)
      #expect(second.map(\.revived).last! < 3)
    }

    /// An epoch that is interrupted ends with the same channels.
    @Test func interruptionsLeaveNoTrace() throws {
      let (whole, first, second) = (try trainer(), try trainer(), try trainer())
      _ = try whole.steps(3)
      _ = try first.steps(1)
      try second.restore(try first.state())
      #expect(try second.steps(2)[0].revived == 3)
      #expect(second.bits == whole.bits)
    }
  }
}

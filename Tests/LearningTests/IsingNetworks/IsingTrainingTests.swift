import Ising
import Kernels
import MPI
import Networks
import Parallel
import TestTools
import Testing

@testable import Learning

extension AcrossRanks {
  /// Trainings of Ising networks on any number of ranks.
  @Suite struct IsingTrainingTests {
    /// Images of three classes, a pattern each, and noise.
    struct Images: TrainingImages {
      let count = 30
      func order(epoch: Int) -> [Int] {
        var random = Philox(seed: 1, stream: UInt32(epoch)).sequence()
        return Array(0..<count).shuffled(using: &random)
      }

      func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int]) {
        pixels = []
        labels = []
        for index in indices {
          var pattern = Philox(seed: 2, stream: UInt32(index % 3)).sequence()
          var noise = Philox(seed: 3, stream: UInt32(index)).sequence()
          pixels += (0..<9).map { _ in (pattern.uniform() < 0.5 ? 1 : 0) + 0.3 * noise.uniform() }
          labels.append(index % 3)
        }
      }
    }

    static let kinds: [(IsingMachineSettings.Kind, HardwareGraph?)] = [
      (.anneal, nil), (.gibbs, nil), (.langevin, nil), (.anneal, .chimera(size: 4)),
    ]

    private func trainer(
      _ kind: IsingMachineSettings.Kind, _ chip: HardwareGraph?, sweeps: Int = 20, over group: Communicator
    ) throws -> Trainer {
      let layout = try IsingNetworkLayout(
        IsingNetworkDescription(
          input: ImageShape(channels: 1, rows: 3, columns: 3), classes: 3, hidden: 6, spinsPerClass: 2, inputGain: 1))
      var machine = IsingMachineSettings()
      machine.kind = kind
      machine.sweeps = sweeps
      machine.reads = 3
      var hardware = IsingHardware()
      hardware.chip = chip
      var settings = LearningSettings()
      settings.estimator = kind == .anneal ? .oneSided : .centred
      settings.nudge = 1
      settings.batch = .init(size: 10, shard: 1)
      settings.optimiser.bound = 1
      let network = try IsingNetwork(
        layout, parameters: layout.initialParameters(seed: 7), settings: machine, hardware: hardware, seed: 7)
      return try Trainer(
        IsingLearner(network, settings: settings, isEmbedded: chip != nil), settings: settings, seed: 7, images: Images(),
        grid: ProcessGrid(dataOver: group))
    }

    /// A step of six times as many sweeps allocates no more.
    @Test(.enabled(if: Allocations.areCounted, "allocations are counted with glibc only"), arguments: kinds)
    func sweepsAllocateNothing(_ kind: IsingMachineSettings.Kind, chip: HardwareGraph?) throws {
      _ = try AcrossRanks.environment.get()
      let counts = try [20, 120].map { sweeps in
        let trainer = try trainer(kind, chip, sweeps: sweeps, over: .selfOnly)
        _ = try trainer.steps(1)
        // Now and then MPI takes memory for its own lists.
        return try (0..<2).map { _ in try Allocations.count { _ = try trainer.step() } }.min() ?? 0
      }
      #expect(counts[0] > 0)
      #expect(abs(counts[1] - counts[0]) < 20)
    }

    private func bits(_ trainer: Trainer) -> [UInt32] { trainer.network.parameters.elements.map(\.bitPattern) }

    /// Every rank trains the same network once more, alone: noise, weights and reports are the same.
    @Test(arguments: kinds) func noiseDoesNotDependOnTheRanks(_ kind: IsingMachineSettings.Kind, chip: HardwareGraph?) throws {
      let world = try AcrossRanks.environment.get().world
      let (together, alone) = (try trainer(kind, chip, over: world), try trainer(kind, chip, over: .selfOnly))
      let before = bits(alone)
      let reports = try (0..<4).map { _ in try together.step() }
      #expect(try (0..<4).map { _ in try alone.step() } == reports)
      #expect(bits(together) == bits(alone))
      #expect(bits(alone) != before)
      #expect(alone.network.parameters.elements.allSatisfy { abs($0) <= 1 })
    }

    @Test(arguments: kinds) func aRestoredTrainingGoesOnToTheSameBits(_ kind: IsingMachineSettings.Kind, chip: HardwareGraph?)
      throws
    {
      let world = try AcrossRanks.environment.get().world
      let uninterrupted = try trainer(kind, chip, over: world)
      _ = try (0..<2).map { _ in try uninterrupted.step() }
      let state = try uninterrupted.state()
      let reports = try (0..<2).map { _ in try uninterrupted.step() }
      let restored = try trainer(kind, chip, over: world)
      try restored.restore(state)
      #expect(try (0..<2).map { _ in try restored.step() } == reports)
      #expect(bits(restored) == bits(uninterrupted))
    }
  }
}

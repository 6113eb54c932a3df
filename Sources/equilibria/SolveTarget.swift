import Host
import Ising

/// What a machine really runs in place of a problem: the problem itself, or what a device with a chip and its faults makes of it.
struct SolveTarget {
  /// What was asked.
  let asked: IsingProblem
  /// What runs.
  let problem: IsingProblem
  let embedded: EmbeddedProblem?
  /// Whether the energies of what runs are those of what was asked.
  let isFaithful: Bool

  init(_ asked: IsingProblem, device: SolveDeviceOptions, seed: UInt64) throws {
    self.asked = asked
    if let chip = device.hardware {
      let graph = try chip.graph()
      let embedding = try EmbeddingSearch.embedding(of: asked, on: graph, seed: seed) { StopSignal.isRequested }
      embedded = try EmbeddedProblem(asked, embedding: embedding, on: graph, chainStrength: device.chainStrength)
    } else {
      embedded = nil
    }
    problem = try device.couplings.applied(to: embedded?.problem ?? asked)
    isFaithful = embedded == nil && device.couplings.isIdeal
  }

  /// A state of what was asked, as one of what runs.
  func encode(_ spins: [Int8]) -> [Int8] { embedded?.embed(spins) ?? spins }

  /// A state of what runs, as one of what was asked.
  func decode(_ spins: [Int8]) -> [Int8] { embedded?.unembed(spins) ?? spins }

  /// The device's samples as those of what was asked, with the energies of the couplings that were asked for.
  func decode(_ samples: SampleSet) throws -> SampleSet {
    guard !isFaithful else { return samples }
    let reads = try samples.samples.map { sample in
      let spins = decode(sample.spins)
      return SampleSet.Sample(spins: spins, energy: try asked.energy(of: spins), occurrences: sample.occurrences)
    }
    return SampleSet(reads: reads, seconds: samples.seconds)
  }

  /// The mean share of broken chains; `nil` without chains.
  func chainBreakFraction(_ samples: SampleSet) -> Double? {
    guard let embedded, samples.readCount > 0 else { return nil }
    let broken = samples.samples.reduce(0) { $0 + embedded.chainBreakFraction($1.spins) * Double($1.occurrences) }
    return broken / Double(samples.readCount)
  }
}

import Foundation

/// What a device makes of any problem: its chip, and its couplings' imperfections. Each is off unless it is set.
public struct DeviceSettings: Sendable {
  /// The couplers that it has; `nil`: any two spins may be coupled.
  public var chip: HardwareGraph?
  /// Couplers of one's own in the place of a chip's.
  public var couplers: WeightedGraph?
  /// What is taken away of the couplers: a file as `ChipFile.removing` reads it.
  public var missing: String?
  /// Chains that are known already; `nil`: they are searched for.
  public var chains: [[Int32]]?
  /// The coupling within chains; `nil`: √2 · rms J · √(mean degree).
  public var chainStrength: Double?
  /// The range, resolution and mismatch of couplings and fields.
  public var couplings = DeviceCouplings()

  /// No chip and no faults: the problem runs as it is.
  public init() {}
}

/// Couplers as a user names them.
package enum ChipChoice: Sendable {
  case chip(HardwareGraph)
  /// A file with a graph of couplers.
  case couplers(file: String)

  /// `chimera:SIZE`, `pegasus:SIZE` or `zephyr:SIZE`, or a file that is there.
  package init?(_ text: String) {
    if ["chimera:", "pegasus:", "zephyr:"].contains(where: { text.hasPrefix($0) }) {
      guard let chip = HardwareGraph(text) else { return nil }
      self = .chip(chip)
    } else if FileManager.default.fileExists(atPath: text) {
      self = .couplers(file: text)
    } else {
      return nil
    }
  }

  /// The file, if there is one.
  package var file: String? {
    guard case .couplers(let file) = self else { return nil }
    return file
  }
}

extension DeviceSettings {
  /// Takes these couplers.
  ///
  /// - Throws: `ProblemFileError` if the file holds no graph.
  package mutating func use(_ choice: ChipChoice) throws {
    switch choice {
    case .chip(let chip): self.chip = chip
    case .couplers(let file): couplers = try ChipFile.couplers(file)
    }
  }
}

/// What a device runs in place of a problem: the problem itself, or what a chip and its faults make of it.
public struct DeviceProblem: Sendable {
  /// What was asked.
  public let asked: IsingProblem
  /// What runs.
  public let problem: IsingProblem
  /// How it lies on the chip.
  public let embedded: EmbeddedProblem?
  /// Whether the energies of what runs are those of what was asked.
  public let isFaithful: Bool

  /// - Parameters:
  ///   - seed: of the search for a place on the chip.
  ///   - shouldStop: ends that search.
  /// - Throws: `ProblemError` if the problem does not fit on the chip or a setting is impossible.
  public init(
    _ asked: IsingProblem, on device: DeviceSettings, seed: UInt64, shouldStop: () -> Bool = { false }
  ) throws {
    self.asked = asked
    if var graph = try device.couplers ?? device.chip?.graph() {
      if let missing = device.missing { graph = try ChipFile.removing(missing, from: graph) }
      let embedding =
        try device.chains.map { try MinorEmbedding(chains: $0, of: asked, on: graph) }
        ?? EmbeddingSearch.embedding(of: asked, on: graph, seed: seed, shouldStop: shouldStop)
      embedded = try EmbeddedProblem(asked, embedding: embedding, on: graph, chainStrength: device.chainStrength)
    } else {
      embedded = nil
    }
    problem = try device.couplings.applied(to: embedded?.problem ?? asked)
    isFaithful = embedded == nil && device.couplings.isIdeal
  }

  /// A state of what was asked, as one of what runs.
  public func encode(_ spins: [Int8]) -> [Int8] { embedded?.embed(spins) ?? spins }

  /// A state of what runs, as one of what was asked.
  public func decode(_ spins: [Int8]) -> [Int8] { embedded?.unembed(spins) ?? spins }

  /// The device's samples as those of what was asked, with the energies of the couplings that were asked for.
  ///
  /// - Throws: `ProblemError` if a state is none of the device's.
  public func decode(_ samples: SampleSet) throws -> SampleSet {
    guard !isFaithful else { return samples }
    let reads = try samples.samples.map { sample in
      let spins = decode(sample.spins)
      return SampleSet.Sample(spins: spins, energy: try asked.energy(of: spins), occurrences: sample.occurrences)
    }
    return SampleSet(reads: reads, seconds: samples.seconds)
  }

  /// The mean share of broken chains; `nil` without chains.
  public func chainBreakFraction(_ samples: SampleSet) -> Double? {
    guard let embedded, samples.readCount > 0 else { return nil }
    let broken = samples.samples.reduce(0) { $0 + embedded.chainBreakFraction($1.spins) * Double($1.occurrences) }
    return broken / Double(samples.readCount)
  }
}

/// What a device would take for its samples: power times time.
///
/// The analogue devices that these machines emulate settle in microseconds at milliwatts. Unless other figures are given, those of
/// an oscillator network: 12 mW for 3 µs, or 0.036 µJ a sample.
public struct DeviceEstimate: Sendable, Equatable {
  /// Power in watts while it settles.
  public var power = 12e-3
  /// Seconds that one sample takes to settle.
  public var settlingTime = 3e-6
  /// Where the two figures come from.
  public var source = "an oscillator network that settles in 3 µs at 12 mW"

  /// The oscillator network of the defaults.
  public init() {}

  /// - Throws: `ProblemError` if one of them is not above 0.
  public init(power: Double, settlingTime: Double, source: String = "as given") throws {
    guard power.isFinite, power > 0, settlingTime.isFinite, settlingTime > 0 else {
      throw ProblemError("a device of \(power) W and \(settlingTime) s a sample, expected numbers above 0")
    }
    (self.power, self.settlingTime, self.source) = (power, settlingTime, source)
  }

  /// Joules of so many samples.
  public func energy(samples: Int) -> Double { power * settlingTime * Double(samples) }

  /// Seconds of so many samples, one after the other.
  public func time(samples: Int) -> Double { settlingTime * Double(samples) }
}

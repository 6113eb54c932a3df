/// Where the spins of an Ising network settle in given fields, or what they are on average.
protocol SpinRelaxation: AnyObject {
  /// Takes new couplings, one for each of the layout's pairs.
  func program(_ couplings: [Float]) throws

  /// The free phase.
  ///
  /// - Parameters:
  ///   - fields: `h`, one a spin.
  ///   - number: of the sample, by which noise is counted.
  func relaxFreely(fields: [Float], number: Int, into correlations: SpinCorrelations) throws

  /// A nudged phase, of the sample whose free phase was the last.
  func relaxNudged(fields: [Float], number: Int, into correlations: SpinCorrelations) throws

  /// Sweeps of one phase, those of all reads.
  var sweepsPerPhase: (free: Int, nudged: Int) { get }
  /// The share of chains that were broken in the last free phase; 0 without chains.
  var chainBreakFraction: Double { get }
}

extension SpinRelaxation {
  var chainBreakFraction: Double { 0 }
}

/// A relaxation that averages over samples at one temperature. All phases of a sample draw the same noise, so that what differs between
/// them is the nudge's doing.
protocol SpinAveraging: SpinRelaxation {
  func sample(fields: [Float], number: Int, into correlations: SpinCorrelations) throws
}

extension SpinAveraging {
  func relaxFreely(fields: [Float], number: Int, into correlations: SpinCorrelations) throws {
    try sample(fields: fields, number: number, into: correlations)
  }

  func relaxNudged(fields: [Float], number: Int, into correlations: SpinCorrelations) throws {
    try sample(fields: fields, number: number, into: correlations)
  }
}

/// What the rule of learning reads off relaxed spins: `⟨s_i⟩`, and `⟨s_i s_j⟩` of every coupled pair; of an annealer the values of
/// one state, of a sampler averages over samples.
public final class SpinCorrelations {
  /// `⟨s_i⟩`.
  public internal(set) var spins: [Float]
  /// `⟨s_i s_j⟩`, in the order of the layout's pairs.
  public internal(set) var pairs: [Float]

  init(_ layout: IsingNetworkLayout) {
    spins = Array(repeating: 0, count: layout.spinCount)
    pairs = Array(repeating: 0, count: layout.pairs.count)
  }

  /// Takes the values of one state.
  func take(_ state: [Int8], _ coupled: [(Int32, Int32)]) {
    for spin in spins.indices { spins[spin] = Float(state[spin]) }
    for (index, (one, other)) in coupled.enumerated() { pairs[index] = Float(state[Int(one)] * state[Int(other)]) }
  }

  func clear() {
    for spin in spins.indices { spins[spin] = 0 }
    for index in pairs.indices { pairs[index] = 0 }
  }

  /// Divides sums over samples by their number.
  func divide(by samples: Int) {
    let share = 1 / Float(max(samples, 1))
    for spin in spins.indices { spins[spin] *= share }
    for index in pairs.indices { pairs[index] *= share }
  }
}

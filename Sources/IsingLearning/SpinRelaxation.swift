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

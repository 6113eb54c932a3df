import Ising
import Networks

/// The machine that an Ising network is to run on: its couplers, range, resolution and imperfections.
public struct IsingHardware: Equatable, Sendable {
  /// `nil`: every spin may be coupled to every other.
  public var chip: HardwareGraph?
  /// The coupling within chains; `nil`: √2 · rms J · √(mean degree), anew after every update.
  public var chainStrength: Double?
  /// The greatest magnitudes of a coupling and of a field; what is greater is cut off. Both or neither.
  public var couplingRange: Double?
  /// The greatest magnitude of a field; see `couplingRange`.
  public var fieldRange: Double?
  /// Of couplings and fields, over their range.
  public var bits: Int?
  /// The relative error of each coupling and field, and the device that has it.
  public var mismatch = 0.0
  /// The device's number, from which its errors are drawn.
  public var device: UInt64 = 0

  /// All couplers, and no limits.
  public init() {}

  var couplings: DeviceCouplings {
    var couplings = DeviceCouplings()
    if let couplingRange, let fieldRange { couplings.range = .init(coupling: couplingRange, field: fieldRange) }
    couplings.bits = bits
    couplings.mismatch = mismatch
    couplings.device = device
    return couplings
  }

  /// - Throws: `NetworkError` if a setting is impossible.
  public func validate() throws {
    guard (couplingRange == nil) == (fieldRange == nil) else {
      throw NetworkError("ising.hardware: expected both couplingRange and fieldRange, or neither")
    }
    guard bits == nil || couplingRange != nil else {
      throw NetworkError("ising.hardware: bits divide a range; set couplingRange and fieldRange")
    }
    guard chainStrength == nil || chip != nil else {
      throw NetworkError("ising.hardware: a chain strength needs a chip with chains")
    }
    do {
      try couplings.validate()
    } catch { throw NetworkError("ising.hardware: \(error)") }
  }

  /// The place of a network's spins on the chip.
  func embedding(of layout: IsingNetworkLayout, seed: UInt64) throws -> (embedding: MinorEmbedding, graph: WeightedGraph)? {
    guard let chip else { return nil }
    let graph = try chip.graph()
    let problem = try layout.problem(couplings: Array(repeating: 1, count: layout.pairs.count))
    let description = layout.description
    if description.graph == .layered,
      let lines = try MinorEmbedding.crossing(
        description.hidden, layout.spinCount - description.hidden, of: problem, on: chip)
    {
      return (lines, graph)
    }
    do {
      return (try EmbeddingSearch.embedding(of: problem, on: graph, seed: seed), graph)
    } catch { throw NetworkError("ising.hardware: \(error)") }
  }
}

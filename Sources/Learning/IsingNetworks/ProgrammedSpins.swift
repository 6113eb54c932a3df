import Ising
import Kernels

/// The couplings of an Ising network as a machine runs them: embedded into its chip if it has one, within its range, and with its
/// faults.
final class ProgrammedSpins {
  /// From this share of coupled pairs on dense rows are faster than lists of neighbours.
  private static let denseFrom = 0.25

  private let layout: IsingNetworkLayout
  private let chainStrength: Double?
  private let faults: DeviceCouplings
  private let placement: (embedding: MinorEmbedding, graph: WeightedGraph)?
  /// The machine's spins that are used, and of each logical spin which of them.
  private let places: [Int]
  private let chains: [[Int]]
  private var embedded: EmbeddedProblem?
  private(set) var flips: any BiasedFlips

  /// - Throws: `NetworkError` if the network has no place on the chip.
  init(_ layout: IsingNetworkLayout, hardware: IsingHardware, seed: UInt64) throws {
    try hardware.validate()
    self.layout = layout
    chainStrength = hardware.chainStrength
    faults = hardware.couplings
    let placement = try hardware.embedding(of: layout, seed: seed)
    self.placement = placement
    if let chains = placement?.embedding.chains {
      places = chains.flatMap { $0.map(Int.init) }.sorted()
      var position: [Int: Int] = [:]
      for (index, place) in places.enumerated() { position[place] = index }
      self.chains = chains.map { chain in chain.compactMap { position[Int($0)] } }
    } else {
      places = Array(0..<layout.spinCount)
      chains = places.map { [$0] }
    }
    flips = SparseFlips(
      SparseCouplings(rowStarts: Array(repeating: 0, count: places.count + 1), neighbours: [], couplings: []))
  }

  /// The machine's spins that are used.
  var count: Int { places.count }

  /// Takes new couplings, one for each of the layout's pairs.
  func program(_ couplings: [Float]) throws {
    let logical = try layout.problem(couplings: couplings)
    embedded = try placement.map {
      try EmbeddedProblem(logical, embedding: $0.embedding, on: $0.graph, chainStrength: chainStrength)
    }
    let problem = try faults.applied(to: embedded?.problem ?? logical)
    var position = [Int32](repeating: -1, count: problem.spinCount)
    for (index, place) in places.enumerated() { position[place] = Int32(index) }
    var starts = [0]
    var (neighbours, values) = ([Int32](), [Float]())
    for place in places {
      for entry in problem.row(place) {
        neighbours.append(position[Int(problem.neighbours[entry])])
        values.append(Float(problem.couplings[entry]))
      }
      starts.append(neighbours.count)
    }
    let rows = SparseCouplings(rowStarts: starts, neighbours: neighbours, couplings: values)
    flips = problem.density >= Self.denseFrom ? DenseFlips(rows) : SparseFlips(rows)
  }

  /// Gives the machine's spins their fields: a chain's spins share that of the logical spin.
  func take(fields: [Float]) {
    var shared = [Float](repeating: 0, count: places.count)
    for (spin, chain) in chains.enumerated() {
      for place in chain {
        let field = Double(fields[spin]) / Double(chain.count)
        shared[place] = Float(faults.isIdeal ? field : faults.realised(field: field, of: places[place]))
      }
    }
    flips.take(bias: shared)
  }

  /// The logical spins of a state of the machine's: by majority in every chain.
  func logical(_ state: [Int8]) -> [Int8] { embedded.map { $0.unembed(onChip(state)) } ?? state }

  /// The share of chains that are broken in a state of the machine's.
  func chainBreakFraction(_ state: [Int8]) -> Double { embedded.map { $0.chainBreakFraction(onChip(state)) } ?? 0 }

  private func onChip(_ state: [Int8]) -> [Int8] {
    var spins = [Int8](repeating: 1, count: placement?.graph.vertexCount ?? 0)
    for (index, place) in places.enumerated() { spins[place] = state[index] }
    return spins
  }
}

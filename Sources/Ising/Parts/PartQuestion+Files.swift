import MPI
import Parallel

extension PartQuestion {
  /// The greatest cut or the ground state of a graph in a file that no rank's memory holds whole; `nil` for other files and questions, and
  /// where parts would not do. Collective.
  ///
  /// Each rank reads an equal part of the file's bytes, piece by piece, and sends every edge to the owners of its ends. A rank's vertices are a
  /// run of their numbers, known before the first edge: the cut by chunks that Stanton & Kliot (KDD 2012) compare other streaming cuts with.
  ///
  /// - Throws: `ProblemFileError` with what is wrong with the file, or that a rank's rows do not fit into memory.
  init?(file path: String, _ settings: QuestionSettings, for use: any ProblemUse, over world: Communicator) throws {
    let kind = settings.kind ?? .maxCut
    guard world.size > 1, kind == .maxCut || kind == .ising, settings.variableType == nil, !settings.isMaximised,
      settings.instance == nil, let file = EdgeFile(path, format: settings.format), let group = try use.sharers(in: world),
      file.vertexCount >= group.size, try world.allreduce(file.isTooLarge ? 1 : 0, .max) == 1
    else { return nil }
    let (rows, totalWeight) = try Self.read(file, kind, over: group)
    let measure: any PartMeasure =
      kind == .maxCut
      ? PartCut(vertexCount: file.vertexCount, edgeCount: file.edgeCount, totalWeight: totalWeight)
      : PartEnergy(spinCount: file.vertexCount, couplingCount: file.edgeCount)
    self.init(measure, kind: kind, file: path, rows: rows, group: group, because: "a rank's memory cannot hold all couplings")
    bestKnown = kind == .maxCut ? BestKnown.cut(for: path) : nil
  }

  /// This rank's rows, and the sum of all weights. Collective.
  private static func read(
    _ file: EdgeFile, _ kind: ProblemKind, over group: Communicator
  ) throws -> (rows: any ProblemRows, totalWeight: Total) {
    let (vertices, ranks) = (file.vertexCount, group.size)
    let own = SpinOwners.run(of: group.rank, ranks: ranks, spins: vertices)
    // A rank may get more than its share of the edges; what it gets is there before it is counted.
    let entries = 2 * file.edgeCount / ranks
    do {
      try ListedRows<Float>.requireMemory(spins: own.count, of: vertices, couplings: entries)
    } catch { throw ProblemFileError(file: file.path, line: nil, reason: "\(error)") }
    var rows = EdgeRows(vertexCount: vertices, own: own, entries: entries, file: file.path)
    var reader = try EdgeReader(file, part: group.rank, of: ranks)
    var (count, weight, isInteger) = (0, 0.0, true)
    var goesOn = true
    while goesOn {
      let piece = try reader.next()
      var ends = [[Int32]](repeating: [], count: ranks)
      var weights = [[Double]](repeating: [], count: ranks)
      if let piece {
        count += piece.weights.count
        for (edge, value) in piece.weights.enumerated() {
          let (source, target) = (piece.ends[2 * edge], piece.ends[2 * edge + 1])
          for (end, other) in [(source, target), (target, source)] {
            let owner = SpinOwners.owner(of: Int(end), ranks: ranks, spins: vertices)
            ends[owner].append(end)
            ends[owner].append(other)
            weights[owner].append(value)
          }
          weight += value
          isInteger = isInteger && value == value.rounded()
        }
      }
      let (allEnds, allWeights) = (try group.alltoallVarying(ends), try group.alltoallVarying(weights))
      for (ends, weights) in zip(allEnds, allWeights) { rows.append(ends: ends, weights: weights) }
      goesOn = try group.allreduce(piece == nil ? 0 : 1, .max) == 1
    }
    if let refusal = file.refusal(ofEdges: try group.allreduce(count, .sum)) { throw refusal }
    let total = try group.allreduce(weight, .sum)
    let isExact = try group.allreduce(isInteger && weight.magnitude <= 0x1p53 ? 1 : 0, .min) == 1
    return (try rows.made(times: kind == .maxCut ? -1 : 1), isExact ? .integer(Int64(total)) : .real(total))
  }
}

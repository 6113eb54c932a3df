import Host
import Ising
import Kernels

/// How a problem's replicas are held: in words of 512 where couplings are few units, in vectors of 16 otherwise.
struct ReplicaHome: Sendable {
  let couplings: ReplicaCouplings
  let coded: CodedCouplings?
  let isFixed: [Bool]

  init(_ problem: IsingProblem, fixed: [Int: Int8]) {
    couplings = ReplicaCouplings(
      rowStarts: problem.rowStarts, neighbours: problem.neighbours, couplings: problem.couplings, fields: problem.fields)
    coded = CodedCouplings(couplings)
    var isFixed = [Bool]()
    if !fixed.isEmpty {
      isFixed = [Bool](repeating: false, count: problem.spinCount)
      for spin in fixed.keys { isFixed[spin] = true }
    }
    self.isFixed = isFixed
  }

  /// `multi-spin coded` or `lanes`.
  var kernelName: String { coded == nil ? "lanes of 16 replicas" : "words of 512 replicas" }

  /// Replicas that cost little more than one.
  private var cheapReplicas: Int { coded == nil ? 64 : 512 }
  private var alignment: Int { coded == nil ? LaneReplicas.alignment : CodedReplicas.alignment }

  /// Ladders where none are asked for: an even number, so that each has another to overlap with.
  func standardChains(temperatures: Int) -> Int { max(4, cheapReplicas / temperatures / 2 * 2) }

  /// The kernel for some ladders, and where their replicas begin among its lanes.
  func kernel(chains: Range<Int>, temperatures: Int, seed: UInt64) -> (kernel: any ReplicaKernel, firstLane: Int) {
    let first = chains.lowerBound * temperatures
    let aligned = first / alignment * alignment
    let lanes = chains.upperBound * temperatures - aligned
    let layout = ReplicaLayout(whole: couplings, isFixed: isFixed)
    if let coded {
      let kernel = CodedReplicas(
        couplings, coded: coded, layout: layout, firstReplica: aligned, laneCount: lanes, seed: seed)
      return (kernel, first - aligned)
    }
    return (
      LaneReplicas(couplings, layout: layout, firstReplica: aligned, laneCount: lanes, seed: seed), first - aligned
    )
  }

  /// Asked before memory is taken.
  ///
  /// - Throws: `SamplerError` if so many replicas do not fit.
  func checkMemory(replicas: Int, record: Double, processes: Int) throws {
    let unit = coded == nil ? 64.0 : 512.0
    let padded = (Double(replicas) / unit).rounded(.up) * unit
    let pairs = Double(couplings.neighbours.count / 2)
    let bits = padded * (2 * Double(couplings.spinCount) + pairs)
    let bytes = bits / 8 + record + 24 * pairs + 64 * Double(couplings.spinCount)
    let limit = Double(MemoryLimit.bytesLeft(sharedBy: processes)) * 0.75
    guard bytes <= limit else {
      throw SamplerError(
        "\(replicas) replicas of \(couplings.spinCount) spins on a rank would take \(Int(bytes / 1e6)) MB of "
          + "\(Int(limit / 1e6)) MB; give fewer chains or temperatures, or more ranks")
    }
  }
}

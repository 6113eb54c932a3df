import Ising
import Kernels

/// What the replicas of a rank are at: energies, magnetisations, and overlaps of some of them. All ranks that share the spins read the same.
final class ReplicaReadings {
  /// Of each replica, those of the last reading.
  private(set) var energies: [Double]
  /// Mean spins of the replicas that were read.
  private(set) var magnetisations: [Double] = []
  /// Overlaps of couples, and those of their coupled pairs.
  private(set) var overlaps: [Double] = []
  private(set) var links: [Double] = []
  let meter: any ReplicaMeter

  private let problem: any SampledProblem
  private let kernel: any ReplicaKernel
  private let firstLane: Int
  private var integers: [Int64]
  private var counts: [Int64] = []

  /// - Parameters:
  ///   - firstLane: where the replicas begin among the kernel's lanes.
  ///   - count: replicas.
  init(_ problem: any SampledProblem, kernel: any ReplicaKernel, firstLane: Int, count: Int) {
    self.problem = problem
    self.kernel = kernel
    self.firstLane = firstLane
    meter = kernel.states.meter()
    energies = [Double](repeating: 0, count: count)
    integers = [Int64](repeating: 0, count: kernel.states.laneCount)
  }

  /// Collective over the ranks that share the spins, like the other reading.
  func readEnergies() throws {
    for lane in integers.indices { integers[lane] = 0 }
    try kernel.addEnergies(to: &integers)
    Self.read(integers, from: firstLane, unit: kernel.energyUnit, offset: problem.offset, into: &energies)
  }

  /// A function of its arguments alone: a check of exclusive access for each number would take longer than the sums.
  private static func read(_ integers: [Int64], from first: Int, unit: Double, offset: Double, into energies: inout [Double]) {
    for index in energies.indices { energies[index] = offset + unit * Double(integers[first + index]) }
  }

  /// - Parameters:
  ///   - replicas: whose magnetisations are wanted.
  ///   - couples: how many overlaps are.
  ///   - couple: the replicas of each.
  ///   - readsPairs: whether the meter's pairs are wanted beyond that.
  func readStates(
    _ replicas: Range<Int>, couples: Int, _ couple: (Int) -> (Int, Int), readsPairs: Bool = false
  ) throws {
    meter.read(pairs: couples > 0 || readsPairs)
    if counts.count != replicas.count + 2 * couples || magnetisations.count != replicas.count {
      counts = [Int64](repeating: 0, count: replicas.count + 2 * couples)
      magnetisations = [Double](repeating: 0, count: replicas.count)
      overlaps = [Double](repeating: 0, count: couples)
      links = overlaps
    }
    for (place, replica) in replicas.enumerated() { counts[place] = meter.sum(firstLane + replica) }
    for index in 0..<couples {
      let (one, other) = couple(index)
      counts[replicas.count + index] = meter.overlap(firstLane + one, firstLane + other)
      counts[replicas.count + couples + index] = meter.linkOverlap(firstLane + one, firstLane + other)
    }
    try kernel.total(&counts)
    for place in magnetisations.indices { magnetisations[place] = meter.mean(counts[place], of: problem.spinCount) }
    let pairs = max(problem.couplingCount, 1)
    for index in 0..<couples {
      overlaps[index] = meter.mean(counts[replicas.count + index], of: problem.spinCount)
      links[index] = meter.mean(counts[replicas.count + couples + index], of: pairs)
    }
  }
}

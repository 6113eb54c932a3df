import Foundation
import Ising
import Kernels

/// Moves of whole clusters of spins between sweeps. Each leaves the Boltzmann distribution as it is.
public enum ClusterMove: String, CaseIterable, Codable, Sendable {
  /// Houdayer's move: two replicas at one temperature exchange a cluster of spins in which they differ.
  case icm
  /// Wolff's move, for problems without frustration.
  case wolff
}

/// The cluster moves of one rank's ladders.
///
/// Houdayer's move turns a connected cluster of spins that differ in both replicas of a pair. The sum of the two energies stays, and so does the
/// overlap of every spin; so any rule that chooses clusters by overlaps alone is in balance: here clusters of more than half of the spins, and
/// those that would only exchange the replicas, are left alone. Without fields a state is as good as its mirror image, and where the replicas
/// differ in most spins, clusters in which they agree do the same.
/// Sources: Houdayer, Eur. Phys. J. B 22, 479 (2001); Zhu, Ochoa & Katzgraber, Phys. Rev. Lett. 115, 077201 (2015); Wolff, Phys. Rev. Lett.
/// 62, 361 (1989).
struct ClusterMoves {
  private let moves: [ClusterMove]
  private let kernel: any ReplicaKernel
  private let clusters: ReplicaClusters
  private let philox: Philox
  private let rows: PackedStates
  private let firstLane: Int
  /// Houdayer's clusters percolate above this temperature, √⟨J²⟩.
  private let leastInverseTemperature: Double
  /// Whether a state is as good as its mirror image.
  private let isSymmetric: Bool
  private let greatestCluster: Int

  /// - Returns: `nil` if none are asked for.
  init?(_ home: ReplicaHome, _ settings: SamplerSettings, kernel: any ReplicaKernel, firstLane: Int) {
    guard !settings.moves.isEmpty else { return nil }
    moves = ClusterMove.allCases.filter { settings.moves.contains($0) }
    self.kernel = kernel
    self.firstLane = firstLane
    let couplings = home.couplings
    clusters = ReplicaClusters(couplings, states: kernel.states)
    philox = Philox(seed: settings.seed, .clusters)
    rows = PackedStates(bits: kernel.states.ownCount, rows: kernel.states.bitCount)
    let squares = couplings.couplings.reduce(0) { $0 + $1 * $1 }
    leastInverseTemperature = squares > 0 ? (Double(couplings.couplings.count) / squares).squareRoot() : .infinity
    isSymmetric = settings.fixed.isEmpty && couplings.fields.allSatisfy { $0 == 0 }
    greatestCluster = couplings.spinCount / 2
  }

  /// Makes each move once: Houdayer's for each pair of replicas at a low temperature, Wolff's for each replica.
  func run(_ tempering: Tempering, inverseTemperatures: [Double], sweep: UInt32) {
    for move in moves {
      switch move {
      case .icm: exchangeClusters(tempering, inverseTemperatures: inverseTemperatures, sweep: sweep)
      case .wolff: turnClusters(tempering, inverseTemperatures: inverseTemperatures, sweep: sweep)
      }
    }
  }

  private func exchangeClusters(_ tempering: Tempering, inverseTemperatures: [Double], sweep: UInt32) {
    kernel.states.unpackSpins(into: rows)
    let count = tempering.temperatureCount
    for pair in 0..<tempering.chains.count / 2 {
      for temperature in 0..<count where inverseTemperatures[temperature] >= leastInverseTemperature {
        let one = firstLane + 2 * pair * count + tempering.replicas[2 * pair * count + temperature]
        let other = firstLane + (2 * pair + 1) * count + tempering.replicas[(2 * pair + 1) * count + temperature]
        let number = UInt32(truncatingIfNeeded: tempering.chains.lowerBound / 2 + pair)
        let drawn = philox.block(SIMD4(number, UInt32(temperature), sweep, 0))
        let agree = isSymmetric && 2 * rows.differences(one, other) > kernel.states.ownCount
        let choice = (Double(drawn.x) + Double(drawn.y) * 0x1p-32) * 0x1p-32
        guard
          let size = clusters.overlapCluster(rows, one, other, agree: agree, choice: choice, greatest: greatestCluster)
        else { continue }
        kernel.flip(first: size, of: clusters.members, lane: one)
        kernel.flip(first: size, of: clusters.members, lane: other)
      }
    }
  }

  private func turnClusters(_ tempering: Tempering, inverseTemperatures: [Double], sweep: UInt32) {
    let count = tempering.temperatureCount
    for (index, temperature) in tempering.temperatures.enumerated() {
      let replica = UInt32(truncatingIfNeeded: tempering.chains.lowerBound * count + index)
      var (block, used, words) = (UInt32(0), 4, SIMD4<UInt32>())
      let size = clusters.wolffCluster(lane: firstLane + index, inverseTemperature: inverseTemperatures[temperature]) {
        if used == 4 {
          words = philox.block(SIMD4(replica, block, sweep, 1))
          (block, used) = (block + 1, 0)
        }
        used += 1
        return (Double(words[used - 1]) + 0.5) * 0x1p-32
      }
      if let size { kernel.flip(first: size, of: clusters.members, lane: firstLane + index) }
    }
  }
}

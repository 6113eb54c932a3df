import Configuration
import Foundation
import Host
import Kernels
import Learning
import MPI
import Networks
import Parallel

/// The grid that a configuration asks for, or the one that is predicted to be fastest.
package struct GridChoice {
  package let shape: GridShape
  /// Why, where it was chosen automatically.
  package let reason: String?

  /// Collective.
  ///
  /// - Parameters:
  ///   - networks: the most that can relax at the same time.
  ///   - predicts: whether to choose by the predicted time of a training step; the fewest strips otherwise.
  /// - Throws: `GridError` that lists the possible grids.
  package init(
    _ configuration: Configuration, layout: NetworkLayout, networks: Int, predicts: Bool = true, over world: Communicator
  ) throws {
    let possible = GridShape.possible(
      ranks: world.size, networks: networks, strips: StripPartition.greatestCount(layout))
    let wanted = configuration.grid
    let matching = possible.filter {
      (wanted.data == nil || wanted.data == $0.data) && (wanted.spin == nil || wanted.spin == $0.spin)
    }
    guard !matching.isEmpty else {
      throw Self.refusal(wanted, ranks: world.size, networks: networks, layout: layout, possible: possible)
    }
    guard matching.count > 1, predicts else {
      shape = matching[0]
      reason = nil
      return
    }
    let speed = try MachineSpeed.measured(over: world)
    let left = try world.allreduce(MemoryLimit.bytesLeft, .min)
    let capacity = EquilibriumPropagation.capacity(configuration.learning)
    let fitting = try matching.filter {
      try StripPartition(layout, strips: $0.spin).greatestBytes(capacity: capacity) <= left
    }
    let predictions = try (fitting.isEmpty ? matching : fitting).map {
      try StepPrediction(
        $0, layout: layout, relaxation: configuration.relaxation, settings: configuration.learning, speed: speed)
    }
    // All ranks predict from the same measurements, so they choose the same.
    let best = predictions.min { $0.total < $1.total } ?? predictions[0]
    shape = best.shape
    let times = predictions.map { "\($0.shape) " + String(format: "%.3g s", $0.total) }.joined(separator: ", ")
    reason = "grid \(best.shape) (data × spin) is predicted to be fastest; a step: \(times)"
  }

  /// The grid of networks that cannot be cut into strips: every rank has whole ones.
  ///
  /// - Throws: `GridError` if there are more ranks than networks, or the configuration asks for another grid.
  package init(dataOnly configuration: Configuration, networks: Int, over world: Communicator) throws {
    let wanted = configuration.grid
    guard wanted.spin ?? 1 == 1, wanted.data ?? world.size == world.size else {
      throw GridError(
        "grid: this network cannot be cut into strips; expected data \(world.size) and spin 1, or neither, on \(world.size) ranks"
      )
    }
    guard world.size <= networks else {
      throw GridError(
        "\(world.size) ranks share \(networks) micro-shards, and this network cannot be cut into strips; use fewer ranks, a larger "
          + "learning.batch.size or a smaller learning.batch.shard")
    }
    shape = GridShape(data: world.size, spin: 1)
    reason = nil
  }

  /// The grid for one network alone: as many strips as the ranks divide into, unless the configuration says how many.
  package static func forOneNetwork(
    _ configuration: Configuration, layout: NetworkLayout, over world: Communicator
  ) throws -> GridShape {
    let strips = StripPartition.greatestCount(layout)
    let possible = GridShape.possible(ranks: world.size, networks: world.size, strips: strips)
    let wanted = configuration.grid
    let matching = possible.filter {
      (wanted.data == nil || wanted.data == $0.data) && (wanted.spin == nil || wanted.spin == $0.spin)
    }
    guard let most = matching.last else {
      throw refusal(wanted, ranks: world.size, networks: world.size, layout: layout, possible: possible)
    }
    return most
  }

  private static func refusal(
    _ wanted: GridSettings, ranks: Int, networks: Int, layout: NetworkLayout, possible: [GridShape]
  ) -> GridError {
    let strips = StripPartition.greatestCount(layout)
    let asked = [wanted.data.map { "grid.data \($0)" }, wanted.spin.map { "grid.spin \($0)" }].compactMap { $0 }
      .joined(separator: ", ")
    let cause: String
    if let spin = wanted.spin, spin > strips {
      cause = "\(spin) strips are more than the \(strips) row\(strips == 1 ? "" : "s") of the tallest layer"
    } else if let data = wanted.data, data > networks {
      cause = "\(data) data groups share \(networks) micro-shard\(networks == 1 ? "" : "s")"
    } else if asked.isEmpty {
      cause = "\(ranks) ranks are too many: there are \(networks) micro-shards and at most \(strips) strips"
    } else {
      cause = "data × spin has to be the \(ranks) rank\(ranks == 1 ? "" : "s") of this job"
    }
    let choice =
      possible.isEmpty
      ? "no grid of \(ranks) ranks is possible; use fewer ranks, a larger learning.batch.size or a smaller learning.batch.shard"
      : "possible here (data × spin): " + possible.map(\.description).joined(separator: ", ")
    return GridError([asked, cause].filter { !$0.isEmpty }.joined(separator: ": ") + "; " + choice)
  }
}

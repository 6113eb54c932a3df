import Networks
import Parallel

/// What one mini-batch is predicted to take on a grid, from the operations and the messages of the busiest rank.
///
/// The estimate is coarse: products run at a fixed share of the processor's peak, exchange is not hidden behind them, and every
/// phase makes all its sweeps. It serves to compare grids.
package struct StepPrediction: Sendable {
  /// The grid that it is predicted for.
  package let shape: GridShape
  /// Seconds of products.
  package let computing: Double
  /// Seconds in which rows are exchanged.
  package let exchanging: Double
  /// Seconds in which gradients are summed over ranks.
  package let reducing: Double
  /// Seconds of the whole mini-batch.
  package var total: Double { computing + exchanging + reducing }

  /// The share of the measured peak that products reach.
  package static let efficiency = 0.5

  /// - Throws: `NetworkError` if the network cannot be cut into so many strips.
  package init(
    _ shape: GridShape, layout: NetworkLayout, relaxation: RelaxationSettings, settings: LearningSettings, speed: MachineSpeed
  ) throws {
    self.shape = shape
    let partition = try StripPartition(layout, strips: shape.spin)
    let plan = RowPlan(partition, order: relaxation.effectiveOrder)
    let shards = (settings.batch.size / settings.batch.shard + shape.data - 1) / shape.data
    let nudgedPhases = settings.estimator.relaxedStates
    let sampleSweeps = settings.batch.shard * (relaxation.free.sweeps + nudgedPhases * relaxation.nudged.sweeps)
    let operations = (0..<shape.spin).map { 2 * Double(partition.multiplyAddsOfSweep(strip: $0)) }.max() ?? 0
    computing = Double(shards * sampleSweeps) * operations / (Self.efficiency * speed.operations)
    exchanging =
      (0..<shape.spin).map { strip in
        let traffic = plan.traffic(from: strip)
        let messages = Double(traffic.messages * (relaxation.free.sweeps + relaxation.nudged.sweeps)) * speed.latency
        return Double(shards) * (messages + Double(traffic.bytesPerSample * sampleSweeps) / speed.bandwidth)
      }.max() ?? 0
    let gradient = Double(layout.parameterCount * 4)
    let overData = shape.data == 1 ? 0 : 2 * gradient / Double(shape.spin)
    let overStrips = shape.spin == 1 ? 0 : Double(shards + 1) * gradient
    reducing = (overData + overStrips) / speed.bandwidth
  }
}

extension StripPartition {
  /// Multiply-adds of one sample in one sweep on one strip, counted as direct convolutions.
  package func multiplyAddsOfSweep(strip: Int) -> Int {
    layout.edges.reduce(0) { sum, edge in
      guard edge.pre != 0 else { return sum }
      let products = layout.multiplyAdds(of: edge)
      func share(_ layer: Int) -> Int {
        products * ownedRows(layer, strip: strip).count / layout.shape(layer).rows
      }
      return sum + share(edge.post) + share(edge.pre)
    }
  }
}

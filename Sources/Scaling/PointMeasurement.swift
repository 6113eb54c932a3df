import Foundation
import Host
import Kernels
import MPI
import Parallel

/// One point of a scaling study, measured by the ranks of this job.
package struct PointMeasurement {
  private let subject: any ScalingSubject
  private let mode: ScalingMode
  private let grid: GridShape?
  private let world: Communicator

  /// - Parameter grid: `nil` for the one that is predicted to be fastest.
  package init(_ subject: any ScalingSubject, mode: ScalingMode, grid: GridShape?, over world: Communicator) {
    self.subject = subject
    self.mode = mode
    self.grid = grid
    self.world = world
  }

  /// Makes steps; the first one, in which memory is taken, does not count. Collective.
  ///
  /// - Parameter launch: when the job was started.
  /// - Returns: the point, the same on every rank.
  package func run(steps: Int, repetition: Int, launch: Date) throws -> ScalingPoint {
    let measured = try subject.prepare(mode, grid: grid, over: world)
    try measured.step()
    try world.barrier()
    let start = Date().timeIntervalSince(launch)
    let speed = try MachineSpeed.measured(over: world)

    let before = measured.times.seconds
    let energy = ProcessorEnergy()
    try world.barrier()
    let begin = Profile.now
    for _ in 0..<steps { try measured.step() }
    let own = Profile.now - begin
    let seconds = try world.allreduce(own, .max) / Double(steps)
    let joules = try energy.joules(over: world)

    let phases = zip(measured.times.seconds, before).map { ($0 - $1) / Double(steps) }
    func mean(_ seconds: Double) throws -> Double { try world.allreduce(seconds, .sum) / Double(world.size) }
    func of(_ phase: Profile.Phase) -> Double { phases[phase.rawValue] }
    let (exchange, wait, reduce) = (of(.posted), of(.waited), of(.reduce))
    let compute = own / Double(steps) - exchange - wait - reduce
    let (cut, node) = (measured.cut, try nodes())
    return ScalingPoint(
      mode: mode, ranks: world.size, data: cut.grid.data, spin: cut.grid.spin, nodes: node.count, repetition: repetition,
      units: cut.units, steps: steps, seconds: seconds, unitsPerSecond: cut.units / seconds,
      spinUpdatesPerSecond: measured.spinUpdates / seconds, compute: try mean(compute),
      computeMost: try world.allreduce(compute, .max), exchange: try mean(exchange), wait: try mean(wait),
      reduce: try mean(reduce), work: cut.work, latency: speed.latency, bandwidth: speed.bandwidth,
      ranksPerCore: node.ranksPerCore, memory: try world.allreduce(ProcessMemory.greatest, .max),
      start: try world.allreduce(start, .max), joules: joules, efficiency: nil)
  }

  private func nodes() throws -> (count: Int, ranksPerCore: Double) {
    guard let environment = Environment.current else { return (1, 1) }
    let crowd = Double(environment.node.size) / Double(environment.processorsOnNode)
    return (environment.nodes, max(1, try world.allreduce(crowd, .max)))
  }
}

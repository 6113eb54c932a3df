import Host
import MPI

extension ProcessorEnergy? {
  /// Joules of all nodes since the counters of their ranks were made; `nil` if one of them counts none. Collective.
  package func joules(over world: Communicator) throws -> Double? {
    let isFirst = Environment.current?.node.rank ?? 0 == 0
    let own = self?.joules
    let isMissing = try world.allreduce(isFirst && own == nil ? 1 : 0, .sum) > 0
    let sum = try world.allreduce(isFirst ? own ?? 0 : 0, .sum)
    return isMissing ? nil : sum
  }
}

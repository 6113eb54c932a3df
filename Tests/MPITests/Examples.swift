import MPI

// The examples of docs/guide/mpi.md, word for word; `DocumentationTests` holds the two together.

/// Every rank learns the mean of all ranks' losses.
func meanLoss(_ loss: Double, on world: Communicator) throws -> Double {
  try world.allreduce(loss, .sum) / Double(world.size)
}

/// The gradients of all ranks, added up in place.
func reduceGradient(_ gradient: inout [Float], on world: Communicator) throws {
  try world.allreduce(&gradient, .sum)
}

/// One rank reads the settings, and everyone gets them, whatever their length.
func distribute(_ text: String, on world: Communicator) throws -> String {
  let bytes = try world.broadcastVarying(world.rank == 0 ? Array(text.utf8) : [], root: 0)
  return String(decoding: bytes, as: UTF8.self)
}

/// Each rank passes a token to the next one and gets that of the one before.
func passOn(_ token: [Int32], around world: Communicator) throws -> [Int32] {
  let next = (world.rank + 1) % world.size
  let previous = (world.rank + world.size - 1) % world.size
  return try world.sendReceive(token, to: next, from: previous)
}

/// Rank 0 takes results as they come, from whoever is ready.
func collect(_ result: [Double], on world: Communicator) throws -> [Int: [Double]] {
  guard world.rank == 0 else {
    try world.send(result, to: 0, tag: 1)
    return [:]
  }
  var results = [0: result]
  for _ in 1..<max(world.size, 1) {
    let (values, status) = try world.receiveMessage(Double.self, tag: 1)
    results[status.source] = values
  }
  return results
}

/// Work goes on while the sum is under way.
func overlap(_ values: [Float], on world: Communicator, while work: () -> Void) throws -> [Float] {
  let pending = try world.iallreduce(values, .sum)
  work()
  return try pending.wait()
}

/// A message that is waited for no longer than the deadline.
func receiveSoon(from source: Int, on world: Communicator) throws -> [Int]? {
  var impatient = world
  impatient.deadline = .milliseconds(50)
  do {
    return try impatient.receive(Int.self, from: source, tag: 3)
  } catch let error as MPIError where error.errorClass == .timeout {
    return nil
  }
}

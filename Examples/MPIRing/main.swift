// A token travels round the ring of all ranks, and each of them leaves its number: messages between two ranks, and a sum over all.
//
//     mpirun -n 4 .build/release/example-mpi-ring

import MPI

// Starts MPI and ends it; an error on any rank ends the whole job with one message.
Environment.run { world in
  let next = (world.rank + 1) % world.size
  let previous = (world.rank + world.size - 1) % world.size

  // The token begins at rank 0 and comes back to it.
  var token = [Int]()
  if world.rank == 0 {
    // A plain `send` may wait for its receiver, which is rank 0 itself if it is alone. `isend` returns at once; the request that it
    // gives has to be waited for.
    let sending = try world.isend([0], to: next)
    token = try world.receive(from: previous)
    try sending.wait()
  } else {
    // Messages may have any length; the receiver need not know it.
    token = try world.receive(from: previous) + [world.rank]
    try world.send(token, to: next)
  }

  // Every rank takes part in a collective operation, and all of them get the result.
  let total = try world.allreduce(world.rank, .sum)
  if world.rank == 0 { print("the token returned with \(token), \(token.reduce(0, +)) in all; the ranks add up to \(total)") }
  return 0
}

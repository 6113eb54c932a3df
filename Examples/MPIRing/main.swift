// A token travels round the ring of all ranks, and each of them adds its number: messages between two ranks, and a sum over all.
//
//     mpirun -n 4 .build/release/example-mpi-ring

import MPI

// Starts MPI and ends it; an error on any rank ends the whole job with one message.
Environment.run { world in
  let next = (world.rank + 1) % world.size
  let previous = (world.rank + world.size - 1) % world.size

  var token = [Int]()
  if world.rank == 0 {
    // A plain `send` may wait for its receiver, which is rank 0 itself if it is alone.
    let sending = try world.isend([0], to: next)
    token = try world.receive(from: previous)
    try sending.wait()
  } else {
    token = try world.receive(from: previous)
    print("rank \(world.rank) of \(world.size) on \(Environment.processorName) received \(token[0])")
    token[0] += world.rank
    try world.send(token, to: next)
  }

  // Every rank takes part in a collective operation, and all of them get the result.
  let expected = try world.allreduce(world.rank, .sum)
  guard world.rank == 0 else { return 0 }
  print("the token returned with \(token[0]); the ranks add up to \(expected)")
  return token[0] == expected ? 0 : 1
}

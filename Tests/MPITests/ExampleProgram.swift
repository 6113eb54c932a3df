import MPI

// The whole program of docs/guide/mpi.md, word for word; `Tests/system/test_mpi.py` runs it.

func program() -> Never {
  Environment.run { world in
    let total = try world.allreduce(world.rank, .sum)
    if world.rank == 0 {
      print("\(world.size) ranks add up to \(total) on \(Environment.processorName)")
    }
    return 0
  }
}

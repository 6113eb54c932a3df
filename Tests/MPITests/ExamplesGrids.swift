import MPI

// More examples of docs/guide/mpi.md, word for word: grids, halos and shared memory.

/// Smooths a rod that is cut into one piece a rank, each with one halo cell at both ends.
func smooth(_ cells: UnsafeMutableBufferPointer<Float>, sweeps: Int, on rod: CartesianCommunicator) throws {
  let last = cells.count - 1
  let (below, above) = try rod.shift(dimension: 0)
  func cell(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: cells[index...index])
  }
  var halo = PersistentGroup()
  try halo.add(rod.communicator.persistentReceive(into: cell(0), from: below, tag: 1))
  try halo.add(rod.communicator.persistentReceive(into: cell(last), from: above, tag: 2))
  try halo.add(rod.communicator.persistentSend(UnsafeBufferPointer(cell(1)), to: below, tag: 2))
  try halo.add(rod.communicator.persistentSend(UnsafeBufferPointer(cell(last - 1)), to: above, tag: 1))
  for _ in 0..<sweeps {
    try halo.startAll()
    try halo.waitAll()
    var left = cells[0]
    for index in 1..<last {
      (left, cells[index]) = (cells[index], (left + cells[index] + cells[index + 1]) / 3)
    }
  }
}

/// Each rank tells its neighbours on a grid how much work it has.
func neighbourLoads(_ load: Double, on grid: CartesianCommunicator) throws -> [Double] {
  try grid.neighborAllgather([load]).compactMap { $0?.first }
}

/// One table for all ranks of a node instead of one each.
func sumOfSharedTable(count: Int, on world: Communicator) throws -> Int {
  let node = try world.splitShared()
  let window = try SharedWindow<Int>(node, count: node.rank == 0 ? count : 0)
  let table = try window.segment(of: 0)
  for index in stride(from: node.rank, to: count, by: node.size) { table[index] = index }
  try window.fence()
  let sum = table.reduce(0, +)
  try window.free()
  try node.free()
  return sum
}

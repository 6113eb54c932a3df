import Foundation
import Ising
import MPI
import Machines
import TestSupport
import Testing

@testable import Solving

@Suite struct LongSearchTests {
  private func problem() throws -> IsingProblem {
    try SmallProblem(spins: 14, density: 0.4, hasFields: true, seed: 8).problem
  }

  private func settings(_ kind: MachineKind, reads: Int) -> SolverSettings {
    var settings = SolverSettings()
    (settings.machine, settings.reads, settings.steps, settings.seed) = (kind, reads, 6, 3)
    return settings
  }

  /// However often a search is stopped, it ends with the samples of one in one piece.
  @Test(arguments: [MachineKind.anneal, .gibbs, .coherentIsing, .discreteBifurcation])
  func interruptionsLeaveNoTrace(_ kind: MachineKind) throws {
    let (problem, folder) = (try problem(), try TemporaryFolder())
    let settings = settings(kind, reads: 300)
    let solver = try Solver(problem, settings)
    let whole = try solver.run()
    var starts = 0
    var found: Solution
    repeat {
      var asked = 0
      let store = try SearchStore(folder: folder.path, resumes: starts > 0, minutes: 1)
      // The first start is stopped at once, later ones ever later.
      let patience = (kind.isSequential ? 40 : 3) * starts
      found = try LongSearch(solver, store: store).run(shouldStop: {
        asked += 1
        return asked > patience
      })
      starts += 1
    } while found.wasStopped
    #expect(starts > 2)
    #expect(found.samples.samples == whole.samples.samples)
    #expect(found.energy == whole.energy && found.samples.readCount == whole.samples.readCount)
    // A search that is complete tells its result again.
    let again = try LongSearch(solver, store: SearchStore(folder: folder.path, resumes: true, minutes: 1)).run()
    #expect(again.samples.samples == whole.samples.samples && again.machine == kind)
  }

  @Test func moreReadsGoOn() throws {
    let (problem, folder) = (try problem(), try TemporaryFolder())
    for reads in [5, 20] {
      let store = try SearchStore(folder: folder.path, resumes: true, minutes: 1)
      _ = try LongSearch(Solver(problem, settings(.anneal, reads: reads)), store: store).run()
    }
    let store = try SearchStore(folder: folder.path, resumes: true, minutes: 1)
    let solver = try Solver(problem, settings(.anneal, reads: 20))
    #expect(try LongSearch(solver, store: store).run().samples.samples == solver.run().samples.samples)
  }

  /// Slices of a time limit go on from the best state, and their times add up.
  @Test func timeIsSpentInSlices() throws {
    let (problem, folder) = (try problem(), try TemporaryFolder())
    var settings = SolverSettings()
    settings.seed = 2
    var energies: [Double] = []
    for time in [0.05, 0.2] {
      settings.time = .seconds(time)
      let store = try SearchStore(folder: folder.path, resumes: true, minutes: 0.02 / 60)
      let found = try LongSearch(Solver(problem, settings), store: store).run()
      #expect(found.seconds >= time)
      energies.append(found.energy)
    }
    #expect(energies[1] <= energies[0])
  }

  @Test func anotherSearchIsRefused() throws {
    let (problem, folder) = (try problem(), try TemporaryFolder())
    func run(_ settings: SolverSettings, resumes: Bool = true) throws {
      let store = try SearchStore(folder: folder.path, resumes: resumes, minutes: 1)
      _ = try LongSearch(Solver(problem, settings), store: store).run()
    }
    try run(settings(.anneal, reads: 5))
    #expect(throws: SolverError.self) { try run(settings(.anneal, reads: 5), resumes: false) }
    #expect(throws: SolverError.self) { try run(settings(.gibbs, reads: 5)) }
    let other = try SmallProblem(spins: 14, density: 0.4, hasFields: true, seed: 9).problem
    let store = try SearchStore(folder: folder.path, resumes: true, minutes: 1)
    let error = #expect(throws: SolverError.self) {
      try LongSearch(Solver(other, settings(.anneal, reads: 5)), store: store).run()
    }
    #expect(error?.description.contains("the problem was") == true)
    var both = settings(.anneal, reads: 5)
    both.time = .seconds(1)
    #expect(throws: SolverError.self) { try LongSearch(Solver(problem, both), store: store) }
  }

  /// Whatever byte of a checkpoint is lost, it is refused or read as what it was.
  @Test func damagedCheckpointsAreRefused() throws {
    let (problem, folder) = (try problem(), try TemporaryFolder())
    let solver = try Solver(problem, settings(.anneal, reads: 5))
    let store = try SearchStore(folder: folder.path, resumes: true, minutes: 1)
    let whole = try LongSearch(solver, store: store).run()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: store.path))
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var damaged = bytes
      damaged[place] ^= 0x10
      try damaged.write(to: URL(fileURLWithPath: store.path))
      guard let found = try? LongSearch(solver, store: store).run() else { continue }
      #expect(found.energy == whole.energy)
    }
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: store.path))
    #expect(throws: (any Error).self) { try LongSearch(solver, store: store).run() }
  }
}

extension AcrossRanks {
  /// Searches that are begun by some ranks and ended by another number of them.
  @Suite struct LongSearchesTests {
    let world: Communicator

    init() throws { world = try AcrossRanks.environment.get().world }

    @Test(arguments: [MachineKind.anneal, .coherentIsing]) func ranksMayChange(_ kind: MachineKind) throws {
      let problem = try SmallProblem(spins: 14, density: 0.4, hasFields: true, seed: 8).problem
      var settings = SolverSettings()
      (settings.machine, settings.reads, settings.steps, settings.spread) = (kind, 700, 6, .replicas)
      let solver = try Solver(problem, settings)
      // One folder for all ranks, which the first one makes and removes.
      let folder = try world.rank == 0 ? TemporaryFolder() : nil
      let path = String(decoding: try world.broadcastVarying(Array((folder?.path ?? "").utf8), root: 0), as: UTF8.self)
      var asked = 0
      let stopped = try LongSearch(solver, store: SearchStore(folder: path, resumes: false, minutes: 1)).run(
        over: world,
        shouldStop: {
          asked += 1
          return asked > (kind.isSequential ? 60 : 3)
        })
      #expect(stopped.wasStopped)
      try world.barrier()
      if world.rank == 0 {
        // Alone, and from the same place, before the others go on.
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: "\(path)/checkpoint.safetensors", toPath: "\(copy.path)/checkpoint.safetensors")
        let alone = try LongSearch(solver, store: SearchStore(folder: copy.path, resumes: true, minutes: 1)).run()
        #expect(try alone.samples.samples == solver.run().samples.samples)
      }
      let all = try LongSearch(solver, store: SearchStore(folder: path, resumes: true, minutes: 1)).run(over: world)
      #expect(!all.wasStopped)
      if world.rank == 0 { #expect(try all.samples.samples == solver.run().samples.samples) }
    }
  }
}

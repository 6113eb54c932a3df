import ArgumentParser
import Foundation
import Host
import Ising
import MPI
import Solving

struct SolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solve",
    abstract: "Searches for the ground state of an Ising problem: Max-Cut, QUBO, communities and others.",
    discussion: """
      The ranks share out the reads, or the spins (--spread); a time limit holds for all of them. The best state so far is written when Ctrl-C, \
      SIGTERM or SIGUSR1 ends the search (exit code \(Exit.stopped)). docs/guide/solve.md shows every option at work.

        equilibria solve G22.txt --time 10
        mpirun -n 2 equilibria solve G22.txt --machine cim-cac \\
          --time 10 --reads 8 --seed 1
        equilibria solve karate.gml --problem communities --json
        equilibria solve sk:1000 --machine sb-discrete --steps 2000 \\
          --reads 64 --plot energy.svg
      """)

  @Argument(
    help: "The problem's file, plain or gzipped; or one to be drawn: sk:SPINS, dense:SPINS, torus:ROWSxCOLUMNS.",
    completion: .file())
  var file: String

  @OptionGroup(title: "Problem") var problem: SolveProblemOptions
  @OptionGroup(title: "Search") var search: SolveSearchOptions
  @OptionGroup(title: "Device") var device: SolveDeviceOptions
  @OptionGroup(title: "Output") var output: SolveOutputOptions

  func validate() throws {
    try problem.validate()
    try search.validate()
    try device.validate()
    try output.validate()
  }

  func run() {
    Job.run { world in
      StopSignal.install()
      try output.checkWritable(on: world)
      let posed = try problem.pose(file)
      let wasStopped =
        switch posed {
        case .spins(let question): try SolveRun(question, options: self, over: world).run()
        case .communities(let question): try SolveCommunitiesRun(question, options: self, over: world).run()
        }
      guard wasStopped else { return 0 }
      let first = try world.broadcast(getpid(), root: 0)
      if world.rank > 0 { Exit.leave(after: first) }
      return Exit.stopped
    }
  }
}

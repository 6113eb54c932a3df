import ArgumentParser

/// What the Ising machines find in a time, and how fast they are.
@main struct IsingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equilibria-ising-benchmark",
    abstract: "Ising machines: cuts after a time, spin updates against the core's peaks, spins over ranks.",
    discussion: """
        equilibria-ising-benchmark G39.txt --time 10 --seeds 5
        equilibria-ising-benchmark table $EQUILIBRIA_DATA/gset --log default.csv
        equilibria-ising-benchmark machines $EQUILIBRIA_DATA/gset --log machines.csv
        equilibria-ising-benchmark peak
        equilibria-ising-benchmark sample
        mpirun -n 2 equilibria-ising-benchmark ranks dense:20000
      """,
    subcommands: [CutsOfGraph.self, DefaultTable.self, MachineTable.self, PeakRatio.self, RankRatio.self, SamplingSpeed.self],
    defaultSubcommand: CutsOfGraph.self)
}

"""The names of Swift suites that the system tests run under MPICH's launcher. They are nowhere else."""

# Every rank runs them, all of them, and compares with what it computes alone.
ACROSS_RANKS = ["ParallelTests.AcrossRanks", "LearningTests.AcrossRanks", "SolvingTests.AcrossRanks", "SamplingTests.AcrossRanks"]
MPI = "MPITests"
MPI_SCENARIOS = "MPITests.AcrossRanks/ScenarioTests"
# What depends on the instruction set, or on the convolution's form.
KERNELS = ["KernelsTests", "NetworksTests", "LearningTests", "MachinesTests", "SolvingTests", "SamplingTests"]

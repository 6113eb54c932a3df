import TestTools
import Testing

/// Suites that depend on the instruction set or on the convolution's form, with others than this processor's fastest.
@Suite(.disabled(if: TestJob.isRunning, "runs outside jobs")) struct OtherKernels {
  @Test(arguments: [
    ["EQUILIBRIA_KERNELS": "AVX2"], ["EQUILIBRIA_KERNELS": "baseline"],
    // The direct convolution in the place of Winograd's.
    ["EQUILIBRIA_WINOGRAD": "0"],
  ])
  func allSuitesPass(environment: [String: String]) async throws {
    try await TestJob.expectPass(
      #"^(Kernels|Networks|Learning|Machines|Solving|Sampling)Tests\."#, environment: environment, allowsSkips: true)
  }
}

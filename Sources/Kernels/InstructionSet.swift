@preconcurrency import CKernels
import Foundation

/// The kernels in use: one of the instruction sets compiled into this binary, chosen at run time.
public struct InstructionSet: Sendable {
  let kernels: eq_kernels
  /// Those of the Ising machines.
  let machines: eq_machine_kernels

  /// `AVX-512`, `AVX2` or `baseline`.
  public var name: String { String(cString: kernels.name) }

  /// Those that this processor runs, fastest first.
  public static let available: [InstructionSet] = {
    var count: Int32 = 0
    let sets = eq_available_kernels(&count)!
    let machines = eq_available_machine_kernels(&count)!
    return (0..<Int(count)).map { InstructionSet(kernels: sets[$0]!.pointee, machines: machines[$0]!.pointee) }
  }()

  /// The fastest, or the one that the environment variable `EQUILIBRIA_KERNELS` names.
  public static let current: InstructionSet = {
    let wanted = ProcessInfo.processInfo.environment["EQUILIBRIA_KERNELS"]
    return available.first { $0.name.lowercased() == wanted?.lowercased() } ?? available[0]
  }()

  /// This core's single-precision peak, in floating-point operations a second: the best of `slices` runs of independent
  /// multiply-adds.
  public func measuredPeak(slices: Int = 20) -> Double {
    var best = 0.0
    var sink: Float = 0
    for _ in 0..<slices {
      let clock = ContinuousClock()
      var operations = 0.0
      let time = clock.measure { operations = kernels.peak(400_000, &sink) }
      best = max(best, operations / (Double(time.components.attoseconds) * 1e-18 + Double(time.components.seconds)))
    }
    return best
  }
}

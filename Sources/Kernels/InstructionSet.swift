@preconcurrency import CKernels
import Foundation

/// The kernels in use: one of the instruction sets compiled into this binary, chosen at run time.
package struct InstructionSet: Sendable {
  let kernels: eq_kernels
  /// Those of the Ising machines.
  let machines: eq_machine_kernels
  /// Those of samplers.
  let sampling: eq_sampling_kernels

  /// `AVX-512`, `AVX2` or `baseline`.
  package var name: String { String(cString: kernels.name) }

  /// Those that this processor runs, fastest first.
  package static let available: [InstructionSet] = {
    var count: Int32 = 0
    guard let sets = eq_available_kernels(&count), let machines = eq_available_machine_kernels(&count),
      let sampling = eq_available_sampling_kernels(&count)
    else { return [] }
    return (0..<Int(count)).compactMap { index in
      guard let set = sets[index], let machine = machines[index], let sampler = sampling[index] else { return nil }
      return InstructionSet(kernels: set.pointee, machines: machine.pointee, sampling: sampler.pointee)
    }
  }()

  /// The environment variable that names the one to use.
  package static let variable = "EQUILIBRIA_KERNELS"

  /// The fastest, or the one that the environment variable names. A program says by `checkEnvironment` that the name is unknown.
  package static let current: InstructionSet =
    (try? named(ProcessInfo.processInfo.environment[variable])) ?? available[0]

  /// The one of this name, in any case; the fastest without a name.
  ///
  /// - Throws: `UnknownInstructionSet`.
  package static func named(_ name: String?) throws -> InstructionSet {
    guard let name, !name.isEmpty else { return available[0] }
    guard let set = available.first(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw UnknownInstructionSet(name: name)
    }
    return set
  }

  /// - Throws: `UnknownInstructionSet` if the environment names kernels that this processor does not run.
  package static func checkEnvironment() throws { _ = try named(ProcessInfo.processInfo.environment[variable]) }

  /// This core's single-precision peak, in floating-point operations a second: the best of `slices` runs of independent
  /// multiply-adds.
  package func measuredPeak(slices: Int = 20) -> Double {
    var best = 0.0
    var sink: Float = 0
    for _ in 0..<slices {
      let clock = ContinuousClock()
      var operations = 0.0
      let time = clock.measure { operations = kernels.peak(400_000, &sink) }
      best = max(best, operations / time.seconds)
    }
    return best
  }
}

/// Kernels that are not there, or that this processor does not run.
package struct UnknownInstructionSet: Error, Equatable, CustomStringConvertible {
  /// What was asked for.
  package let name: String

  package var description: String {
    let names = InstructionSet.available.map(\.name).joined(separator: ", ")
    return "\(InstructionSet.variable)=\(name): this processor runs \(names)"
  }
}

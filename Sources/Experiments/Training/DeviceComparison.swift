import Foundation
import Ising
import Learning
import MPI

/// What a physical device would take for a training, beside what this program took.
struct DeviceComparison {
  private let estimate: DeviceEstimate
  private let relaxations: Int
  private let samples: Int
  private let seconds: Double
  private let joules: Double?

  /// - Parameters:
  ///   - samples: that were trained with, each of which relaxes a number of times that the trainer's network knows.
  ///   - seconds: that they took here.
  ///   - joules: the same, where the platform counts them.
  /// - Returns: `nil` for a network that no device relaxes.
  init?(_ estimate: DeviceEstimate, _ network: any TrainableNetwork, samples: Int, seconds: Double, joules: Double?) {
    guard network.relaxationsPerSample > 0, samples > 0 else { return nil }
    self.estimate = estimate
    relaxations = network.relaxationsPerSample
    self.samples = samples
    self.seconds = seconds
    self.joules = joules
  }

  var lines: [String] {
    let (time, energy) = (estimate.time(samples: relaxations), estimate.energy(samples: relaxations))
    let here = seconds / Double(samples)
    var measured = "this program took \(Self.text(here, "s")) a sample"
    if let joules {
      measured += " and \(Self.text(joules / Double(samples), "J"))"
    } else {
      measured += "; the platform counts no energy"
    }
    return [
      "estimate (\(estimate.source)): a machine that relaxes each sample \(relaxations) times takes \(Self.text(time, "s")) and "
        + "\(Self.text(energy, "J")) a sample", measured + String(format: "; %.3g times as long", here / time),
    ]
  }

  private static func text(_ value: Double, _ unit: String) -> String {
    for (factor, prefix) in [(1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")] where value >= factor {
      return String(format: "%.3g \(prefix)\(unit)", value / factor)
    }
    return String(format: "%.3g \(unit)", value)
  }
}

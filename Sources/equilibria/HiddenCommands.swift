import ArgumentParser
import Configuration
import Files
import Foundation
import Scaling

/// Prints the table of keys that the manual holds.
struct ConfigurationReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "configuration-reference", abstract: "Prints the reference of every configuration key as Markdown.",
    shouldDisplay: false)

  func run() {
    print(ConfigurationReference.markdown)
  }
}

/// What `scaling` has the launcher start: one point, printed as JSON.
struct ScalingPointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling-point", abstract: "Measures one point of a scaling study with the ranks of this job.",
    shouldDisplay: false)

  @Argument var subject: String
  @Option var mode: ScalingMode
  @Option var steps: Int
  @Option var repetition: Int
  @Option var launched: Double
  @Option var grid: String?

  func run() {
    Job.run { world in
      let measurement = PointMeasurement(
        try NamedSubject(subject).subject, mode: mode, grid: try grid.map(ScalingSettings.grid), over: world)
      let point = try measurement.run(steps: steps, repetition: repetition, launch: Date(timeIntervalSince1970: launched))
      if world.rank == 0 { print(try jsonText(point)) }
      return 0
    }
  }
}

import Configuration
import Host
import Ising
import Kernels
import MPI
import Parallel

/// What a scaling study measures the steps of: the training of a network, or moves of an Ising problem's spins.
package protocol ScalingSubject: Sendable {
  /// What a step's work is counted in: `samples` or `sweeps`.
  var unit: String { get }

  /// The file of a study's folder that says what is measured.
  var fileName: String { get }

  /// Writes that file.
  ///
  /// - Returns: the word that names it for the jobs that measure points.
  /// - Throws: `RunFolderError` if the folder holds another study, `FileError` if it cannot be written.
  func store(in folder: String) throws -> String

  /// The ways of cutting a step's work among some ranks, with what their busiest rank does; none where it cannot be cut.
  func cuts(_ mode: ScalingMode, ranks: Int) throws -> [StepCut]

  /// What one rank of this job needs to make steps. Collective.
  ///
  /// - Parameter grid: `nil` for the one that is predicted to be fastest.
  func prepare(_ mode: ScalingMode, grid: GridShape?, over world: Communicator) throws -> MeasuredSteps
}

/// How a study's work grows with the ranks.
package enum ScalingMode: String, CaseIterable, Sendable, Codable {
  /// The same work on any number of ranks.
  case strong
  /// As much work for each rank.
  case weak
}

/// One way of cutting a step's work.
package struct StepCut: Equatable, Sendable {
  package var grid: GridShape
  package var work: StepWork
  /// Units of work that all ranks do in a step.
  package var units: Double
}

/// What the busiest rank does in one step: the part of its time that can be counted beforehand.
package struct StepWork: Codable, Equatable, Sendable {
  /// Samples relaxed and learned, where a strip counts its share of a sample's products; or sweeps over the whole problem, of
  /// which a part of the spins is its share.
  package var units: Double
  /// Messages that it sends.
  package var messages: Double
  /// Bytes that it sends.
  package var bytes: Double
}

/// Steps of this rank, ready to be timed.
package struct MeasuredSteps {
  package var cut: StepCut
  /// Spins that all ranks move in a step.
  package var spinUpdates: Double
  /// Where the time of this rank's steps goes: what it exchanges, waits for and adds up; the rest is computing.
  package var times: Profile
  /// Makes one step. Collective.
  package var step: () throws -> Void
}

/// A subject by the word that names it: a drawn Ising problem, or a configuration's file.
package struct NamedSubject {
  package let subject: any ScalingSubject
  /// Where its studies usually are.
  package let folder: String

  /// Checks that only a configuration's keys are overridden.
  package static func check(_ word: String, overrides: [String]) throws {
    guard try SyntheticProblem.named(word) == nil || overrides.isEmpty else {
      throw ScalingError("--set overrides keys of a configuration, and `\(word)` is none")
    }
  }

  /// - Parameter overrides: of the configuration, `key=value` each.
  package init(_ word: String, overrides: [String] = []) throws {
    if let (problem, seed) = try SyntheticProblem.named(word) {
      subject = try SpinSubject(problem, seed: seed)
      folder = "runs/scaling-\(problem.name.replacing(":", with: "-"))"
      return
    }
    let configuration = try Configuration(contentsOf: word, overrides: try overrides.map { try ConfigurationOverride($0) })
    subject = try TrainingSubject(configuration)
    folder = "\(configuration.run.folder)/scaling-\(configuration.name)"
  }
}

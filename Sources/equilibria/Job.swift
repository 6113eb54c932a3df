import ArgumentParser
import Configuration
import Datasets
import Experiments
import Files
import Foundation
import Host
import Ising
import Kernels
import Learning
import MPI
import Networks

/// What a command does on every rank.
enum Job {
  /// Runs `body` under MPI; what it throws ends the whole job with one message.
  ///
  /// - Parameter body: takes the communicator of all ranks, and returns the exit code.
  static func run(_ body: (Communicator) throws -> Int32) -> Never {
    Environment.run(exitCodeForError: Exit.code(for:)) { world in
      try InstructionSet.checkEnvironment()
      let code = try body(world)
      try flushOutput()
      return code
    }
  }

  /// Brings to its end what was printed: a full disk is an error, a reader that has gone away, such as `head`, is none.
  static func flushOutput() throws {
    guard fflush(nil) != 0, errno != EPIPE else { return }
    throw FileError(path: "standard output", reason: "cannot be written: \(FileError.systemReason())", writing: true)
  }

  /// The configuration at `path`; on standard input, `-`, which the first rank alone has, it is for all. Collective.
  static func configuration(_ path: String, overrides: [String], over world: Communicator) throws -> Configuration {
    let overrides = try overrides.map { try ConfigurationOverride($0) }
    guard path == Configuration.standardInput else { return try surveyed(path, overrides: overrides, over: world) }
    let own = world.rank == 0 ? try FileHandle.standardInput.read(upToCount: Configuration.maximumBytes + 1) ?? Data() : Data()
    return try Configuration(standardInput: try world.broadcastVarying([UInt8](own), root: 0), overrides: overrides)
  }

  /// The problem in a file; what comes on standard input, `-`, the first rank has for all. Notes go to standard error. Collective.
  static func question(_ file: String, _ settings: QuestionSettings, over world: Communicator) throws -> Question {
    let question: Question
    if file == Configuration.standardInput {
      let own = world.rank == 0 ? [UInt8](try FileHandle.standardInput.readToEnd() ?? Data()) : []
      question = try Question(try world.broadcastVarying(own, root: 0), named: "standard input", settings)
    } else {
      question = try Question(file: file, settings)
    }
    let notes =
      switch question {
      case .spins(let spins): spins.notes
      case .communities(let communities): communities.notes
      }
    if world.rank == 0 { for note in notes { FileHandle.standardError.write(Data("note: \(file): \(note)\n".utf8)) } }
    return question
  }

  /// The first rank reads the file, and what it says of the user's own data the other ranks are told.
  private static func surveyed(
    _ path: String, overrides: [ConfigurationOverride], over world: Communicator
  ) throws -> Configuration {
    guard world.size > 1 else { return try Configuration(contentsOf: path, overrides: overrides) }
    let own = world.rank == 0 ? try Configuration(contentsOf: path, overrides: overrides) : nil
    let isOwnData = own?.data.name == .files
    let text = try world.broadcastVarying(isOwnData ? [UInt8](try own?.resolved.utf8 ?? "".utf8) : [], root: 0)
    if let own { return own }
    guard !text.isEmpty else { return try Configuration(contentsOf: path, overrides: overrides) }
    return try Configuration(yaml: String(decoding: text, as: UTF8.self), source: path)
  }

  /// The exit code of a job that a signal stopped, with which the first rank of each node leaves before the others, see
  /// `Exit.leave(after:)`. Collective.
  static func stopped() throws -> Int32 {
    guard let node = Environment.current?.node else { return Exit.stopped }
    let first = try node.broadcast(getpid(), root: 0)
    if node.rank > 0 { Exit.leave(after: first) }
    return Exit.stopped
  }

  /// Ends a process that has not started MPI: with a message, or with the help or the version that was asked for. Where a launcher
  /// has started several, one speaks.
  static func end(_ error: any Error) -> Never {
    let known = Equilibria.exitCode(for: error)
    let code = known == .failure ? Exit.code(for: error) : known.rawValue
    guard Environment.launchedRank ?? 0 == 0 else {
      // The launcher ends the job with the first that leaves, which is the one that speaks.
      usleep(300_000)
      exit(code)
    }
    guard known == .failure else { Equilibria.exit(withError: error) }
    FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
    exit(code)
  }
}

/// One JSON object in the form of all commands: its keys in alphabetical order, infinities as words.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

extension Exit {
  /// The code of an error, by what is wrong.
  static func code(for error: any Error) -> Int32 {
    switch error {
    case let error as FileError: error.isOfWriting ? disk : input
    case is ConfigurationError, is DatasetError, is CheckpointError, is TensorError, is NetworkError, is ProblemFileError,
      is ProblemError:
      input
    case TrainingError.setting: input
    case TrainingError.nonFinite: diverged
    case is ValidationError: usage
    default: self.error
    }
  }
}

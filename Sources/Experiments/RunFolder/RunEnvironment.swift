import Configuration
import Files
import Foundation
import Host

/// Where and by what a run, or one part of a resumed one, was computed: an entry of `environment.json`.
package struct RunEnvironment: Codable, Equatable, Sendable {
  /// Local time with its distance from UTC.
  package var started: String
  package var program: String
  package var compiler: String
  /// The library's own words.
  package var mpi: String
  package var operatingSystem: String
  package var processor: String
  /// The kernels in use.
  package var instructionSet: String
  package var cores: Int
  /// One a rank, in the order of ranks.
  package var hosts: [String]
  package var ranks: Int
  /// Data × spin.
  package var grid: [Int]
  package var seed: UInt64
  /// Of the folder that the program was started in, if it is a git repository; a program cannot know that of its sources.
  package var commit: String?
  package var command: [String]
  /// The file that a run began with the weights of; absent where they were drawn, and of resumed parts.
  package var initial: String?
  /// The `--set` options, in order.
  package var overrides: [String]

  /// - Parameters:
  ///   - mpi: the library's version.
  ///   - hosts: of every rank, in order.
  ///   - grid: data × spin.
  package init(
    mpi: String, instructionSet: String, hosts: [String], grid: [Int], seed: UInt64, initial: String? = nil,
    overrides: [ConfigurationOverride] = [], started: Date = Date()
  ) {
    self.started = TimeStamp.zoned(started)
    program = "equilibria \(ProgramVersion.current)"
    compiler = ProgramVersion.compiler
    self.mpi = mpi
    operatingSystem = ProcessInfo.processInfo.operatingSystemVersionString
    processor = ProcessorName.current
    self.instructionSet = instructionSet
    cores = ProcessInfo.processInfo.activeProcessorCount
    self.hosts = hosts
    ranks = hosts.count
    self.grid = grid
    self.seed = seed
    self.initial = initial.map { URL(fileURLWithPath: $0).path }
    commit = GitCommit.of(folder: FileManager.default.currentDirectoryPath)
    command = CommandLine.arguments
    self.overrides = overrides.map(\.description)
  }
}

extension RunEnvironment {
  /// The entries of an `environment.json`.
  ///
  /// - Throws: `FileError` if it cannot be read, `RunFolderError` if it holds something else.
  package static func starts(in file: String) throws -> [RunEnvironment] {
    do {
      return try JSONDecoder().decode([RunEnvironment].self, from: Data(try FileBytes.read(file, atMost: 1 << 26)))
    } catch is DecodingError {
      throw RunFolderError("\(file): expected the list of environments of a run")
    }
  }
}

extension RunFolder {
  /// Adds an entry to `environment.json`, which is a list with one a start of the run.
  ///
  /// - Throws: `FileError` if the file cannot be read or written, `RunFolderError` if it holds something else.
  package func record(_ environment: RunEnvironment) throws {
    let file = path(of: .environment)
    let starts = FileManager.default.fileExists(atPath: file) ? try RunEnvironment.starts(in: file) : []
    try AtomicFile.write(try jsonText(starts + [environment], isIndented: true) + "\n", to: file)
  }
}

/// The version of this program and of the compiler that built it.
package enum ProgramVersion {
  package static let current = "0.1.0"

  /// The language version that the program was compiled with, as far as a program can tell.
  package static var compiler: String {
    #if compiler(>=6.4)
      "Swift 6.4 or later"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #elseif compiler(>=6.2)
      "Swift 6.2"
    #else
      "Swift 6.1 or earlier"
    #endif
  }
}

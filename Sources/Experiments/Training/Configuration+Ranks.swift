import Configuration
import Foundation
import Kernels
import MPI

extension Configuration {
  /// The configuration at `path` on every rank; on standard input, `-`, the first rank reads it for all, and what it finds in the user's
  /// own data the others are told. Collective.
  ///
  /// - Parameter overrides: `key=value` each.
  package init(_ path: String, overrides: [String], over world: Communicator) throws {
    let overrides = try overrides.map { try ConfigurationOverride($0) }
    guard path == Self.standardInput else {
      self = try Self.surveyed(path, overrides: overrides, over: world)
      return
    }
    let own = world.rank == 0 ? try FileHandle.standardInput.read(upToCount: Self.maximumBytes + 1) ?? Data() : Data()
    // Whoever writes there may take any time.
    var readers = world
    if world.rank > 0 { readers.deadline = nil }
    self = try Configuration(standardInput: try readers.broadcastVarying([UInt8](own), root: 0), overrides: overrides)
  }

  /// All ranks, which wait for each other as long as data may take to be read and a grid to be chosen. Collective the first time.
  package func loading(over world: Communicator) throws -> Communicator {
    var world = world
    world.deadline = Duration(limit: timeouts.load)
    if world.rollCall == nil { world.rollCall = try RollCall(world) }
    return world
  }

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
}

import Configuration
import Files
import Networks

/// The state of a training between two steps: tensors by name, and what is needed to understand them.
///
/// What the tensors are is the trainer's matter; this type keeps them together with the configuration, the place in the training
/// and the network that they belong to.
package struct Checkpoint: Equatable, Sendable {
  package var tensors: [String: Tensor]
  /// The resolved configuration, as YAML.
  package var configuration: String
  /// Epochs done, in whole and part.
  package var epoch: Double
  /// Steps (updates) done.
  package var step: Int
  /// On the validation images, from 0 to 1; `nil` where it has not been measured.
  package var validationAccuracy: Double?
  /// One line a layer or edge: see `NetworkDescription.signature`.
  package var networkSignature: [String]
  /// Of the program that wrote it.
  package var programVersion: String
  /// What else the trainer wants back: counters, best accuracy so far. Keys must not be those of `MetadataKey`.
  package var extra: [String: String]

  package init(
    tensors: [String: Tensor], configuration: Configuration, epoch: Double, step: Int, validationAccuracy: Double? = nil,
    extra: [String: String] = [:]
  ) throws {
    self.tensors = tensors
    self.configuration = try configuration.resolved
    self.epoch = epoch
    self.step = step
    self.validationAccuracy = validationAccuracy
    self.networkSignature = configuration.networkSignature
    self.programVersion = ProgramVersion.current
    self.extra = extra
  }
}

/// A file that is no checkpoint of this program, or not one that can be used here.
package struct CheckpointError: Error, Equatable, CustomStringConvertible {
  package var description: String

  package init(_ description: String) {
    self.description = description
  }
}

// MARK: - Files

extension Checkpoint {
  /// The version of the metadata below; a reader refuses a later one.
  package static let formatVersion = 1

  /// The keys of a checkpoint's metadata.
  package enum MetadataKey: String, CaseIterable {
    case format, program, configuration, epoch, step, network
    case validationAccuracy = "validation accuracy"

    package static let formatName = "equilibria checkpoint"
  }

  /// The checkpoint as the contents of a safetensors file.
  package var file: TensorFile {
    var metadata = extra
    metadata[.format] = "\(MetadataKey.formatName) \(Self.formatVersion)"
    metadata[.program] = programVersion
    metadata[.configuration] = configuration
    metadata[.epoch] = "\(epoch)"
    metadata[.step] = "\(step)"
    metadata[.network] = networkSignature.joined(separator: "\n")
    metadata[.validationAccuracy] = validationAccuracy.map { "\($0)" }
    return TensorFile(tensors: tensors, metadata: metadata)
  }

  /// Writes a safetensors file, whole or not at all.
  package func write(to path: String) throws {
    try file.write(to: path)
  }

  /// Reads a checkpoint.
  ///
  /// - Throws: `FileError` if the file cannot be read or is damaged, `CheckpointError` if it is not a
  ///   checkpoint.
  package init(contentsOf path: String) throws {
    try self.init(TensorFile(contentsOf: path), source: path)
  }

  /// Whether a file says that it is a checkpoint, of whatever version.
  package static func isCheckpoint(_ file: TensorFile) -> Bool {
    file.metadata[.format]?.hasPrefix(MetadataKey.formatName) ?? false
  }

  /// - Parameter source: what messages call the file.
  package init(_ file: TensorFile, source: String) throws {
    let metadata = file.metadata
    let words = metadata[.format]?.split(separator: " ") ?? []
    guard words.dropLast().joined(separator: " ") == MetadataKey.formatName, let version = words.last.flatMap({ Int($0) }) else {
      throw CheckpointError("\(source): is a safetensors file, but not a checkpoint of this program")
    }
    guard version <= Self.formatVersion else {
      throw CheckpointError(
        "\(source): is a checkpoint of format \(version); this program knows formats up to \(Self.formatVersion)")
    }
    tensors = file.tensors
    configuration = try metadata.text(.configuration, in: source)
    networkSignature = try metadata.text(.network, in: source).split(separator: "\n").map(String.init)
    programVersion = try metadata.text(.program, in: source)
    epoch = try metadata.number(.epoch, in: source)
    step = try metadata.number(.step, in: source)
    validationAccuracy = metadata[.validationAccuracy] == nil ? nil : try metadata.number(.validationAccuracy, in: source)
    extra = metadata.filter { MetadataKey(rawValue: $0.key) == nil }
  }
}

extension [String: String] {
  fileprivate subscript(key: Checkpoint.MetadataKey) -> String? {
    get { self[key.rawValue] }
    set { self[key.rawValue] = newValue }
  }

  fileprivate func text(_ key: Checkpoint.MetadataKey, in source: String) throws -> String {
    guard let text = self[key] else { throw CheckpointError("\(source): the checkpoint has no `\(key.rawValue)`") }
    return text
  }

  fileprivate func number<Number: LosslessStringConvertible>(_ key: Checkpoint.MetadataKey, in source: String) throws -> Number {
    let text = try text(key, in: source)
    guard let number = Number(text) else {
      throw CheckpointError("\(source): the checkpoint's `\(key.rawValue)` is `\(text)`, expected a number")
    }
    return number
  }
}

// MARK: - Networks

extension Checkpoint {
  /// Refuses weights of another network, naming the first difference.
  ///
  /// - Parameters:
  ///   - wanted: the configuration's `networkSignature`.
  ///   - source: what a message calls the checkpoint.
  /// - Throws: `CheckpointError`.
  package func requireNetwork(_ wanted: [String], source: String) throws {
    guard networkSignature != wanted else { return }
    let index =
      zip(networkSignature, wanted).enumerated().first { $1.0 != $1.1 }?.offset ?? min(networkSignature.count, wanted.count)
    let found = index < networkSignature.count ? "`\(networkSignature[index])`" : "nothing more"
    let expected = index < wanted.count ? "`\(wanted[index])`" : "nothing more"
    throw CheckpointError(
      "\(source): the checkpoint is of another network: it has \(found) where the configuration has \(expected)")
  }
}

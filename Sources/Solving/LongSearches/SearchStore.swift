import Files
import Foundation
import Ising
import MPI
import Machines

/// The folder of a search in parts, with the checkpoint that it continues from.
///
/// All ranks see one file system. Limits of time and reads may be raised between two starts; everything else must be the same.
public final class SearchStore {
  /// `checkpoint.safetensors` in the folder.
  public let path: String
  /// Seconds between two checkpoints.
  let interval: Double
  private let resumes: Bool
  private var lastSaved = ContinuousClock.now

  /// - Parameters:
  ///   - resumes: whether a checkpoint that is there is gone on from; otherwise it is an error.
  ///   - minutes: between two checkpoints.
  /// - Throws: `SolverError` if the folder holds a search that is not to go on.
  public init(folder: String, resumes: Bool, minutes: Double) throws {
    path = "\(folder)/checkpoint.safetensors"
    interval = minutes * 60
    self.resumes = resumes
    guard resumes || !FileManager.default.fileExists(atPath: path) else {
      throw SolverError(
        "\(folder): the run folder already holds a search; continue it with --resume, or name another folder with --run-dir")
    }
  }

  /// What the search continues from, or its beginning. Collective.
  func restore(_ problem: IsingProblem, _ settings: SolverSettings, over world: Communicator?) throws -> SearchMemory {
    let isThere = FileManager.default.fileExists(atPath: path) ? 1 : 0
    guard resumes, try world?.allreduce(isThere, .min) ?? isThere == 1 else { return SearchMemory() }
    let file = try TensorFile(contentsOf: path)
    try check(file.metadata, against: identity(problem, settings))
    return try SearchMemory(file, of: problem, source: path)
  }

  /// Removes the result of a search that now continues beyond it: a job script takes it for the end.
  func forgetResult(over world: Communicator?) throws {
    guard world?.rank ?? 0 == 0 else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    for name in ["result.json", "result.txt"] where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }

  /// Whether a checkpoint is to be written now. Collective.
  func isDue(isLast: Bool, over world: Communicator?) throws -> Bool {
    if isLast { return true }
    let isOver = ContinuousClock.now - lastSaved >= .seconds(interval) ? 1 : 0
    return try world?.broadcast(isOver, root: 0) ?? isOver == 1
  }

  /// Writes what rank 0 has, whole or not at all.
  func save(_ memory: SearchMemory, _ problem: IsingProblem, _ settings: SolverSettings, over world: Communicator?) throws {
    lastSaved = .now
    guard world?.rank ?? 0 == 0 else { return }
    var file = memory.file()
    file.metadata.merge(identity(problem, settings)) { first, _ in first }
    try file.write(to: path)
  }

  /// What must be the same for a search to go on, by what a message calls it.
  private func identity(_ problem: IsingProblem, _ settings: SolverSettings) -> [String: String] {
    var initial = "random"
    if let spins = settings.initial {
      var checksum = Checksum()
      checksum.update(spins.map { UInt8(bitPattern: $0) })
      initial = "a state, \(checksum.text)"
    }
    return [
      "the problem": problem.fingerprint, "--seed": "\(settings.seed)", "--steps": settings.steps.map { "\($0)" } ?? "standard",
      "--machine": settings.choosesMachine ? "automatic" : settings.machine?.rawValue ?? "standard",
      "--scale": "\(settings.scale)", "--schedule": settings.course.map { "\($0)" } ?? "standard",
      "--clock": settings.time == nil ? "any" : settings.clock.rawValue,
      "--state-bits": settings.stateBits.map { "\($0)" } ?? "any", "--state-noise": "\(settings.stateNoise)",
      "--keep": settings.keep?.rawValue ?? "standard", "--initial": initial, "--exchange-every": "\(settings.exchangeEvery)",
      // A read that is alone adds its fields in another order.
      "the limit": settings.time != nil ? "time" : settings.reads ?? 1 == 1 ? "one read" : "reads",
    ]
  }

  private func check(_ found: [String: String], against expected: [String: String]) throws {
    guard found["search"] == "1" else { throw SolverError("\(path): is no checkpoint of `equilibria solve`") }
    for (name, value) in expected.sorted(by: { $0.key < $1.key }) where found[name] != value {
      throw SolverError(
        "\(path): \(name) was \(found[name] ?? "not recorded") and is \(value) now; resume with what was, or name another --run-dir"
      )
    }
  }
}

// MARK: - File

extension SearchMemory {
  func file() -> TensorFile {
    var file = TensorFile()
    file.metadata = [
      "search": "1", "parts": "\(parts)", "readsDone": "\(readsDone)", "seconds": "\(seconds)", "spinUpdates": "\(spinUpdates)",
      "scale": "\(scale)",
    ]
    if let machine { file.metadata["machine"] = machine.rawValue }
    let states = samples + (best.map { [$0] } ?? [])
    file.tensors = [
      "spins": Tensor(states.flatMap { $0.spins.map { UInt8(bitPattern: $0) } }),
      "occurrences": Tensor(states.map { Int64($0.occurrences) }),
      "trace.seconds": Tensor(trace.map(\.seconds)), "trace.energies": Tensor(trace.map(\.energy)),
    ]
    return file
  }

  /// Energies are worked out anew, so that a file cannot claim any.
  ///
  /// - Throws: `TensorError` that names what is missing or wrong.
  init(_ file: TensorFile, of problem: IsingProblem, source: String) throws {
    func number<Number: LosslessStringConvertible & Comparable>(_ key: String, from least: Number) throws -> Number {
      guard let value = file.metadata[key].flatMap({ Number($0) }), value >= least else {
        throw TensorError("\(source): `\(key)` is \(file.metadata[key] ?? "missing"), expected \(least) or more")
      }
      return value
    }
    parts = try number("parts", from: 0)
    readsDone = try number("readsDone", from: 0)
    seconds = try number("seconds", from: 0.0)
    spinUpdates = try number("spinUpdates", from: 0.0)
    scale = try number("scale", from: 0.0)
    machine = file.metadata["machine"].flatMap { MachineKind(rawValue: $0) }
    let occurrences = try file.integers("occurrences", in: source)
    let count = problem.spinCount
    let bytes = try file.tensor("spins", shape: [occurrences.count * count], in: source).bytes
    guard bytes.allSatisfy({ $0 == 1 || $0 == 255 }), occurrences.allSatisfy({ $0 > 0 }) else {
      throw TensorError("\(source): spins other than -1 and 1, or states without reads")
    }
    var states = try occurrences.indices.map { place in
      let spins = bytes[place * count..<(place + 1) * count].map { Int8(bitPattern: $0) }
      return SampleSet.Sample(spins: spins, energy: try problem.energy(of: spins), occurrences: Int(occurrences[place]))
    }
    best = states.popLast()
    samples = states
    let times = try file.tensor("trace.seconds", in: source).doubles()
    let energies = try file.tensor("trace.energies", shape: [times.count], in: source).doubles()
    trace = zip(times, energies).map { SearchProgress(seconds: $0, energy: $1) }
  }
}

import Files
import Foundation
import Ising
import MPI
import Parallel

/// The folder of a run, with the checkpoint that it continues from: on any number of ranks, to the same bits.
///
/// All ranks see one file system, as those of a training do.
public final class SamplingStore {
  /// `checkpoint.safetensors` in the folder.
  public let path: String
  private let resumes: Bool
  private let interval: Double
  private var lastSaved = ContinuousClock.now

  /// - Parameters:
  ///   - resumes: whether a checkpoint that is there is gone on from; otherwise it is an error.
  ///   - minutes: between two checkpoints.
  /// - Throws: `SamplerError` or `FileError` if the folder cannot be used.
  public init(folder: String, resumes: Bool, minutes: Double) throws {
    path = "\(folder)/checkpoint.safetensors"
    self.resumes = resumes
    interval = minutes * 60
    guard resumes || !FileManager.default.fileExists(atPath: path) else {
      throw SamplerError(
        "\(folder): the run folder already holds a run; continue it with --resume, or name another folder with --run-dir")
    }
  }

  /// The checkpoint that the run continues from; `nil` if there is none. Collective.
  func open(over world: Communicator?) throws -> TensorFile? {
    let isThere = FileManager.default.fileExists(atPath: path) ? 1 : 0
    guard resumes, try world?.allreduce(isThere, .min) ?? isThere == 1 else { return nil }
    let file: TensorFile
    do {
      file = try TensorFile(contentsOf: path)
    } catch { throw SamplerError("\(error)") }
    guard file.metadata["sampling"] == "1" else { throw SamplerError("\(path): is no checkpoint of `equilibria sample`") }
    return file
  }

  /// Seconds that the run of a checkpoint has taken.
  func seconds(of file: TensorFile) -> Double { file.metadata["seconds"].flatMap { Double($0) } ?? 0 }

  /// Whether a checkpoint is to be written now. Collective.
  func isDue(isStopping: Bool, over group: Communicator?) throws -> Bool {
    if isStopping { return true }
    let isOver = ContinuousClock.now - lastSaved >= .seconds(interval) ? 1 : 0
    return try group?.broadcast(isOver, root: 0) ?? isOver == 1
  }

  /// Is told on the ranks that write nothing.
  func noteSaved() { lastSaved = .now }

  /// Writes the checkpoint, whole or not at all.
  func write(_ file: TensorFile, identity: RunIdentity, seconds: Double) throws {
    noteSaved()
    var file = file
    file.metadata.merge(["sampling": "1", "identity": try identity.text, "seconds": "\(seconds)"]) { $1 }
    try file.write(to: path)
  }
}

/// What must be the same for a run to go on.
struct RunIdentity: Codable, Equatable {
  var problem: String
  var method: String
  var spins: String
  var temperatures: String
  var chains: Int
  var schedule: String
  var seed: UInt64
  var moves: [ClusterMove]
  var freeEnergy: Bool
  var start: String
  var clamped: String
  var samples: Int
  var marginals: String

  /// - Throws: `SamplerError` if no rank has the whole problem.
  init(_ problem: any SampledProblem, _ settings: SamplerSettings, chains: Int) throws {
    guard let whole = problem.whole else {
      throw SamplerError("a run in a folder needs the whole problem on each rank; give --spread replicas")
    }
    self.problem = whole.fingerprint
    (method, spins) = (settings.method.rawValue, "\(settings.spins)")
    temperatures = "\(settings.temperatures)"
    self.chains = chains
    if settings.method == .population {
      schedule = "\(settings.population) replicas, \(settings.sweepsOfStep) sweeps a step"
    } else {
      let sweeps = SamplingSchedule(settings)
      schedule = "\(sweeps.adapting.reduce(0, +)) + \(sweeps.measured) sweeps, measured every \(sweeps.every)"
    }
    marginals = settings.marginals ? settings.correlations.fingerprint : "none"
    (seed, freeEnergy, samples) = (settings.seed, settings.freeEnergy, settings.samples)
    moves = ClusterMove.allCases.filter { settings.moves.contains($0) }
    if case .state(let spins) = settings.start {
      var sum = Checksum()
      sum.update(spins.map { UInt8(bitPattern: $0) })
      start = "a state, \(sum.text)"
    } else {
      start = "\(settings.start)"
    }
    clamped = settings.fixed.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: " ")
  }

  var text: String { get throws { try jsonText(self) } }

  /// - Throws: `SamplerError` that names the first difference.
  func check(_ text: String, path: String) throws {
    guard let other = try? JSONDecoder().decode(RunIdentity.self, from: Data(text.utf8)) else {
      throw SamplerError("\(path): does not say which run it is of")
    }
    let differences: [(name: String, now: String, then: String)] = [
      ("problem", problem, other.problem), ("method", method, other.method), ("kind of spins", spins, other.spins),
      ("temperatures", temperatures, other.temperatures),
      ("chains", "\(chains)", "\(other.chains)"), ("schedule", schedule, other.schedule), ("seed", "\(seed)", "\(other.seed)"),
      ("set of moves", "\(moves)", "\(other.moves)"),
      ("free energy", "\(freeEnergy)", "\(other.freeEnergy)"), ("start", start, other.start), ("clamped", clamped, other.clamped),
      ("number of samples", "\(samples)", "\(other.samples)"), ("set of marginals", marginals, other.marginals),
    ]
    guard let found = differences.first(where: { $0.now != $0.then }) else { return }
    throw SamplerError(
      "\(path): the run was started with another \(found.name): now \(found.now), then \(found.then); "
        + "go on with the same, or name another folder with --run-dir")
  }
}

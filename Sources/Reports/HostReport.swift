import Datasets
import Experiments
import Files
import Foundation
import Host
import Kernels
import MPI

/// What a job would run on: MPI, hosts, processor, kernels and data sets. What `doctor` prints.
package struct HostReport {
  /// What one rank knows of its own host.
  struct Rank: Codable, Equatable {
    var host: String
    var processor: String
    var cores: Int
    var features: [String]
    var instructionSet: String
    /// Floating-point operations a second of one core, all ranks measuring at once.
    var peak: Double
    /// Bytes of main memory, or what a batch system or a container allows of it.
    var memory: Int
  }

  /// Room for run folders.
  struct Disk: Encodable, Equatable {
    var folder: String
    var freeBytes: Int
  }

  private let ranks: [Rank]
  private let mpi: [String]
  private let disk: Disk?
  /// What the batch system says of this job, by its variables; empty outside of one.
  private let batch: [String: String]
  /// Where each data set is; `nil` where it was not found.
  private let places: [(name: DatasetName, folder: String?)]

  /// Measures and gathers; collective. Only rank 0's report is complete.
  package init(over world: Communicator, folder: String? = nil) throws {
    try world.barrier()
    let own = Rank(
      host: Environment.processorName, processor: ProcessorName.current, cores: ProcessInfo.processInfo.activeProcessorCount,
      features: Self.telling(ProcessorName.features), instructionSet: InstructionSet.current.name,
      peak: InstructionSet.current.measuredPeak(), memory: MemoryLimit.hostBytes)
    let gathered = try world.gatherVarying([UInt8](try jsonText(own).utf8), root: 0)
    ranks = try gathered.map { try JSONDecoder().decode(Rank.self, from: Data($0)) }
    mpi = Self.describeMPI()
    let here = FileManager.default.currentDirectoryPath
    let free = (try? FileManager.default.attributesOfFileSystem(forPath: here))?[.systemFreeSize] as? Int
    disk = free.map { Disk(folder: here, freeBytes: $0) }
    batch = Self.batchJob(ProcessInfo.processInfo.environment)
    places = DatasetName.allCases.filter { !DatasetDescription.of($0).folders.isEmpty }.map {
      ($0, try? DatasetSearch.standard(folder: folder).locate(DatasetDescription.of($0)))
    }
  }

  package var text: String {
    let sections: [(String, [String])] = [
      ("Program", ["equilibria \(ProgramVersion.current), built with \(ProgramVersion.compiler)"] + Self.buildAdvice),
      ("MPI", mpi), ("Ranks", Self.describe(ranks: ranks)), ("Machine", Self.describe(hosts: ranks)),
      ("Disk", [disk.map { "\($0.folder): \(ByteCount($0.freeBytes)) free" } ?? "free room unknown"]),
      (
        "Batch system",
        batch.isEmpty ? ["none: this is no job of Slurm or PBS"] : batch.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
      ),
      (
        "Kernels",
        ["own kernels for \(InstructionSet.available.map(\.name).joined(separator: ", ")); no vendor library is needed"]
      ),
      ("Data sets", places.flatMap(Self.describe)),
    ]
    return sections.map { title, lines in ([title] + lines.map { "  " + $0 }).joined(separator: "\n") }.joined(separator: "\n\n")
  }

  // MARK: - Parts

  private static var buildAdvice: [String] {
    #if DEBUG
      ["a debug build, several times slower than a release build: swift build -c release"]
    #else
      []
    #endif
  }

  private static func describeMPI() -> [String] {
    let version = Environment.standardVersion
    return ["\(Environment.shortLibraryVersion), which implements MPI \(version.major).\(version.minor)"]
  }

  /// "2 ranks on 1 host: node1 (2)".
  static func describe(ranks: [Rank]) -> [String] {
    let hosts = Dictionary(grouping: ranks, by: \.host).sorted { $0.key < $1.key }
    let list = hosts.map { "\($0.key) (\($0.value.count))" }.joined(separator: ", ")
    var lines = ["\(counted(ranks.count, "rank")) on \(counted(hosts.count, "host")): \(list)"]
    for (host, ranks) in hosts where ranks.count > ranks[0].cores {
      lines.append(
        "\(host) has \(ranks.count) ranks on \(counted(ranks[0].cores, "core")): expect no more speed than with one rank a core")
    }
    if ranks.count == 1 { lines.append("to try several ranks: mpirun -n 2 equilibria doctor") }
    return lines
  }

  /// One paragraph a kind of host, however many there are of it.
  static func describe(hosts ranks: [Rank]) -> [String] {
    let kinds = Dictionary(grouping: ranks) { [$0.processor, String($0.cores), $0.instructionSet] + $0.features }
    return kinds.values.sorted { $0[0].host < $1[0].host }.flatMap { ranks in
      let peaks = ranks.map { $0.peak / 1e9 }
      let range =
        peaks.count == 1
        ? String(format: "%.0f", peaks[0]) : String(format: "%.0f to %.0f", peaks.min() ?? 0, peaks.max() ?? 0)
      return [
        "\(Set(ranks.map(\.host)).sorted().joined(separator: ", ")): \(ranks[0].processor), \(counted(ranks[0].cores, "core"))",
        "features: \(ranks[0].features.isEmpty ? "none known" : ranks[0].features.joined(separator: " "))",
        "kernels in use: \(ranks[0].instructionSet)",
        "memory: \(ByteCount(ranks.map(\.memory).min() ?? 0)) a host",
        "measured peak: \(range) GFLOP/s a core in single precision\(peaks.count == 1 ? "" : ", \(peaks.count) ranks at once")",
      ]
    }
  }

  private static func describe(_ name: DatasetName, folder: String?) -> [String] {
    if let folder { return ["\(name.rawValue): \(folder)"] }
    return ["\(name.rawValue): not found"] + DatasetDescription.of(name).remedy.split(separator: "\n").map { "  " + $0 }
  }

  /// What Slurm and PBS say of the job that this process belongs to.
  static func batchJob(_ environment: [String: String]) -> [String: String] {
    let known = [
      "SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_JOB_PARTITION", "SLURM_JOB_NUM_NODES", "SLURM_NTASKS", "SLURM_CPUS_PER_TASK",
      "SLURM_MEM_PER_NODE", "SLURM_MEM_PER_CPU", "SLURM_JOB_END_TIME", "PBS_JOBID", "PBS_QUEUE", "PBS_NUM_NODES", "PBS_NP",
    ]
    return environment.filter { known.contains($0.key) }
  }

  /// The features that decide how fast the kernels are, of the hundred that a processor has.
  static func telling(_ features: [String]) -> [String] {
    let known: Set = [
      "sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512_bf16", "avx512_fp16", "amx_tile", "neon",
      "asimd", "sve",
    ]
    return features.filter(known.contains)
  }
}

extension HostReport: Encodable {
  private enum Key: CodingKey { case program, mpi, ranks, disk, batch, kernels, dataSets }

  /// What the text says.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(ProgramVersion.current, forKey: .program)
    try container.encode(mpi.joined(separator: "; "), forKey: .mpi)
    try container.encode(ranks, forKey: .ranks)
    try container.encodeIfPresent(disk, forKey: .disk)
    try container.encode(batch, forKey: .batch)
    try container.encode(InstructionSet.available.map(\.name), forKey: .kernels)
    // `null` where a data set was not found.
    try container.encode(
      Dictionary(uniqueKeysWithValues: places.map { ($0.name.rawValue, $0.folder) }), forKey: .dataSets)
  }
}

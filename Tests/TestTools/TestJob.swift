import Foundation

/// A run of the test program by itself: under MPICH's launcher on several ranks, or in another environment.
///
/// One job at a time, since ranks that share cores with those of another job take many times as long. A job starts no jobs.
public enum TestJob {
  /// What is wrong with a job.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Whether this process belongs to such a job, or was started by an MPI launcher.
  public static var isRunning: Bool {
    let variables = ProcessInfo.processInfo.environment
    return variables[mark] != nil || variables["PMI_RANK"] != nil
  }

  /// On which numbers of ranks suites run that compare many ranks with one.
  public static let rankCounts = [1, 2, 3, 4, 8]

  private static let mark = "EQUILIBRIA_SWIFT_TEST_JOB"
  private static let turn = Turn()

  /// Runs the suites that match, and throws unless every rank finds tests and passes all of them.
  ///
  /// - Parameters:
  ///   - suites: a regular expression, as for `swift test --filter`.
  ///   - ranks: on how many ranks; nil is one process without a launcher.
  ///   - environment: variables in addition to those of this process.
  ///   - allowsSkips: whether tests may be skipped.
  ///   - seconds: the job is ended after this time, which is a failure.
  /// - Throws: ``Failure`` with the lines of the output that name a fault.
  public static func expectPass(
    _ suites: String, ranks: Int? = nil, environment: [String: String] = [:], allowsSkips: Bool = false, seconds: Int = 900
  ) async throws {
    let job = ranks.map { "\(suites) on \($0) ranks" } ?? "\(suites) with \(environment)"
    let (status, output) = try await turn.run {
      try await run(suites, ranks: ranks, environment: environment, seconds: seconds)
    }
    // `timeout` exits with 124, or 137 if the job had to be killed.
    guard status != 124 && status != 137 else {
      throw Failure(description: "\(job): not finished within \(seconds) seconds\n\(output.suffix(2000))")
    }
    // A run that finds no test passes too, and would prove nothing. Ranks may write on one line.
    let passed = output.matches(of: /Test run with [1-9]\d* tests?[^.]*? passed/).count
    guard status == 0, passed == ranks ?? 1, allowsSkips || !output.contains(" skipped") else {
      let lines = output.split(separator: "\n").filter {
        $0.contains("recorded an issue") || $0.contains("rror: ") || $0.contains(" skipped")
      }
      throw Failure(
        description: "\(job): exit status \(status), tests passed in \(passed) of \(ranks ?? 1) processes\n"
          + lines.prefix(20).joined(separator: "\n"))
    }
  }

  /// The exit status and the output of one job.
  private static func run(
    _ suites: String, ranks: Int?, environment: [String: String], seconds: Int
  ) async throws -> (status: Int32, output: String) {
    let file = FileManager.default.temporaryDirectory.appending(path: "test-job-\(UUID().uuidString)")
    guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
      throw Failure(description: "\(file.path): cannot be written")
    }
    defer { try? FileManager.default.removeItem(at: file) }
    let output = try FileHandle(forWritingTo: file)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    // The job is in a process group of its own, which an interruption of the tests does not reach. The end of this process closes
    // the pipe, and that ends the job. The reader of the pipe ends with the job, for this process learns that its child is over only
    // when nobody holds the files that the child has inherited.
    let guarded = """
      exec 3<&0
      "$@" < /dev/null & job=$!
      { read -r line <&3; kill "$job" 2> /dev/null; } & reader=$!
      wait "$job"; status=$?
      kill "$reader" 2> /dev/null
      exit "$status"
      """
    let launch = try ranks.map { [try launcher(), "-n", String($0)] } ?? []
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    process.arguments =
      ["-c", guarded, "sh", "timeout", "--foreground", "--kill-after=10", String(seconds)] + launch
      + [program, "--testing-library", "swift-testing", "--filter", suites]
    // A crash is a failure by itself; its backtrace would take seconds.
    let added = environment.merging([mark: "1", "SWIFT_BACKTRACE": "enable=no"]) { $1 }
    process.environment = ProcessInfo.processInfo.environment.merging(added) { $1 }
    let alive = Pipe()
    process.standardInput = alive
    process.standardOutput = output
    process.standardError = output
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do { try start(process) } catch { ended.resume(throwing: error) }
    }
    try alive.fileHandleForWriting.close()
    return (process.terminationStatus, String(decoding: try Data(contentsOf: file), as: UTF8.self))
  }

  /// Starts a process in which no signal is blocked. Threads of Swift's pool block them, and children inherit that: a shell would never
  /// learn that its job has ended, and a launcher could not be asked to end.
  private static func start(_ process: Process) throws {
    var (none, blocked) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &blocked)
    defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
    try process.run()
  }

  /// MPICH's launcher: where several MPIs are installed, `mpirun` may be that of another.
  private static func launcher() throws -> String {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for name in ["mpirun.mpich", "mpiexec.hydra", "mpirun"] {
      for path in folders.map({ "\($0)/\(name)" }) where FileManager.default.isExecutableFile(atPath: path) {
        let process = Process()
        let answer = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = ["--version"]
        process.standardOutput = answer
        process.standardError = FileHandle.nullDevice
        try start(process)
        let text = String(decoding: try answer.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        if text.contains("HYDRA") { return path }
      }
    }
    throw Failure(
      description: "no launcher of MPICH (mpirun.mpich, mpiexec.hydra, mpirun) on PATH; install it with scripts/setup or "
        + "`apt-get install mpich`")
  }
}

/// Admits one job at a time, in the order in which they come.
private actor Turn {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func run<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
    if isTaken {
      await withCheckedContinuation { waiting.append($0) }
    }
    isTaken = true
    defer {
      // The turn passes on without a moment in which a newcomer could take it.
      if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
    return try await body()
  }
}

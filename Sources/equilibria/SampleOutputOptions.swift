import ArgumentParser
import Files
import Foundation
import MPI
import Reports
import Sampling
import Solving

/// What is written where.
struct SampleOutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  @Option(help: ArgumentHelp("Keep so many states of each temperature, thinned evenly; they go to --output.", valueName: "count"))
  var samples: Int?

  @Option(
    help: "Write the kept states here: .npz, .safetensors or .csv. Without --samples 1000 of each temperature.",
    completion: .file(extensions: ["npz", "safetensors", "csv"]))
  var output: String?

  @Option(
    help: "Write an HTML page about the run: averages against temperature, diagnostics, swaps, the verdict.",
    completion: .file(extensions: ["html"]))
  var report: String?

  @Flag(help: "End with exit code 77 unless every diagnostic is passed.")
  var requireConverged = false

  private static let standardSamples = 1000

  func validate() throws {
    if let samples, samples < 1 { throw ValidationError("--samples \(samples): expected 1 or more") }
    if samples != nil, output == nil { throw ValidationError("--samples needs --output, the file that they are written to") }
    if let output, SampleFile.Form(of: output) == nil {
      throw ValidationError("--output \(output): expected a name that ends in .npz, .safetensors or .csv")
    }
  }

  var sampleCount: Int { output == nil ? 0 : samples ?? Self.standardSamples }

  /// A result that cannot be written should be known before the run, not after it.
  ///
  /// - Parameter inputs: files that are read.
  func checkWritable(on world: Communicator, inputs: [String]) throws {
    guard world.rank == 0 else { return }
    for path in [output, report].compactMap({ $0 }) { try WritablePath.check(path, inputs: inputs) }
  }

  func write(_ answer: SamplingAnswer) throws {
    if let output { try SampleFile.write(answer, to: output) }
    if let report { try AtomicFile.write(SamplingReport(answer).html, to: report) }
  }
}

/// Where one process tells how far a run is: on standard error, like a search.
final class SampleProgress {
  private let line = ProgressLine(limit: nil)

  func show(_ progress: Sampler.Progress) {
    if let all = progress.ofSweeps {
      let percent = 100 * progress.sweeps / max(all, 1)
      line.found("round \(progress.round + 1) of \(progress.rounds), sweep \(progress.sweeps) of \(all) (\(percent) %)")
    } else {
      line.found("temperature \(progress.round + 1) of \(progress.rounds), sweep \(progress.sweeps)")
    }
    line.tick()
  }

  func finish() { line.finish() }
}

import ArgumentParser
import Files
import Reports
import Sampling

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

  var paths: [String?] { [output, report] }
  var sampleCount: Int { output == nil ? 0 : samples ?? Self.standardSamples }

  func write(_ answer: SamplingAnswer) throws {
    if let output { try SampleFile.write(answer, to: output) }
    if let report { try AtomicFile.write(SamplingReport(answer).html, to: report) }
  }
}

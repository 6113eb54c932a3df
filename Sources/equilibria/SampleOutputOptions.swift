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
    help: "Measure the mean of every spin and correlations, and write them here: .npz, .safetensors, .csv or .json.",
    completion: .file(extensions: ["npz", "safetensors", "csv", "json"]))
  var marginals: String?

  @Option(
    help: ArgumentHelp(
      "Correlations for --marginals: of coupled pairs (edges), of all pairs, or of those in a file of lines SPIN SPIN (edges by default).",
      valueName: "none|edges|all|file"), completion: .file())
  var correlations: String?

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
    if let marginals, MarginalsFile.Form(of: marginals) == nil {
      throw ValidationError("--marginals \(marginals): expected a name that ends in .npz, .safetensors, .csv or .json")
    }
    if correlations != nil, marginals == nil {
      throw ValidationError("--correlations needs --marginals, the file that they are written to")
    }
  }

  var paths: [String?] { [output, marginals, report] }
  var sampleCount: Int { output == nil ? 0 : samples ?? Self.standardSamples }

  func write(_ answer: SamplingAnswer) throws {
    if let marginals { try MarginalsFile.write(answer, to: marginals) }
    if let output { try SampleFile.write(answer, to: output) }
    if let report { try AtomicFile.write(SamplingReport(answer).html, to: report) }
  }
}

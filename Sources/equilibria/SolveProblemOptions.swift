import ArgumentParser
import Ising

/// What is asked of which numbers.
struct SolveProblemOptions: ParsableArguments {
  @OptionGroup var file: ProblemOptions

  @Option(
    help:
      "What the variables of a file i j value are, where it does not say: SPIN or BINARY of a function to be minimised, or couplings."
  )
  var vartype: QuestionSettings.VariableType?

  @Option(
    help: "Write the problem to this new file before it is solved, by its ending: \(ProblemWriter.Form.endings).",
    completion: .file(extensions: ProblemWriter.Form.allCases.map(\.rawValue)))
  var writeProblem: String?

  @Option(help: ArgumentHelp("No more communities than these.", valueName: "count"))
  var communities: Int?

  @Option(help: "What couples the vertices: modularity, or the modularity of their neighbourhoods' similarity.")
  var coupling = QuestionSettings.CommunityCoupling.modularity

  @Option(help: "The modularity's resolution; greater values favour smaller communities.")
  var resolution = 1.0

  func validate() throws {
    try file.validate()
    if let communities, communities < 1 { throw ValidationError("--communities \(communities): expected 1 or more") }
    if let writeProblem, ProblemWriter.Form(of: writeProblem) == nil {
      throw ValidationError("--write-problem \(writeProblem): expected a name that ends in \(ProblemWriter.Form.endings)")
    }
    guard resolution.isFinite, resolution >= 0 else {
      throw ValidationError("--resolution \(resolution): expected a number of 0 or more")
    }
  }

  var settings: QuestionSettings {
    var settings = file.settings
    (settings.variableType, settings.greatestCommunityCount) = (vartype, communities)
    (settings.coupling, settings.resolution) = (coupling, resolution)
    return settings
  }
}

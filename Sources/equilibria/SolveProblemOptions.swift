import ArgumentParser
import Ising

extension ProblemKind: ExpressibleByArgument {}
extension ProblemFormat: ExpressibleByArgument {}
extension QuestionSettings.VariableType: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument == "couplings" ? argument : argument.uppercased()) }
}
extension QuestionSettings.CommunityCoupling: ExpressibleByArgument {}

/// What is asked of which numbers.
struct SolveProblemOptions: ParsableArguments {
  @Option(help: "The question asked of the file. The default depends on its format (docs/guide/solve.md).")
  var problem: ProblemKind?

  @Option(help: "The file's format. By default it follows from the file name's extension, or else from the content.")
  var format: ProblemFormat?

  @Option(
    help:
      "What the variables of a file i j value are, where it does not say: SPIN or BINARY of a function to be minimised, or couplings."
  )
  var vartype: QuestionSettings.VariableType?

  @Option(help: ArgumentHelp("No more communities than these.", valueName: "count"))
  var communities: Int?

  @Option(help: "What couples the vertices: modularity, or the modularity of their neighbourhoods' similarity.")
  var coupling = QuestionSettings.CommunityCoupling.modularity

  @Option(help: "The modularity's resolution; greater values favour smaller communities.")
  var resolution = 1.0

  func validate() throws {
    if let communities, communities < 1 { throw ValidationError("--communities \(communities): expected 1 or more") }
    guard resolution.isFinite, resolution >= 0 else {
      throw ValidationError("--resolution \(resolution): expected a number of 0 or more")
    }
  }

  var settings: QuestionSettings {
    var settings = QuestionSettings()
    (settings.kind, settings.format, settings.greatestCommunityCount) = (problem, format, communities)
    settings.variableType = vartype
    (settings.coupling, settings.resolution) = (coupling, resolution)
    return settings
  }
}

import ArgumentParser
import Experiments
import Ising
import Machines
import Sampling
import Scaling
import Solving

// Values of the libraries that options take. Their cases are the words, or a text is read by the library.

extension EvaluatedImages.Part: ExpressibleByArgument {}
extension ScalingMode: ExpressibleByArgument {}

extension QuestionSettings.CommunityCoupling: ExpressibleByArgument {}
extension QuestionSettings.VariableType: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument == "couplings" ? argument : argument.uppercased()) }
}

extension MachineKind: ExpressibleByArgument {
  public init?(argument: String) {
    guard let kind = MachineKind(rawValue: argument), kind.entry.uses.contains(.solving) else { return nil }
    self = kind
  }

  public static var allValueStrings: [String] { machines(for: .solving).map(\.rawValue) }
}
extension SolverSettings.Keep: ExpressibleByArgument {}
extension SolverSettings.Clock: ExpressibleByArgument {}
extension Course: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
extension ChipChoice: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}
extension DeviceCouplings.Range: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

/// `--spins`: what a spin may be.
enum SpinsOption: String, CaseIterable, ExpressibleByArgument { case ising, box }

extension SamplerSettings.Method: ExpressibleByArgument {}
extension SamplerSettings.TemperatureUnit: ExpressibleByArgument {}
extension SamplerSettings.Temperatures: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
extension SamplingGoal: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
extension SamplingSpread: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }

  public var defaultValueDescription: String { description }
}

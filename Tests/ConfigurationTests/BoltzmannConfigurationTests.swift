import Kernels
import Learning
import Networks
import Testing

@testable import Configuration

@Suite struct BoltzmannConfigurationTests {
  private let yaml = """
    name: spins
    data: {name: mnist, only: [0, 3, 4]}
    boltzmann:
      graph: bilayer:40:1,4,15
      spinsPerClass: 10
      estimator: persistent
      chains: 64
    learning: {rule: likelihood}
    """

  @Test func readsABoltzmannMachine() throws {
    let configuration = try Configuration(yaml: yaml, source: "a.yaml")
    guard case .boltzmann(let model) = configuration.model else {
      Issue.record("\(configuration.model)")
      return
    }
    #expect(model.machine.input == ImageShape(channels: 1, rows: 28, columns: 28) && model.machine.classes == 3)
    #expect(model.machine.graph == .bilayer(side: 40, jumps: [1, 4, 15]) && model.settings.chains == 64)
    #expect(configuration.learning.rule == .likelihood)
    #expect(try Configuration(yaml: try configuration.resolved, source: "resolved") == configuration)
    #expect(configuration.networkSignature.count == 4)
    // The only rule that there is need not be written.
    #expect(
      try Configuration(yaml: yaml.replacing("learning: {rule: likelihood}", with: ""), source: "a.yaml").learning.rule
        == .likelihood)
  }

  @Test(arguments: [
    ("graph: bilayer:40:1,4,15", "graph: ring", "a.yaml:4: boltzmann.graph: found `ring`, expected `restricted`"),
    ("graph: bilayer:40:1,4,15", "graph: restricted\n  hidden: [0]", "boltzmann.hidden: [0]; expected one number"),
    ("estimator: persistent", "estimator: contrastive", "`contrastive` begins a chain at each image; leave it out"),
    ("rule: likelihood", "rule: backpropagation", "a Boltzmann machine learns by `likelihood`; leave this out"),
    ("name: spins", "name: spins\nising: {hidden: 4}", "a Boltzmann machine stands in `boltzmann`, with how it is sampled"),
    ("name: spins", "name: spins\nrelaxation: {order: sequential}", "with how it is sampled; leave this out"),
    ("only: [0, 3, 4]", "only: [0, 3, 10]", "expected two or more different classes from 0 to 9, found [0, 3, 10]"),
    ("only: [0, 3, 4]", "only: [7]", "expected two or more different classes from 0 to 9, found [7]"),
  ])
  func mistakesAreNamed(_ replace: String, with: String, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try Configuration(yaml: yaml.replacing(replace, with: with), source: "a.yaml")
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func otherNetworksDoNotLearnByLikelihood() {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try Configuration(
        yaml: "name: a\ndata: {name: mnist}\nising: {hidden: 4}\nlearning: {rule: likelihood}", source: "a.yaml")
    }
    #expect(error?.description.contains("`likelihood` is for Boltzmann machines") == true)
  }
}

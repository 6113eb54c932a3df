import Ising
import Kernels
import Learning
import Networks
import Testing

@testable import Configuration

@Suite struct IsingConfigurationTests {
  private let yaml = """
    name: spins
    data: {name: mnist, size: {rows: 6, columns: 6}}
    ising:
      hidden: 24
      graph: complete
      machine: {kind: anneal, reads: 5, reversal: null}
      hardware: {chip: pegasus:16, couplingRange: 1, fieldRange: 4}
    """

  @Test func readsAnIsingNetwork() throws {
    let configuration = try Configuration(yaml: yaml, source: "a.yaml")
    guard case .ising(let ising) = configuration.model else {
      Issue.record("\(configuration.model)")
      return
    }
    #expect(ising.network.input == ImageShape(channels: 1, rows: 6, columns: 6))
    #expect(ising.network.classes == 10 && ising.network.hidden == 24 && ising.network.graph == .complete)
    #expect(ising.machine.reads == 5 && ising.machine.reversal == nil)
    #expect(ising.hardware.chip == .pegasus(size: 16) && ising.hardware.fieldRange == 4)
    #expect(try Configuration(yaml: try configuration.resolved, source: "resolved") == configuration)
    #expect(configuration.networkSignature.count == 4)
  }

  @Test(arguments: [
    ("hidden: 24", "hiden: 24", "a.yaml:4: ising.hiden: unknown key; did you mean `hidden`?"),
    ("graph: complete", "graph: ring", "a.yaml:5: ising.graph: found `ring`, expected `layered` or `complete`"),
    ("hidden: 24", "hidden: 5000", "a.yaml:4: ising.hidden: found `5000`, expected an integer from 0 to 4096"),
    (
      "name: spins", "name: spins\nrelaxation: {order: sequential}",
      "a.yaml:2: relaxation: an Ising network stands in `ising`, with how it relaxes and on what; leave this out"
    ),
    (
      "name: spins", "name: spins\nhardware: {training: {weightBits: 8}}",
      "a.yaml:2: hardware: an Ising network stands in `ising`, with how it relaxes and on what; leave this out"
    ),
    (", fieldRange: 4", "", "a.yaml:4: ising: ising.hardware: expected both couplingRange and fieldRange, or neither"),
    (
      "kind: anneal", "kind: langevin",
      "a.yaml:7: ising.hardware: `langevin` runs on no chip; leave it out, or take `anneal` or `gibbs`"
    ),
  ])
  func mistakesAreNamed(_ replace: String, with: String, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try Configuration(yaml: yaml.replacing(replace, with: with), source: "a.yaml")
    }
    #expect(error?.description == message)
  }

  @Test func commandsForHopfieldNetworksSaySo() throws {
    let configuration = try Configuration(yaml: yaml, source: "a.yaml")
    let error = #expect(throws: NetworkError.self) { try configuration.hopfieldLayout(for: "relax") }
    #expect(error?.description.contains("relax") ?? false)
  }
}

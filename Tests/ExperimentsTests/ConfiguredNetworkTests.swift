import Configuration
import TestSupport
import Testing

@testable import Experiments

/// What a configuration asks of its network that the network cannot do.
@Suite struct ConfiguredNetworkTests {
  private func refusal(_ rule: String, energy: String = "hopfield", hardware: String) -> String {
    message {
      let yaml = """
        name: limits
        data: {name: mnist}
        network: {energy: \(energy), layers: [{name: hidden, units: 20}, {name: output, units: 10}]}
        hardware: {\(hardware): {weightBits: 8}}
        learning: {rule: \(rule), warmStart: false}
        """
      _ = try ConfiguredNetwork(Configuration(yaml: yaml, source: "c.yaml"))
    }
  }

  /// Limits that nothing would obey are refused; those that something obeys are taken.
  @Test(arguments: [
    ("backpropagation", "hopfield", "training", true), ("backpropagation", "hopfield", "inference", true),
    ("backpropagationThroughTime", "hopfield", "training", true),
    ("backpropagationThroughTime", "hopfield", "inference", false),
    ("equilibriumPropagation", "hopfield", "training", false), ("equilibriumPropagation", "hopfield", "inference", false),
    ("equilibriumPropagation", "predictive", "training", true), ("equilibriumPropagation", "predictive", "inference", true),
    ("backpropagation", "predictive", "training", true),
  ])
  func limitsNeedAMachine(_ rule: String, _ energy: String, _ part: String, isRefused: Bool) {
    let message = refusal(rule, energy: energy, hardware: part)
    #expect(message.contains("hardware.\(part)") == isRefused, "\(message)")
    #expect(isRefused || message == "no error", "\(message)")
  }
}

import Learning
import Networks

/// An Ising network in the place of a Hopfield network: the `ising` section of a configuration.
public struct IsingSettings: Equatable, Sendable {
  public var network = IsingNetworkDescription(input: .init(channels: 0, rows: 0, columns: 0), classes: 0)
  public var machine = IsingMachineSettings()
  public var hardware = IsingHardware()

  public init() {}
}

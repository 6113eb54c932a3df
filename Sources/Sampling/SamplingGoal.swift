import Foundation

/// What a run is to reach before it ends; looked at when a measured round is over, and if it is not reached, another of twice as many sweeps is
/// measured, and all before it is burn-in.
public struct SamplingGoal: Equatable, Sendable, CustomStringConvertible {
  /// Greatest R̂ of energy, |m| and q².
  public var rHat: Double?
  /// Fewest independent energies at a temperature.
  public var effectiveSamples: Double?
  /// Greatest error of the energy, divided by the number of spins.
  public var energyError: Double?
  /// All that the verdict asks for.
  public var isConverged = false

  /// Nothing yet.
  public init() {}

  /// Parts with commas between them: `rhat:1.01`, `ess:400`, `energy:1e-3` and `converged`.
  public init?(_ text: String) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      if words == ["converged"] {
        isConverged = true
        continue
      }
      guard words.count == 2, let number = Double(words[1]), number > 0, number.isFinite else { return nil }
      switch words[0] {
      case "rhat": rHat = number
      case "ess": effectiveSamples = number
      case "energy": energyError = number
      default: return nil
      }
    }
  }

  public var description: String {
    var parts: [String] = []
    if let rHat { parts.append("rhat:\(rHat)") }
    if let effectiveSamples { parts.append("ess:\(effectiveSamples)") }
    if let energyError { parts.append("energy:\(energyError)") }
    if isConverged { parts.append("converged") }
    return parts.joined(separator: ",")
  }

  func isReached(by result: SamplingResult) -> Bool {
    let temperatures = result.temperatures
    if isConverged, !result.verdict.isConverged { return false }
    if let rHat, !temperatures.allSatisfy({ ($0.greatestRHat ?? .infinity) <= rHat }) { return false }
    if let effectiveSamples, !temperatures.allSatisfy({ $0.effectiveSamples >= effectiveSamples }) { return false }
    let spins = Double(result.samples.spins)
    if let energyError, !temperatures.allSatisfy({ $0.energy.error <= energyError * spins }) { return false }
    return true
  }
}

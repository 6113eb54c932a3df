import Ising
import Kernels

extension SamplerSettings.Temperatures {
  /// `A:B:K` from one to another in so many steps, `A:B` in as many as they want, or a list with commas; `nil` for anything else.
  package init?(_ text: String) {
    if text.contains(",") || !text.contains(":") {
      let values = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      guard values.allSatisfy({ $0 != nil }) else { return nil }
      self = .list(values.compactMap(\.self))
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), let from = Double(parts[0]), let to = Double(parts[1]) else { return nil }
    guard parts.count == 3 else {
      self = .between(from, to)
      return
    }
    guard let count = Int(parts[2]) else { return nil }
    self = .range(from: from, to: to, count: count)
  }
}

extension ClusterMove {
  /// The moves behind `gibbs`, which is always there: `gibbs,icm`; `nil` for anything else.
  package static func moves(_ text: String) -> Set<ClusterMove>? {
    var names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard let place = names.firstIndex(of: "gibbs") else { return nil }
    names.remove(at: place)
    let moves = names.compactMap { ClusterMove(rawValue: $0) }
    return moves.count == names.count ? Set(moves) : nil
  }
}

extension SamplerSettings {
  /// Takes where chains start and which spins are held.
  ///
  /// - Parameters:
  ///   - initial: `random`, `up`, `planted`, or a file of a state.
  ///   - clamp: a file of spins and their states.
  ///   - correlations: `none`, `edges`, `all`, or a file of pairs; `nil`: edges.
  ///   - problem: the problem's file, or the name of a drawn one.
  package mutating func read(
    initial: String, clamp: String?, correlations: String?, spins: Int, of problem: String
  ) throws {
    switch initial {
    case "random": start = .random
    case "up": start = .up
    case "planted":
      guard let planted = try PlantedProblem.named(problem) else {
        throw SamplerError("--initial planted: \(problem) has no planted state; give planted:ROWSxCOLUMNS:SHARE as the problem")
      }
      start = .state(planted.state)
    default: start = .state(try StateFile.read(initial, spinCount: spins))
    }
    if let clamp { fixed = try ClampFile.read(clamp, spinCount: spins) }
    switch correlations ?? "edges" {
    case "none": self.correlations = .none
    case "edges": self.correlations = .edges
    case "all": self.correlations = .all
    case let path: self.correlations = .pairs(try PairFile.read(path, spinCount: spins))
    }
  }

  /// Rounds before the first look at a goal.
  private static let openRounds = 6

  /// How long to sample, as far as a user says it: what is `nil` follows from the rest.
  ///
  /// - Throws: `SamplerError` that names the option where one makes no sense.
  package mutating func setLength(
    rounds: Int?, goal: SamplingGoal?, seconds: Double?, sweeps: Int?, burnIn: Int?, every: Int?
  ) throws {
    if method == .population, rounds != nil || every != nil {
      throw SamplerError.ofPopulations(rounds != nil ? "--rounds" : "--every")
    }
    if let seconds, !(seconds > 0 && seconds.isFinite) {
      throw SamplerError("--time \(seconds): expected seconds, more than 0")
    }
    (self.goal, time) = (goal, seconds.map(Duration.init(limit:)))
    self.rounds = rounds ?? (goal == nil && seconds == nil ? self.rounds : Self.openRounds)
    (self.sweeps, self.burnIn) = (sweeps, burnIn)
    if let every { self.every = every }
  }
}

extension Sampler.Progress {
  /// Where a run stands, in a few words.
  package var text: String {
    guard let all = ofSweeps else { return "temperature \(round + 1) of \(rounds), sweep \(sweeps)" }
    return "round \(round + 1) of \(rounds), sweep \(sweeps) of \(all) (\(100 * sweeps / max(all, 1)) %)"
  }
}

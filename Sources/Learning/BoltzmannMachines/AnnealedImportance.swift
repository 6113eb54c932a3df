import Foundation
import Kernels
import MPI
import Parallel
import Sampling

/// ln Z of a Boltzmann machine by annealed importance sampling: runs that go from independent spins to the machine through
///
///     E_β(s) = (1 − β) E_A(s) + β E(s),   E_A(s) = −Σ_i a_i s_i,
///
/// a sweep at each β, and gather `ln w = Σ_k ln p*_(k+1)(s_k) − ln p*_k(s_k)`, of which ⟨w⟩ = Z/Z_A. Where hidden spins are independent given the
/// visible ones, `p*` is that of the visible spins alone, the hidden ones summed over exactly. The logarithm of a mean of few weights is too low
/// rather than too high; runs in reverse, which begin at samples of the machine, have ⟨w⟩ = Z_A/Z and err to the other side.
///
/// Sources: Neal, Statistics and Computing 11, 125 (2001); Salakhutdinov & Murray, ICML 2008; in reverse Burda, Grosse & Salakhutdinov, AISTATS
/// 2015, and Grosse, Ghahramani & Adams, arXiv:1511.02543 (2015).
struct AnnealedImportance {
  private let layout: BoltzmannLayout
  private let parameters: AlignedBuffer<Float>
  /// `a`, one a spin, zero for hidden ones.
  private let base: [Float]
  private let settings: PartitionSettings
  private let seed: UInt64

  /// - Parameter base: `a` of the visible spins.
  init(
    _ layout: BoltzmannLayout, parameters: AlignedBuffer<Float>, base: [Float], settings: PartitionSettings, seed: UInt64
  ) {
    self.layout = layout
    self.parameters = parameters
    self.base = base + [Float](repeating: 0, count: layout.spinCount - layout.visibleCount)
    self.settings = settings
    self.seed = seed
  }

  /// `β₀ = 0` … `β_K = 1`: a 29th of the steps to ½, eight from there to .9, twenty from there on, as published.
  static func inverseTemperatures(steps: Int) -> [Double] {
    (0...steps).map { step in
      let place = 29 * Double(step) / Double(steps)
      if place <= 1 { return 0.5 * place }
      return place <= 9 ? 0.5 + 0.4 * (place - 1) / 8 : 0.9 + 0.1 * (place - 9) / 20
    }
  }

  /// ln Z_A of independent spins.
  private var logBase: Double { base.reduce(0) { $0 + Self.logTwoCosh($1) } }

  static func logTwoCosh(_ x: Float) -> Double { Double(abs(x)) + Double(log1p(exp(-2 * abs(x)))) }

  /// ln Z by runs from independent spins. Collective over the data groups; the same on every rank.
  func forward(over grid: ProcessGrid?) throws -> Estimate {
    let weights = try annealed(over: grid, from: [])
    let mean = Self.logMean(weights)
    return Estimate(value: logBase + mean.value, error: mean.error)
  }

  /// ln Z by runs in reverse. Collective over the data groups; the same on every rank.
  ///
  /// - Parameter samples: states of the machine, a run each, the same on every rank.
  func reverse(from samples: [[Int8]], over grid: ProcessGrid?) throws -> Estimate {
    let mean = Self.logMean(try annealed(over: grid, from: samples))
    return Estimate(value: logBase - mean.value, error: mean.error)
  }

  /// ln of the mean of numbers of which the logarithms are given, and its error from their scatter.
  static func logMean(_ logarithms: [Double]) -> Estimate {
    let greatest = logarithms.max() ?? 0
    let weights = logarithms.map { exp($0 - greatest) }
    let count = Double(weights.count)
    let mean = weights.reduce(0, +) / count
    let variance = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(count - 1, 1)
    return Estimate(value: greatest + log(mean), error: (variance / count).squareRoot() / mean)
  }

  /// The logarithms of all runs' weights. This rank makes whole vectors of lanes.
  private func annealed(over grid: ProcessGrid?, from samples: [[Int8]]) throws -> [Double] {
    let runs = samples.isEmpty ? settings.runs : samples.count
    let blocks = (runs + 15) / 16
    let ranks = grid?.data.size ?? 1
    let shares = (0..<ranks).map { rank in
      min(rank * blocks / ranks * 16, runs)..<min((rank + 1) * blocks / ranks * 16, runs)
    }
    let own = shares[grid?.data.rank ?? 0]
    var weights: [Double] = []
    if !own.isEmpty {
      let run = try AnnealingLanes(layout, parameters: parameters, base: base, runs: own, seed: seed)
      weights = try run.anneal(Self.inverseTemperatures(steps: settings.steps), from: samples.isEmpty ? [] : Array(samples[own]))
    }
    return try grid?.gatherOverData(weights, "weights of annealed importance sampling") ?? weights
  }
}

/// Some runs, side by side.
private final class AnnealingLanes {
  private let layout: BoltzmannLayout
  private let parameters: AlignedBuffer<Float>
  private let base: [Float]
  private let seed: UInt64
  /// At the β of the run, and at 1.
  private let moving: ProgrammedReplicas
  private let target: ProgrammedReplicas
  private let states: ReplicaStates
  private let inverseTemperatures: AlignedBuffer<Float>
  private let energies: AlignedBuffer<Int64>
  private let fields: AlignedBuffer<Int32>
  /// Of the spins whose fields are read.
  private let places: Range<Int>

  init(
    _ layout: BoltzmannLayout, parameters: AlignedBuffer<Float>, base: [Float], runs: Range<Int>, seed: UInt64
  ) throws {
    self.layout = layout
    self.parameters = parameters
    self.base = base
    self.seed = seed
    let words = Philox(seed: seed, .annealedImportance).block(SIMD4(0, 0, 0, 0))
    let key = UInt64(words.x) | UInt64(words.y) << 32
    moving = ProgrammedReplicas(pairs: layout.pairs, spinCount: layout.spinCount, seed: key)
    target = ProgrammedReplicas(pairs: layout.pairs, spinCount: layout.spinCount, seed: key)
    guard target.program(parameters) else {
      throw TrainingError.setting(key: "boltzmann", reason: "a coupling or field of the machine is not finite")
    }
    states = moving.states(firstReplica: runs.lowerBound, laneCount: runs.count)
    inverseTemperatures = AlignedBuffer(count: states.bitCount)
    inverseTemperatures.fill(1)
    energies = AlignedBuffer(count: states.bitCount)
    let order = moving.layout.free
    let hidden = order.indices.filter { order[$0] >= layout.visibleCount }
    places = layout.isRestricted ? hidden[0]..<hidden[hidden.count - 1] + 1 : 0..<layout.spinCount
    fields = AlignedBuffer(count: places.count * states.paddedLaneCount)
  }

  private func program(_ inverseTemperature: Double) { _ = moving.program(parameters, factor: inverseTemperature, base: base) }

  private func sweep(_ number: Int) {
    moving.sweep(states, inverseTemperatures: inverseTemperatures, energies: energies, number: UInt32(truncatingIfNeeded: number))
  }

  /// - Parameter samples: that runs in reverse begin at; none: runs from independent spins.
  func anneal(_ ladder: [Double], from samples: [[Int8]]) throws -> [Double] {
    var weights = [Double](repeating: 0, count: states.laneCount)
    if samples.isEmpty {
      program(0)
      sweep(0)
    } else {
      for (lane, sample) in samples.enumerated() { states.set(lane: lane, to: sample) }
    }
    let course = samples.isEmpty ? ladder : ladder.reversed()
    for step in 1..<course.count {
      addDifferences(from: course[step - 1], to: course[step], into: &weights)
      guard step < course.count - 1 else { break }
      program(course[step])
      // Numbers that runs from independent spins do not draw.
      sweep(samples.isEmpty ? step : step + course.count)
    }
    return weights
  }

  /// `ln p*_β'(s) − ln p*_β(s)` of every run.
  private func addDifferences(from old: Double, to new: Double, into weights: inout [Double]) {
    target.readFields(of: states, at: places, into: fields)
    layout.isRestricted ? addMarginal(old, new, &weights) : addJoint(new - old, &weights)
  }

  /// Over visible spins: `Σ_i v_i ((1 − β) a_i + β h_i) + Σ_j ln 2 cosh βf_j`.
  private func addMarginal(_ old: Double, _ new: Double, _ weights: inout [Double]) {
    let (lanes, unit) = (states.paddedLaneCount, Float(target.unit))
    let order = target.layout.free
    for place in order.indices where order[place] < layout.visibleCount {
      let spin = order[place]
      let slope = (new - old) * (Double(parameters[layout.fields.offset + spin]) - Double(base[spin]))
      for lane in weights.indices { weights[lane] += states.isDown(place: place, lane: lane) ? -slope : slope }
    }
    let (before, after) = (2 * Float(old), 2 * Float(new))
    let step = Float(new - old)
    for place in places where order[place] >= layout.visibleCount {
      let start = (place - places.lowerBound) * lanes
      for lane in weights.indices {
        let field = abs(unit * Float(fields[start + lane]))
        // ln 2 cosh x = |x| + ln(1 + exp(−2|x|)).
        weights[lane] += Double(step * field + (log1p(exp(-after * field)) - log1p(exp(-before * field))))
      }
    }
  }

  /// Over all spins: `−(β' − β)(E − E_A)`.
  private func addJoint(_ step: Double, _ weights: inout [Double]) {
    let (lanes, unit) = (states.paddedLaneCount, target.unit)
    for place in target.layout.free.indices {
      let own = target.ownField(at: place)
      let base = Double(self.base[target.layout.free[place]])
      for lane in weights.indices {
        let field = unit * Double(Int(fields[place * lanes + lane]) + own) / 2 - base
        weights[lane] += states.isDown(place: place, lane: lane) ? -step * field : step * field
      }
    }
  }
}

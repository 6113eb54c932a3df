import Ising
import Machines

/// What a search in parts has come to.
struct SearchMemory: Equatable {
  /// Parts that were made.
  var parts = 0
  /// Where the number of reads is given: the next read.
  var readsDone = 0
  /// States of the reads, or with a time limit the best states; on rank 0.
  var samples: [SampleSet.Sample] = []
  /// The lowest state that any read was in or passed through; on every rank.
  var best: SampleSet.Sample?
  /// What all parts took.
  var seconds = 0.0
  var spinUpdates = 0.0
  /// States that were better than all before.
  var trace: [SearchProgress] = []
  /// What the trials have chosen, or what runs.
  var machine: MachineKind?
  var scale = 1.0

  /// Takes in a part.
  ///
  /// - Parameter limit: how many samples are kept where the number of reads is not given.
  mutating func take(_ found: Solution, of part: SolverSettings, limit: Int) {
    parts += 1
    for point in found.trace where point.energy < best?.energy ?? .infinity {
      if point.energy < trace.last?.energy ?? .infinity {
        trace.append(SearchProgress(seconds: seconds + point.seconds, energy: point.energy))
      }
    }
    if let lowest = found.lowest, lowest.energy < best?.energy ?? .infinity { best = lowest }
    seconds += found.seconds
    spinUpdates += found.spinUpdates
    (machine, scale) = (found.machine, found.settings.scale)
    if let reads = part.part {
      // Reads that a stop has cut short are done again.
      guard !found.wasStopped else { return }
      readsDone = reads.upperBound
      samples = SampleSet(reads: samples + found.samples.samples, seconds: 0).samples
    } else {
      samples = Array(SampleSet(reads: samples + found.samples.samples, seconds: 0).samples.prefix(limit))
    }
  }

  /// What the whole search has found.
  ///
  /// - Parameter last: the last part that was made here; `nil` if there was nothing left to do.
  func solution(_ settings: SolverSettings, last: Solution?, spread: SpreadChoice, ranks: Int) throws -> Solution {
    var shown = settings
    (shown.machine, shown.scale) = (machine, scale)
    var reads = samples
    // As of a search in one piece: the best state, unless reads are samples.
    let addsBest = settings.keep ?? (machine == .gibbs ? .last : .best) == .best
    if let best, addsBest || reads.isEmpty, !reads.contains(where: { $0.energy <= best.energy }) { reads.append(best) }
    return Solution(
      samples: SampleSet(reads: reads, seconds: seconds), lowest: best, energy: best?.energy ?? .infinity, trace: trace,
      machine: machine ?? .anneal, settings: shown, spread: last?.spread ?? spread, ranks: ranks, spinUpdates: spinUpdates,
      seconds: seconds, wasStopped: last?.wasStopped ?? false)
  }
}

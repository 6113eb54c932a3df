import Ising
import Kernels
import Machines

/// How a time limit is spent on annealing: a population of states, new ones by annealing from random spins, better ones by
/// reverse annealing of members, and every new state gives away its better regions to the others (`ClusterCrossover`).
///
/// Where couplings are dense, states do not fall into regions, and what counts are the many independent runs; where they are
/// sparse and many, no single run is right everywhere, and what counts is the crossover. One mixture serves both: it is a matter
/// of measurement (docs/results-ising.md).
struct AnnealingPopulation {
  let problem: IsingProblem
  let reader: FlipRun
  let seed: UInt64
  /// The course of an anneal from random spins.
  let course: Course
  let scale: Double
  let share: ReadShare

  /// States that are kept.
  private static let size = 3
  /// The share of sweeps that begin at random spins.
  private static let freshShare = 0.5
  /// Peaks of reverse anneals, in units of the field's root mean square.
  private static let peaks = 0.25...0.5

  func search() throws {
    var random = Philox(seed: seed, stream: 0x504f_5055).sequence(UInt32(share.place))
    let starts = RandomSpins(seed: seed)
    var crossover = ClusterCrossover(problem)
    var members: [SampleSet.Sample] = []
    let sweeps = try plannedSweeps(starts.state(run: share.place, count: problem.spinCount))
    var number = share.place
    var (fresh, total) = (0, 0)
    while try !reader.record.clock.isOver() {
      number += share.count
      let isFresh = members.count < Self.size || Double(fresh) < Self.freshShare * Double(total)
      let parent = isFresh ? nil : Int.random(in: 0..<members.count, using: &random)
      let start = parent.map { members[$0].spins } ?? starts.state(run: number, count: problem.spinCount)
      reader.sampler.temperature =
        parent == nil
        ? course : FlipSampler.reverseCourse(peak: .random(in: Self.peaks, using: &random)).scaled(by: scale)
      let child = try reader.run(from: start, sweeps: sweeps, number: number)
      let energy = try reader.record.add(child)
      total += 1
      if isFresh { fresh += 1 }
      if members.count < Self.size {
        members.append(SampleSet.Sample(spins: child, energy: energy))
      } else {
        try spread(child, energy, from: parent, among: &members, &crossover, &random)
      }
    }
  }

  /// Gives a child's better regions to its parent and to some of the others; a child from random spins takes the place of the
  /// worst member that is worse as a whole.
  private func spread(
    _ child: [Int8], _ energy: Double, from parent: Int?, among members: inout [SampleSet.Sample],
    _ crossover: inout ClusterCrossover, _ random: inout PhiloxSequence
  ) throws {
    for place in members.indices where parent == nil || place == parent || Int.random(in: 0..<4, using: &random) == 0 {
      let change = crossover.improve(&members[place].spins, from: child, using: &random)
      guard change < 0 else { continue }
      members[place].energy += change
      if members[place].energy < reader.record.best?.energy ?? .infinity {
        members[place].energy = try reader.record.add(members[place].spins)
      }
    }
    if parent == nil, let worst = members.indices.max(by: { members[$0].energy < members[$1].energy }), energy < members[worst].energy {
      members[worst] = SampleSet.Sample(spins: child, energy: energy)
    }
  }

  /// Sweeps of an anneal from random spins: the more the time allows, the longer, but by the square root, so that there are more
  /// of them too. Found by a first short run.
  private func plannedSweeps(_ start: [Int8]) throws -> Int {
    let trial = 100
    let before = try reader.record.clock.left()
    reader.sampler.temperature = course
    try reader.record.add(try reader.run(from: start, sweeps: trial, number: share.place))
    let each = max(before - (try reader.record.clock.left()), 1e-7) / Double(trial)
    let fitting = try reader.record.clock.left() / each
    return max(50, Int(6 * fitting.squareRoot()))
  }
}

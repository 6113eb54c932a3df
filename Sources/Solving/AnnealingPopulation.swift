import Ising
import Kernels
import Machines

/// How a time limit is spent on annealing: populations of a few states, new ones by annealing from random spins, better ones by
/// reverse annealing of members, and every new state gives away its better regions to the others (`ClusterCrossover`).
///
/// A population that finds nothing better any more is given up, and another one begins. The elite keeps the best states that lie
/// far from one another; when one joins, it evolves with the others in the same way. Small problems see many populations, and what
/// counts are the independent ones; the first one of a great problem lasts as long as the time, and what counts is the crossover.
/// What the constants rest on is in docs/results/results-ising.md.
struct AnnealingPopulation {
  private let reader: FlipRun
  private let problem: IsingProblem
  private let course: Course
  private let scale: Double
  private let share: ReadShare
  private let starts: RandomSpins
  private var random: PhiloxSequence
  private var crossover: ClusterCrossover
  private var sweeps = 0
  /// Of the last run.
  private var number: Int

  /// States that a population, and the elite, has.
  private static let size = 3
  /// The share of runs that begin at random spins once a population is complete.
  private static let freshShare = 0.25
  /// Runs without a better state after which a population is given up.
  private static let patience = 12
  /// States that differ in a smaller share of their spins are near.
  private static let nearness = 0.1
  /// Peaks of reverse anneals, in units of the field's root mean square.
  private static let peaks = 0.25...0.5

  /// - Parameters:
  ///   - course: of an anneal from random spins.
  ///   - scale: a multiplier of temperatures.
  init(problem: IsingProblem, reader: FlipRun, seed: UInt64, course: Course, scale: Double, share: ReadShare) {
    self.problem = problem
    self.reader = reader
    self.course = course
    self.scale = scale
    self.share = share
    starts = RandomSpins(seed: seed)
    random = Philox(seed: seed, .population).sequence(UInt32(share.place))
    crossover = ClusterCrossover(problem)
    number = share.place
  }

  /// Searches until the time is over.
  mutating func search() throws {
    sweeps = try plannedSweeps()
    var elite: [SampleSet.Sample] = []
    while try !reader.record.clock.isOver() {
      guard let newcomer = try evolved([], freshShare: Self.freshShare).first, admit(newcomer, to: &elite), elite.count > 1 else {
        continue
      }
      let members = try evolved(elite, freshShare: 0)
      elite.removeAll()
      for member in members { admit(member, to: &elite) }
    }
  }

  /// Takes a state into the elite if it is better than the one near it or, where none is near, than the worst.
  ///
  /// - Returns: whether it was taken.
  @discardableResult private func admit(_ newcomer: SampleSet.Sample, to elite: inout [SampleSet.Sample]) -> Bool {
    if let near = elite.firstIndex(where: { areNear($0.spins, newcomer.spins) }) {
      guard newcomer.energy < elite[near].energy else { return false }
      elite[near] = newcomer
    } else if elite.count < Self.size {
      elite.append(newcomer)
    } else {
      guard let worst = elite.indices.max(by: { elite[$0].energy < elite[$1].energy }), newcomer.energy < elite[worst].energy
      else {
        return false
      }
      elite[worst] = newcomer
    }
    return true
  }

  /// Whether two states lie in one valley, from which another run leads to either. Without fields a mirror image is the same state.
  private func areNear(_ first: [Int8], _ second: [Int8]) -> Bool {
    let overlap = zip(first, second).reduce(0) { $0 + Int($1.0) * Int($1.1) }
    let distance = problem.spinCount - (problem.hasFields ? overlap : abs(overlap))
    return Double(distance) < 2 * Self.nearness * Double(problem.spinCount)
  }

  /// What becomes of a population until it finds nothing better any more, best first.
  ///
  /// - Parameter founders: missing ones are made from random spins.
  private mutating func evolved(_ founders: [SampleSet.Sample], freshShare: Double) throws -> [SampleSet.Sample] {
    var members = founders
    let size = max(founders.count, Self.size)
    var best = members.map(\.energy).min() ?? .infinity
    var idle = 0
    while idle < Self.patience, try !reader.record.clock.isOver() {
      let isFresh = members.count < size && founders.isEmpty || Double.random(in: 0..<1, using: &random) < freshShare
      let parent = isFresh ? nil : Int.random(in: 0..<members.count, using: &random)
      let child = try offspring(of: parent.map { members[$0].spins })
      if isFresh && members.count < size { members.append(child) } else { try spread(child, from: parent, among: &members) }
      let lowest = members.map(\.energy).min() ?? .infinity
      idle = lowest < best ? 0 : idle + 1
      best = lowest
    }
    return members.sorted { $0.energy < $1.energy }
  }

  /// The state that a run leads to: a reverse anneal of `parent`, or an anneal from random spins.
  private mutating func offspring(of parent: [Int8]?) throws -> SampleSet.Sample {
    number += share.count
    reader.sampler.temperature =
      parent == nil ? course : FlipSampler.reverseCourse(peak: .random(in: Self.peaks, using: &random)).scaled(by: scale)
    let start = parent ?? starts.state(run: number, count: problem.spinCount)
    let spins = try reader.run(from: start, sweeps: sweeps, number: number)
    return SampleSet.Sample(spins: spins, energy: try reader.record.add(spins))
  }

  /// Gives a child's better regions to its parent and to some of the others; a child from random spins takes the place of the
  /// worst member if that is worse as a whole.
  private mutating func spread(_ child: SampleSet.Sample, from parent: Int?, among members: inout [SampleSet.Sample]) throws {
    for place in members.indices where parent == nil || place == parent || Int.random(in: 0..<4, using: &random) == 0 {
      let change = crossover.improve(&members[place].spins, from: child.spins, using: &random)
      guard change < 0 else { continue }
      members[place].energy += change
      if members[place].energy < reader.record.best?.energy ?? .infinity {
        members[place].energy = try reader.record.add(members[place].spins)
      }
    }
    if parent == nil, let worst = members.indices.max(by: { members[$0].energy < members[$1].energy }),
      child.energy < members[worst].energy
    {
      members[worst] = child
    }
  }

  /// Sweeps of a run: the more the time allows, the longer, but by the square root, so that there are more runs too. Found by a
  /// first short one.
  private func plannedSweeps() throws -> Int {
    let trial = 100
    let before = try reader.record.clock.left()
    reader.sampler.temperature = course
    let start = starts.state(run: share.place, count: problem.spinCount)
    try reader.record.add(try reader.run(from: start, sweeps: trial, number: share.place))
    let each = max(before - (try reader.record.clock.left()), 1e-7) / Double(trial)
    let fitting = try reader.record.clock.left() / each
    return max(50, Int(6 * fitting.squareRoot()))
  }
}

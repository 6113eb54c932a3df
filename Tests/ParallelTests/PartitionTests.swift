import Ising
import Kernels
import MPI
import Machines
import Parallel
import Solving
import Testing

extension AcrossRanks {
  /// What ranks compute together has the bits of what one rank computes.
  @Suite struct PartitionTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.environment.get().world
    }

    /// The fields of the same drawn states by one rank and by all, for every spin of this rank.
    private func compare(_ one: any FieldOperator, _ part: any FieldOperator, _ identifiers: [UInt32]) throws {
      let (whole, own) = (one.shape, part.shape)
      var random = Philox(seed: 7, stream: 5).sequence()
      let (states, field) = (whole.plane(), whole.plane())
      for spin in 0..<whole.spins {
        for replica in 0..<whole.replicas { states[spin * whole.stride + replica] = random.uniform() * 2 - 1 }
      }
      try one.evaluate(states, scale: whole.replicaNumbers(0.7), into: field)
      let (ownStates, ownField) = (own.plane(), own.plane())
      for (place, spin) in identifiers.enumerated() {
        for replica in 0..<own.replicas { ownStates[place * own.stride + replica] = states[Int(spin) * whole.stride + replica] }
      }
      // Twice, since requests are used again.
      for _ in 0..<2 { try part.evaluate(ownStates, scale: own.replicaNumbers(0.7), into: ownField) }
      for (place, spin) in identifiers.enumerated() {
        for replica in 0..<own.replicas {
          #expect(ownField[place * own.stride + replica] == field[Int(spin) * whole.stride + replica], "spin \(spin)")
        }
      }
    }

    @Test(arguments: [1, 5, 16, 40]) func sparseFields(_ replicas: Int) throws {
      let drawn = DrawnCouplings(90, density: 0.06, isWhole: false)
      let owners = try SpinOwners(cutting: drawn.rows, ranks: world.size)
      let part = try PartitionedSparseField(drawn.rows, bias: drawn.bias, replicas: replicas, owners: owners, over: world)
      try compare(SparseField(drawn.rows, bias: drawn.bias, replicas: replicas), part, part.identifiers)
    }

    @Test(arguments: [1, 5, 16, 40], [20, 90, 300]) func denseFields(_ replicas: Int, _ spins: Int) throws {
      let drawn = DrawnCouplings(spins, density: 0.9, isWhole: false)
      let part = try PartitionedDenseField(spins: spins, bias: drawn.bias, replicas: replicas, over: world) { spin, row in
        drawn.rows.forEach(in: spin) { row.set($0, $1) }
      }
      try compare(DenseField(drawn.rows, bias: drawn.bias, replicas: replicas), part, part.identifiers)
    }

    /// Products of bits, and whole searches with them.
    @Test(arguments: [1, 2, 20, 40], [40, 300]) func fieldsOfSpins(_ replicas: Int, _ spins: Int) throws {
      let drawn = DrawnCouplings(spins, density: 2, isWhole: true, areSigns: true)
      let one = DenseField(drawn.rows, bias: drawn.bias, replicas: replicas)
      let signs = { (rows: Range<Int>) in CouplingSigns(drawn.rows, rows: rows) }
      let part = try PartitionedDenseField(
        spins: spins, bias: drawn.bias, replicas: replicas, over: world, signs: signs
      ) { spin, row in drawn.rows.forEach(in: spin) { row.set($0, $1) } }
      let (whole, own) = (one.shape, part.shape)
      let (states, field, ownStates, ownField) = (whole.plane(), whole.plane(), own.plane(), own.plane())
      var random = Philox(seed: 7, stream: 6).sequence()
      for index in 0..<whole.spins * whole.stride { states[index] = random.nextWord() % 2 == 0 ? -1 : 1 }
      for (place, spin) in part.identifiers.enumerated() {
        ownStates.copy(from: states, at: Int(spin) * whole.stride, to: place * own.stride, count: own.stride)
      }
      try one.evaluate(spins: states, scale: whole.replicaNumbers(1), into: field)
      try part.evaluate(spins: ownStates, scale: own.replicaNumbers(1), into: ownField)
      for (place, spin) in part.identifiers.enumerated() {
        for replica in 0..<own.replicas {
          #expect(ownField[place * own.stride + replica] == field[Int(spin) * whole.stride + replica], "spin \(spin)")
        }
      }
    }

    /// Without an exchange the others' states are those of the last one, of the same plane.
    @Test(arguments: [true, false], [true, false]) func evaluationsWithoutAnExchange(_ isDense: Bool, _ areSigns: Bool) throws {
      let drawn = DrawnCouplings(90, density: isDense ? 2 : 0.08, isWhole: true, areSigns: areSigns)
      let owners = try SpinOwners(cutting: drawn.rows, ranks: world.size)
      let signs = { (rows: Range<Int>) in CouplingSigns(drawn.rows, rows: rows) }
      let part: any PartitionedField =
        isDense
        ? try PartitionedDenseField(
          spins: 90, replicas: 3, over: world, remembersStates: true, signs: signs
        ) { spin, row in drawn.rows.forEach(in: spin) { row.set($0, $1) } }
        : try PartitionedSparseField(drawn.rows, replicas: 3, owners: owners, over: world, remembersStates: true)
      let identifiers =
        (part as? PartitionedDenseField)?.identifiers ?? (part as? PartitionedSparseField)?.identifiers ?? []
      let mine = Set(identifiers)
      let one: any FieldOperator = isDense ? DenseField(drawn.rows, replicas: 3) : SparseField(drawn.rows, replicas: 3)
      let (whole, own) = (one.shape, part.shape)
      let (field, ownField, ownStates, otherStates) = (whole.plane(), own.plane(), own.plane(), own.plane())
      var random = Philox(seed: 8, stream: 6).sequence()
      let times = (0..<2).map { _ in (0..<90 * whole.stride).map { _ in Float(random.nextWord() % 2 == 0 ? -1 : 1) } }
      for (time, exchanges) in [true, false].enumerated() {
        for (place, spin) in identifiers.enumerated() {
          for replica in 0..<whole.stride {
            ownStates[place * own.stride + replica] = times[time][Int(spin) * whole.stride + replica]
          }
        }
        part.exchanges = exchanges
        try part.evaluate(spins: ownStates, scale: own.replicaNumbers(1), into: ownField)
        // Another plane in between changes nothing.
        part.exchanges = true
        try part.evaluate(spins: otherStates, scale: own.replicaNumbers(1), into: own.plane())
      }
      let mixed = whole.plane()
      for index in 0..<90 * whole.stride { mixed[index] = times[mine.contains(UInt32(index / whole.stride)) ? 1 : 0][index] }
      try one.evaluate(spins: mixed, scale: whole.replicaNumbers(1), into: field)
      for (place, spin) in identifiers.enumerated() {
        for replica in 0..<3 {
          #expect(ownField[place * own.stride + replica] == field[Int(spin) * whole.stride + replica], "spin \(spin)")
        }
      }
    }

    @Test(arguments: FlipSampler.Rule.allCases) func flips(_ rule: FlipSampler.Rule) throws {
      let drawn = DrawnCouplings(120, density: 0.05, isWhole: true)
      let owners = try SpinOwners(cutting: drawn.rows, ranks: world.size)
      let one = SparseFlips(drawn.rows, bias: drawn.bias)
      let part = try PartitionedFlips(drawn.rows, bias: drawn.bias, owners: owners, over: world)
      let start = (0..<120).map { Int8($0 % 3 == 0 ? -1 : 1) }
      one.reset(to: start)
      try part.reset(to: start)
      #expect(part.energy == one.energy)
      let course = Course.linear(from: 1.2, to: 0.1)
      let samplers = ([one, part] as [any FlipOperator]).map {
        FlipSampler($0, rule: rule, temperature: course, fieldScale: 4, seed: 6)
      }
      let copies = ([one, part] as [any FlipOperator]).map { AlignedBuffer<Float>(count: $0.identifiers.count) }
      for step in 0..<30 {
        for sampler in samplers { try sampler.step(MachineTime(step, of: 30)) }
        #expect(part.energy == one.energy, "sweep \(step)")
        one.copySpins(to: copies[0])
        part.copySpins(to: copies[1])
        #expect(try part.collect(copies[1]) == one.collect(copies[0]), "sweep \(step)")
      }
      let flips = try samplers.map { try $0.descend(MachineTime(30, of: 31)) }
      #expect(flips[0] == flips[1], "every rank is told of the flips of all")
    }

    @Test func everyRankOwnsSpins() throws {
      for spins in [world.size, world.size + 1, 50] {
        let drawn = DrawnCouplings(spins, density: 0.2, isWhole: true)
        let owners = try SpinOwners(cutting: drawn.rows, ranks: world.size)
        #expect(Set(owners.ranks) == Set(0..<Int32(world.size)), "\(spins) spins")
      }
    }

    @Test func moreRanksThanSpinsAreRefused() throws {
      let drawn = DrawnCouplings(3, density: 1, isWhole: true)
      #expect(throws: PartitionError.self) { try SpinOwners(cutting: drawn.rows, ranks: 4) }
    }
  }
}

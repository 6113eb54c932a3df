/// What was measured at each temperature of each ladder, in bins of time: sums over the sweeps of a bin.
///
/// Sums of one ladder are taken by one rank in the order of time, so that they have the same bits on any number of ranks.
struct ChainRecord: Equatable, Sendable {
  enum Quantity: Int, CaseIterable, Sendable {
    /// After every sweep: the energy from a fixed origin, its square, and Bennett's functions towards the next colder and hotter temperature.
    case energy, energySquare, toColder, toHotter
    /// After every few sweeps: the magnetisation of a spin, and the overlaps of two ladders at one temperature.
    case absMagnetisation, magnetisationSquare, magnetisationFourth
    /// A few times: Σ f (s − tanh βf) over the spins in their fields, and its slope.
    case fieldExcess, fieldSlope
    case overlapSquare, overlapFourth, linkOverlap
    /// How often the overlap was in each part of −1 … 1, in place of bins of time.
    case overlapHistogram

    /// Whether it is one of two ladders.
    var isOfPairs: Bool { rawValue >= Self.overlapSquare.rawValue }
    /// Whether its numbers are sums over bins of time.
    var isInBins: Bool { self != .fieldExcess && self != .fieldSlope && self != .overlapHistogram }

    /// Numbers of a chain or pair at one temperature.
    func length(_ schedule: SamplingSchedule) -> Int {
      switch self {
      case .fieldExcess, .fieldSlope: schedule.fieldMeasurements
      case .overlapHistogram: ChainRecord.histogramLength
      default: schedule.binCount
      }
    }

    /// Whether it is measured after every sweep.
    var isOfSweeps: Bool { rawValue <= Self.toHotter.rawValue }
  }

  /// Parts of −1 … 1 in a histogram of overlaps: an odd number, so that one lies around 0.
  static let histogramLength = 41

  let schedule: SamplingSchedule
  let temperatureCount: Int
  let chainCount: Int
  /// 4 if chains 0 and 1 exchange spins, as 2 and 3 do and so on; 2 if all are independent.
  let chainsOfBlock: Int
  /// Of each quantity [chain or pair][temperature][bin].
  private(set) var sums: [[Double]]

  init(_ schedule: SamplingSchedule, temperatures: Int, chains: Int, chainsOfBlock: Int = 2) {
    self.schedule = schedule
    temperatureCount = temperatures
    chainCount = chains
    self.chainsOfBlock = chainsOfBlock
    sums = Quantity.allCases.map { quantity in
      let columns = quantity.isOfPairs ? chains / 2 : chains
      return [Double](repeating: 0, count: columns * temperatures * quantity.length(schedule))
    }
  }

  /// Of all ladders from those of the ranks, in their order.
  init(_ schedule: SamplingSchedule, temperatures: Int, chains: Int, chainsOfBlock: Int, sums: [[Double]]) {
    self.schedule = schedule
    temperatureCount = temperatures
    chainCount = chains
    self.chainsOfBlock = chainsOfBlock
    self.sums = sums
  }

  /// The two independent ladders whose states are compared.
  func couple(_ column: Int) -> (Int, Int) {
    chainsOfBlock == 4 ? (column / 2 * 4 + column % 2, column / 2 * 4 + column % 2 + 2) : (2 * column, 2 * column + 1)
  }

  /// Ladders, or pairs of them.
  func columnCount(_ quantity: Quantity) -> Int { quantity.isOfPairs ? chainCount / 2 : chainCount }

  mutating func add(_ value: Double, to quantity: Quantity, column: Int, temperature: Int, bin: Int) {
    sums[quantity.rawValue][(column * temperatureCount + temperature) * quantity.length(schedule) + bin] += value
  }

  /// Adds what one sweep measures.
  ///
  /// - Parameters:
  ///   - energies: [chain][replica].
  ///   - temperatures: those of the replicas.
  ///   - origin: from which energies are counted.
  ///   - bennett: `nil` if no free energies are wanted.
  mutating func add(energies: [Double], temperatures: [Int], origin: Double, bennett: BennettFunctions?, bin: Int) {
    let bins = schedule.binCount
    for (index, temperature) in temperatures.enumerated() {
      let place = (index / temperatureCount * temperatureCount + temperature) * bins + bin
      let energy = energies[index] - origin
      sums[Quantity.energy.rawValue][place] += energy
      sums[Quantity.energySquare.rawValue][place] += energy * energy
      guard let bennett else { continue }
      if temperature < temperatureCount - 1 {
        sums[Quantity.toColder.rawValue][place] += bennett.toColder(energies[index], at: temperature)
      }
      if temperature > 0 { sums[Quantity.toHotter.rawValue][place] += bennett.toHotter(energies[index], at: temperature) }
    }
  }

  /// The means of the bins of one ladder or pair.
  func series(_ quantity: Quantity, column: Int, temperature: Int) -> [Double] {
    let length = quantity.length(schedule)
    let start = (column * temperatureCount + temperature) * length
    guard quantity.isInBins else { return Array(sums[quantity.rawValue][start..<start + length]) }
    let count = Double(quantity.isOfSweeps ? schedule.binLength : schedule.binLength / schedule.every)
    return sums[quantity.rawValue][start..<start + length].map { $0 / count }
  }

  /// Those of all, as series that are independent of each other: of ladders that exchange spins the mean.
  func series(_ quantity: Quantity, temperature: Int) -> [[Double]] {
    let all = (0..<columnCount(quantity)).map { series(quantity, column: $0, temperature: temperature) }
    guard chainsOfBlock == 4 else { return all }
    return stride(from: 0, to: all.count, by: 2).map { first -> [Double] in
      let (one, other) = (all[first], all[first + 1])
      return one.indices.map { (one[$0] + other[$0]) / 2 }
    }
  }

  /// The density of overlaps of all pairs in equal parts of −1 … 1; `nil` if there are none.
  func overlapHistogram(temperature: Int) -> [Double]? {
    var counts = [Double](repeating: 0, count: Self.histogramLength)
    for column in 0..<columnCount(.overlapHistogram) {
      for (part, count) in series(.overlapHistogram, column: column, temperature: temperature).enumerated() {
        counts[part] += count
      }
    }
    let all = counts.reduce(0, +)
    return all > 0 ? counts.map { $0 / all * Double(Self.histogramLength) / 2 } : nil
  }

  /// Bytes of a record.
  static func bytes(_ schedule: SamplingSchedule, temperatures: Int, chains: Int) -> Double {
    let numbers = Quantity.allCases.reduce(0) { $0 + ($1.isOfPairs ? chains / 2 : chains) * $1.length(schedule) }
    return 8 * Double(numbers) * Double(temperatures)
  }
}

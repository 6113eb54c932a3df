/// What a solver found: its states with their energies, each once with the number of reads that ended in it, best first.
public struct SampleSet: Sendable, Equatable {
  /// One state, with its energy.
  public struct Sample: Sendable, Equatable {
    /// −1 or 1, one a spin.
    public var spins: [Int8]
    /// `E = −½ Σ J s s − Σ h s` and the problem's offset.
    public var energy: Double
    /// How many reads ended in this state.
    public var occurrences: Int

    /// A state that one read ended in, or `occurrences` of them.
    public init(spins: [Int8], energy: Double, occurrences: Int = 1) {
      self.spins = spins
      self.energy = energy
      self.occurrences = occurrences
    }
  }

  /// In order of energy; of equal energies, in the order of their spins, so that it does not matter who found which. Never the
  /// same state twice.
  public let samples: [Sample]
  /// Wall-clock seconds that the search took.
  public let seconds: Double

  /// - Complexity: O(reads · log reads).
  /// - Parameter reads: the state and energy of each read, in any order.
  public init(reads: [Sample], seconds: Double) {
    var places = [[Int8]: Int]()
    var distinct = [Sample]()
    for read in reads {
      if let place = places[read.spins] {
        distinct[place].occurrences += read.occurrences
      } else {
        places[read.spins] = distinct.count
        distinct.append(read)
      }
    }
    samples = distinct.sorted {
      $0.energy == $1.energy ? $0.spins.lexicographicallyPrecedes($1.spins) : $0.energy < $1.energy
    }
    self.seconds = seconds
  }

  /// The state of the lowest energy; `nil` if there was no read.
  public var best: Sample? { samples.first }

  /// All reads.
  ///
  /// - Complexity: O(distinct states).
  public var readCount: Int { samples.reduce(0) { $0 + $1.occurrences } }
}

import Foundation
import Host
import Kernels

/// A ±J spin glass on a square or cubic lattice that is closed in all directions, drawn around a state: a share p of the couplings favours it,
/// the others oppose it.
///
/// At the temperature `2/ln(p/(1 − p))` the state is a draw from the Boltzmann distribution of the couplings, like any that a sampler finds, and
/// the energy of a coupling is `−(2p − 1)` on average over problems, in any dimension and size.
/// Source: Nishimori, Prog. Theor. Phys. 66, 1169 (1981).
public struct PlantedProblem: Equatable, Sendable {
  /// Spins in each direction, two or three numbers.
  public let extents: [Int]
  /// p: 0.5 is the spin glass without a state, 1 a ferromagnet.
  public let share: Double
  /// Of the state and the couplings.
  public let seed: UInt64

  /// - Throws: `ProblemError` if there are too few or too many spins, or the share makes no sense.
  public init(extents: [Int], share: Double, seed: UInt64 = 0) throws {
    (self.extents, self.share, self.seed) = (extents, share, seed)
    guard (2...3).contains(extents.count), extents.allSatisfy({ $0 >= 3 }) else {
      throw ProblemError("a lattice of \(size), expected two or three extents of 3 or more")
    }
    guard share >= 0.5, share <= 1 else {
      throw ProblemError("a share of \(share) couplings that favour the planted state, expected 0.5 to 1")
    }
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= IsingProblem.greatestSpinCount else {
        throw ProblemError("a lattice of \(size) spins, expected at most \(IsingProblem.greatestSpinCount) in all")
      }
      count = product
    }
  }

  private var size: String { extents.map(String.init).joined(separator: " × ") }

  /// The product of the extents.
  public var spinCount: Int { extents.reduce(1, *) }

  /// At which the planted state is in equilibrium; infinite for a share of 0.5.
  public var temperature: Double { 2 / log(share / (1 - share)) }

  /// −1 and 1, one a spin.
  ///
  /// - Complexity: O(spins).
  public var state: [Int8] {
    let philox = Philox(seed: seed, .planted)
    return (0..<spinCount).map { Self.spin($0, philox) }
  }

  private static func spin(_ spin: Int, _ philox: Philox) -> Int8 {
    philox.block(SIMD4(UInt32(truncatingIfNeeded: spin), 0, 0, 1)).x & 1 == 0 ? 1 : -1
  }

  /// The next spin in a direction, or the one before.
  func neighbour(of spin: Int, _ direction: Int, by step: Int) -> Int {
    let stride = extents[..<direction].reduce(1, *)
    let (extent, place) = (extents[direction], spin / stride % extents[direction])
    return spin + ((place + step + extent) % extent - place) * stride
  }

  /// The coupling of a spin with the next one in a direction, by itself.
  func coupling(from spin: Int, to other: Int, _ direction: Int, _ philox: Philox) -> Double {
    let drawn = philox.block(SIMD4(UInt32(truncatingIfNeeded: spin), UInt32(direction), 0, 0))
    let favours = Double(drawn.x) + Double(drawn.y) * 0x1p-32 < share * 0x1p32
    return Double(Self.spin(spin, philox) * Self.spin(other, philox)) * (favours ? 1 : -1)
  }

  /// - Throws: `ProblemError` if it does not fit into memory.
  public func problem() throws -> IsingProblem {
    let count = spinCount
    try MemoryLimit.require(Double(count) * 80 * Double(extents.count), for: "a lattice of \(count) spins")
    let (philox, state) = (Philox(seed: seed, .planted), state)
    var (sources, targets, weights) = ([Int32](), [Int32](), [Double]())
    for spin in 0..<count {
      var stride = 1
      for (direction, extent) in extents.enumerated() {
        let place = spin / stride % extent
        let other = spin + ((place + 1) % extent - place) * stride
        let drawn = philox.block(SIMD4(UInt32(truncatingIfNeeded: spin), UInt32(direction), 0, 0))
        let favours = Double(drawn.x) + Double(drawn.y) * 0x1p-32 < share * 0x1p32
        sources.append(Int32(truncatingIfNeeded: spin))
        targets.append(Int32(truncatingIfNeeded: other))
        weights.append(Double(state[spin] * state[other]) * (favours ? 1 : -1))
        stride *= extent
      }
    }
    return try IsingProblem(
      graph: WeightedGraph(uncheckedVertexCount: count, sources: sources, targets: targets, weights: weights))
  }

  /// One by its name: `planted:16x16:0.88` or `planted:8x8x8:0.8`, and after another colon its seed, 0 if there is none.
  ///
  /// - Returns: `nil` if the text names none.
  /// - Throws: `ProblemError` if it names one and its numbers are wrong.
  public static func named(_ text: String) throws -> PlantedProblem? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.first == "planted", parts.count > 1 else { return nil }
    let extents = parts[1].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (3...4).contains(parts.count), !extents.contains(nil), let share = Double(parts[2]),
      let seed = parts.count == 4 ? UInt64(parts[3]) : 0
    else {
      throw ProblemError(
        "`\(text)` is not a planted problem; expected planted:ROWSxCOLUMNS:SHARE or planted:ROWSxCOLUMNSxLAYERS:SHARE, and "
          + "perhaps :SEED behind it")
    }
    return try PlantedProblem(extents: extents.compactMap { $0 }, share: share, seed: seed)
  }
}

/// Couplings that visit the ±1 spins of one replica in order and keep their local fields up to date flip by flip: what sequential
/// samplers run on.
///
/// Whose rule it is, and how warm, is in the thresholds: spin `i` flips if `s_i f_i < scale · θ_i`, that is if the rise in energy
/// `2 s_i f_i` is below `2 · scale · θ_i`.
public protocol FlipOperator: AnyObject {
  /// The spins of this rank.
  var spinCount: Int { get }
  /// The global number of each spin in the order of visits, padded like a plane of one replica.
  var identifiers: AlignedBuffer<UInt32> { get }
  /// `E = −½ Σ_ij J_ij s_i s_j − Σ_i h_i s_i` of the present spins, over all ranks.
  var energy: Double { get }

  /// Takes new spins, one −1 or 1 for each global number, and works out fields and energy.
  func reset(to spins: [Int8]) throws

  /// Visits every spin once; of spins on several ranks, each rank its own. Collective over them.
  ///
  /// - Parameter thresholds: in the order of `identifiers`.
  /// - Returns: the flips on all ranks, the same number on each: what a descent ends by.
  @discardableResult func sweep(thresholds: NoisePlane, scale: Float) throws -> Int

  /// Copies the present spins, in the order of visits, to a buffer of as many numbers as `identifiers` has.
  func copySpins(to buffer: AlignedBuffer<Float>)

  /// A copied state of all ranks' spins, one −1 or 1 for each global number.
  func collect(_ spins: AlignedBuffer<Float>) throws -> [Int8]
}

extension FlipOperator {
  /// Where one rank has all spins.
  public func collect(_ spins: AlignedBuffer<Float>) throws -> [Int8] {
    var state = [Int8](repeating: 1, count: spinCount)
    for position in 0..<spinCount where spins[position] < 0 { state[Int(identifiers[position])] = -1 }
    return state
  }
}

/// Couplings whose fields `h` may change from one run to the next.
package protocol BiasedFlips: FlipOperator {
  /// Takes new fields, one for each global number. They count from the next `reset` on.
  func take(bias: [Float])
}

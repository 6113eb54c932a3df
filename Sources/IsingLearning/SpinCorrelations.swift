/// What the rule of learning reads off relaxed spins: `⟨s_i⟩`, and `⟨s_i s_j⟩` of every coupled pair; of an annealer the values of
/// one state, of a sampler averages over samples.
public final class SpinCorrelations {
  /// `⟨s_i⟩`.
  public internal(set) var spins: [Float]
  /// `⟨s_i s_j⟩`, in the order of the layout's pairs.
  public internal(set) var pairs: [Float]

  init(_ layout: IsingNetworkLayout) {
    spins = Array(repeating: 0, count: layout.spinCount)
    pairs = Array(repeating: 0, count: layout.pairs.count)
  }

  /// Takes the values of one state.
  func take(_ state: [Int8], _ coupled: [(Int32, Int32)]) {
    for spin in spins.indices { spins[spin] = Float(state[spin]) }
    for (index, (one, other)) in coupled.enumerated() { pairs[index] = Float(state[Int(one)] * state[Int(other)]) }
  }

  func clear() {
    for spin in spins.indices { spins[spin] = 0 }
    for index in pairs.indices { pairs[index] = 0 }
  }

  /// Divides sums over samples by their number.
  func divide(by samples: Int) {
    let share = 1 / Float(max(samples, 1))
    for spin in spins.indices { spins[spin] *= share }
    for index in pairs.indices { pairs[index] *= share }
  }
}

import CKernels

typealias Entry = eq_entry
typealias Reach = eq_reach

/// Orders of one set of weights, from the flat order post channel, tap, pre channel.
struct WeightArrangement {
  let postChannels: Int
  let taps: Int
  let preChannels: Int

  /// `packed` ← rows (tap, pre channel) × columns post channel, as `convolve` reads them: the forward product.
  func packForward(_ weights: UnsafePointer<Float>, into packed: AlignedBuffer<Float>) {
    let rows = Int64(taps * preChannels)
    InstructionSet.current.kernels.pack_transposed(weights, rows, rows, Int64(postChannels), packed.base)
  }

  /// `packed` ← rows (tap of `chosen`, post channel) × columns pre channel: the transposed product over those taps.
  func packTransposed(
    _ weights: UnsafePointer<Float>, chosen: [Int], scratch: AlignedBuffer<Float>, into packed: UnsafeMutablePointer<Float>
  ) {
    arrangeByTap(weights, chosen: chosen, into: scratch)
    InstructionSet.current.kernels.pack(
      scratch.base, Int64(preChannels), Int64(chosen.count * postChannels), Int64(preChannels), packed)
  }

  /// `target` ← [tap of `chosen`][post channel][pre channel].
  func arrangeByTap(_ weights: UnsafePointer<Float>, chosen: [Int], into target: AlignedBuffer<Float>) {
    var slot = target.base
    for tap in chosen {
      for post in 0..<postChannels {
        slot.update(from: weights + (post * taps + tap) * preChannels, count: preChannels)
        slot += preChannels
      }
    }
  }
}

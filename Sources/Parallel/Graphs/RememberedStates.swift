import Kernels

/// The other ranks' states as they last came, a plane of them for each plane of own states that is evaluated: the cosines and sines
/// of oscillators are not to be taken for one another.
struct RememberedStates<Element: BitwiseCopyable> {
  private let count: Int
  private var planes: [ObjectIdentifier: AlignedBuffer<Element>] = [:]

  /// - Parameter count: numbers of a plane of others' states.
  init(count: Int) { self.count = count }

  /// What was kept for a plane, `nil` if nothing was.
  subscript(states: AlignedBuffer<Float>) -> AlignedBuffer<Element>? { planes[ObjectIdentifier(states)] }

  /// Keeps what lies in `source` from `start` on. Takes memory the first time that a plane is seen.
  mutating func keep(_ source: AlignedBuffer<Element>, from start: Int, for states: AlignedBuffer<Float>) {
    let plane = planes[ObjectIdentifier(states)] ?? AlignedBuffer(count: count)
    plane.copy(from: source, at: start, count: count)
    planes[ObjectIdentifier(states)] = plane
  }

  /// For other planes than before.
  mutating func removeAll() { planes.removeAll() }
}

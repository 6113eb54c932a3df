/// The states of a machine's spins beside the fields on them, as planes: one pair, or for phases those of cosines and of sines.
package struct StatesAndFields {
  /// Amplitudes, or cosines of phases.
  package var states: AlignedBuffer<Float>
  /// What acts on `states`, of the same shape.
  package var field: AlignedBuffer<Float>
  /// Of a second feature.
  package var second: (states: AlignedBuffer<Float>, field: AlignedBuffer<Float>)?

  /// One pair of planes, or two.
  package init(
    states: AlignedBuffer<Float>, field: AlignedBuffer<Float>,
    second: (states: AlignedBuffer<Float>, field: AlignedBuffer<Float>)? = nil
  ) {
    (self.states, self.field, self.second) = (states, field, second)
  }

  /// What a spin reads of itself and of its field.
  package struct Spin {
    /// Its amplitude, or the cosine of its phase.
    package let state: Float
    /// The field on `state`.
    package let field: Float
    /// 0 without a second feature.
    package let second: Float
    /// The field on `second`; 0 without a second feature.
    package let secondField: Float
  }

  /// `Σ d²` and `Σ s²` over `pixels` pixels from number `first` of the planes on, in double precision; of two features `Σ s²` is of both.
  ///
  /// - Parameters:
  ///   - channels: of a pixel that hold spins, of `paddedChannels`.
  ///   - distance: d of a spin.
  package func sums(from first: Int, pixels: Int, channels: Int, paddedChannels: Int, _ distance: (Spin) -> Float) -> SpinChange {
    let end = first + pixels * paddedChannels
    for plane in [states, field, second?.states, second?.field] { precondition(first >= 0 && end <= plane?.count ?? end) }
    precondition(channels <= paddedChannels)
    var (moved, size) = (0.0, 0.0)
    for pixel in stride(from: first, to: end, by: paddedChannels) {
      for index in pixel..<pixel + channels {
        let spin = Spin(
          state: states.base[index], field: field.base[index], second: second?.states.base[index] ?? 0,
          secondField: second?.field.base[index] ?? 0)
        let step = Double(distance(spin))
        moved += step * step
        size += Double(spin.state) * Double(spin.state) + Double(spin.second) * Double(spin.second)
      }
    }
    return SpinChange(moved: moved, size: size)
  }
}

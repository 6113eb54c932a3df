import Foundation
import Kernels
import Networks
import TestTools
import Testing

@testable import Learning

/// Optimisers against closed numbers, computed here in double precision.
@Suite struct OptimiserTests {
  /// One input channel, so that every block has one weight; `hidden` has a rate of its own.
  static let layout = try! NetworkLayout(
    NetworkDescription(
      input: ImageShape(channels: 1, rows: 1, columns: 1),
      layers: [
        LayerDescription(name: "hidden", channels: 1, edges: [EdgeDescription(from: "input", kind: .dense, learningRate: 0.5)]),
        LayerDescription(name: "output", channels: 1, edges: [EdgeDescription(from: "hidden", kind: .dense)]),
      ]))

  /// hidden weight, hidden bias, output weight, output bias.
  static let start: [Float] = [1, -0.5, 2, 0.25]
  static let gradients: [[Float]] = [[0.5, -1, 0.25, 2], [-0.25, 0.5, 1, 0], [1, 1, -2, -0.5]]

  /// The parameters after each update, the schedule's factor being ½ in the last.
  private func run(_ change: (inout OptimiserSettings) -> Void) -> [[Float]] {
    var settings = OptimiserSettings()
    settings.learningRate = 0.1
    change(&settings)
    let optimiser = Optimiser(settings, layout: Self.layout)
    let (parameters, gradient) = (
      AlignedBuffer<Float>(count: Self.layout.parameterCount), AlignedBuffer<Float>(count: Self.layout.parameterCount)
    )
    write(Self.start, to: parameters)
    return Self.gradients.enumerated().map { index, values in
      write(values, to: gradient)
      let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      optimiser.update(parameters, gradient: gradient, norm: norm, factor: index == 2 ? 0.5 : 1)
      #expect(optimiser.updates == index + 1)
      return Self.layout.blocks.map { Self.layout.tensor($0, of: parameters)[0] }
    }
  }

  private func write(_ values: [Float], to buffer: AlignedBuffer<Float>) {
    for (block, value) in zip(Self.layout.blocks, values) { Self.layout.assign([value], to: block, of: buffer) }
  }

  /// One parameter's way under `rule`, which gives its next value.
  private func expect(_ computed: [[Float]], scale: [Double] = [1, 1, 1], _ rule: () -> (Double, Double, Double) -> Double) {
    for parameter in 0..<4 {
      let step = rule()
      var value = Double(Self.start[parameter])
      for update in 0..<3 {
        let rate = (parameter < 2 ? 0.5 : 0.1) * (update == 2 ? 0.5 : 1)
        value = step(value, scale[update] * Double(Self.gradients[update][parameter]), rate)
        expectClose(Double(computed[update][parameter]), value, absolute: 2e-6, "parameter \(parameter), update \(update)")
      }
    }
  }

  @Test func plainDescent() {
    expect(run { $0.momentum = 0 }) { { value, slope, rate in value - rate * slope } }
  }

  @Test(arguments: [false, true]) func momentum(_ nesterov: Bool) {
    let computed = run {
      $0.momentum = 0.75
      $0.nesterov = nesterov
      $0.weightDecay = 0.125
    }
    expect(computed) {
      var velocity = 0.0
      return { value, gradient, rate in
        let slope = gradient + 0.125 * value
        velocity = 0.75 * velocity + slope
        return value - rate * (nesterov ? slope + 0.75 * velocity : velocity)
      }
    }
  }

  @Test(arguments: [OptimiserSettings.Kind.adam, .adamW]) func adam(_ kind: OptimiserSettings.Kind) {
    let computed = run {
      $0.kind = kind
      $0.beta1 = 0.75
      $0.beta2 = 0.875
      $0.epsilon = 1e-3
      $0.weightDecay = 0.125
    }
    expect(computed) {
      var (first, second, time) = (0.0, 0.0, 0.0)
      return { value, gradient, rate in
        time += 1
        let slope = gradient + (kind == .adam ? 0.125 * value : 0)
        first = 0.75 * first + 0.25 * slope
        second = 0.875 * second + 0.125 * slope * slope
        let (mean, square) = (first / (1 - pow(0.75, time)), second / (1 - pow(0.875, time)))
        let shrunk = kind == .adamW ? value * (1 - rate * 0.125) : value
        return shrunk - rate * mean / (square.squareRoot() + 1e-3)
      }
    }
  }

  /// Only gradients longer than the limit are cut, and they keep their direction.
  @Test func clipping() {
    let scale = Self.gradients.map { gradient in
      min(1, 2 / gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
    }
    #expect(scale[0] < 1 && scale[1] == 1 && scale[2] < 1)
    let computed = run {
      $0.momentum = 0
      $0.clip = 2
    }
    expect(computed, scale: scale) { { value, slope, rate in value - rate * slope } }
  }

  /// The decay rises to its value; what does not move stays as it is, to the bit.
  @Test func average() {
    let parameters = AlignedBuffer<Float>(count: 2)
    parameters.assign([0.3, 0])
    let average = WeightAverage(of: parameters, decay: 0.5)
    var expected = 0.0
    for update in 1...20 {
      parameters[1] = Float(update)
      average.add(parameters, updates: update)
      let decay = min(0.5, Double(1 + update) / Double(10 + update))
      expected = decay * expected + (1 - decay) * Double(update)
      #expect(average.values[0] == 0.3 && abs(Double(average.values[1]) - expected) < 1e-5, "update \(update)")
    }
    #expect(parameters.elements == [0.3, 20])
  }

  /// Moments that were read continue as if nothing had been.
  @Test(arguments: OptimiserSettings.Kind.allCases) func resumes(_ kind: OptimiserSettings.Kind) {
    var settings = OptimiserSettings()
    settings.kind = kind
    let count = Self.layout.parameterCount
    let (whole, part, rest) = (
      Optimiser(settings, layout: Self.layout), Optimiser(settings, layout: Self.layout), Optimiser(settings, layout: Self.layout)
    )
    let (expected, resumed, gradient) = (
      AlignedBuffer<Float>(count: count), AlignedBuffer<Float>(count: count), AlignedBuffer<Float>(count: count)
    )
    for buffer in [expected, resumed] { write(Self.start, to: buffer) }
    for (index, values) in Self.gradients.enumerated() {
      write(values, to: gradient)
      whole.update(expected, gradient: gradient, norm: 1, factor: 1)
      if index == 2 {
        for (target, source) in zip(rest.moments, part.moments) { target.values.assign(source.values.elements) }
        rest.resume(updates: part.updates)
      }
      (index == 2 ? rest : part).update(resumed, gradient: gradient, norm: 1, factor: 1)
    }
    #expect(expected.elements == resumed.elements)
  }

  /// Optimisers of parts move the parameters as one of all does, and hold as many moments.
  @Test(arguments: OptimiserSettings.Kind.allCases) func partsMakeTheWhole(_ kind: OptimiserSettings.Kind) {
    var settings = OptimiserSettings()
    (settings.kind, settings.weightDecay, settings.clip, settings.bound) = (kind, 0.125, 1, 1.5)
    let count = Self.layout.parameterCount
    let parts = [0..<20, 20..<20, 20..<33, 33..<count + 100, count + 100..<count + 200]
    let whole = Optimiser(settings, layout: Self.layout)
    let optimisers = parts.map { Optimiser(settings, layout: Self.layout, part: $0) }
    #expect(optimisers.map { $0.moments[0].values.count } == [20, 0, 13, count - 33, 0])
    let (expected, computed, gradient) = (
      AlignedBuffer<Float>(count: count), AlignedBuffer<Float>(count: count), AlignedBuffer<Float>(count: count)
    )
    for buffer in [expected, computed] { write(Self.start, to: buffer) }
    for values in Self.gradients {
      write(values, to: gradient)
      whole.update(expected, gradient: gradient, norm: 2, factor: 1)
      for optimiser in optimisers {
        let own = AlignedBuffer<Float>(count: optimiser.part.count)
        own.copy(from: gradient, at: optimiser.part.lowerBound, count: own.count)
        optimiser.update(computed, gradient: own, norm: 2, factor: 1)
      }
      #expect(expected.elements == computed.elements)
    }
    #expect(expected.elements.filter { $0 != 0 }.count == 4)
  }
}

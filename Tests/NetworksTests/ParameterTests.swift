import Kernels
import Testing

@testable import Networks

@Suite struct ParameterTests {
  /// Blocks tile the buffer, and every element has a place of its own in its block.
  @Test(arguments: Networks.all.indices) func everyElementHasItsPlace(_ index: Int) throws {
    let layout = try NetworkLayout(Networks.all[index])
    var end = 0
    var places: Set<Int> = []
    for block in layout.blocks {
      #expect(block.offset == end && block.offset % 16 == 0)
      end += block.count
      for element in 0..<block.shape.reduce(1, *) {
        let position = block.position(element)
        #expect((block.offset..<end).contains(position))
        #expect(places.insert(position).inserted, "\(block.name), element \(element)")
      }
    }
    #expect(end == layout.parameterCount && places.count == layout.trainableCount)
  }

  @Test(arguments: Networks.all.indices) func tensorsComeBackAsTheyWentIn(_ index: Int) throws {
    let layout = try NetworkLayout(Networks.all[index])
    let buffer = AlignedBuffer<Float>(count: layout.parameterCount)
    func numbers(_ block: ParameterBlock) -> [Float] { (0..<block.shape.reduce(1, *)).map { Float($0 + 1) } }
    for block in layout.blocks { layout.assign(numbers(block), to: block, of: buffer) }
    for block in layout.blocks { #expect(layout.tensor(block, of: buffer) == numbers(block)) }
    #expect(buffer.elements.count { $0 != 0 } == layout.trainableCount)
  }

  @Test func initialParametersFillTheirBounds() throws {
    let layout = try NetworkLayout(Networks.deep)
    let parameters = layout.initialParameters(seed: 5)
    #expect(parameters.elements == layout.initialParameters(seed: 5).elements)
    #expect(parameters.elements != layout.initialParameters(seed: 6).elements)
    for block in layout.blocks {
      let values = layout.tensor(block, of: parameters)
      let greatest = values.map(abs).max()!
      #expect(greatest <= block.bound)
      if values.count > 100 {
        #expect(greatest > 0.95 * block.bound)
        #expect(abs(values.reduce(0, +)) / Float(values.count) < 0.2 * block.bound)
      }
    }
    let weight = layout.edges[2].weight
    #expect(weight.shape == [17, 7, 3, 3] && weight.bound == 0.5 / Float(63).squareRoot())
  }

  /// Tensors are those of the usual frameworks: `[post, pre, row, column]` for convolutions, samples in the order channel, row,
  /// column.
  @Test(arguments: [false, true]) func orderOfConvolutions(_ fromInput: Bool) throws {
    let (channels, rows, columns, kernel, stride, padding) = (3, 5, 7, 3, 2, 1)
    let source = fromInput ? "input" : "a"
    let layout = try NetworkLayout(
      NetworkDescription(
        input: ImageShape(channels: channels, rows: rows, columns: columns),
        layers: [
          LayerDescription(name: "a", channels: channels, edges: [EdgeDescription(from: "input", kind: .convolution, kernel: 1)]),
          LayerDescription(
            name: "b", channels: 20, activation: .linear,
            edges: [EdgeDescription(from: source, kind: .convolution, kernel: kernel, stride: stride, padding: padding)]),
          LayerDescription(name: "output", channels: 2, edges: [EdgeDescription(from: "b", kind: .dense)]),
        ]))
    let network = HopfieldNetwork(layout: layout, parameters: AlignedBuffer(count: layout.parameterCount), capacity: 1)
    var random = Philox(seed: 3, stream: 0).sequence()
    func integers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.nextWord() % 5) - 2 } }
    let block = layout.edges[1].weight
    let (weights, bias) = (integers(block.shape.reduce(1, *)), integers(20))
    layout.assign(weights, to: block, of: network.parameters)
    layout.assign(bias, to: layout.layers[1].bias, of: network.parameters)
    network.parametersChanged()
    let spins = integers(channels * rows * columns)
    clamp(network, spins)
    // Weights below layer a are zero, and its states are written.
    for index in spins.indices {
      let (channel, pixel) = index.quotientAndRemainder(dividingBy: rows * columns)
      network.spins[0][0, channel, pixel / columns, pixel % columns] = spins[index]
    }
    network.spinsChanged()
    try RelaxationTests.relaxation(network, .synchronous, sweeps: 1).run(network, samples: 1)
    let driven = network.spins[1].unpacked(samples: 0..<1)
    let shape = layout.layers[1].shape
    for index in driven.indices {
      let (post, pixel) = index.quotientAndRemainder(dividingBy: shape.pixels)
      var sum = bias[post]
      for pre in 0..<channels {
        for tap in 0..<kernel * kernel {
          let row = pixel / shape.columns * stride - padding + tap / kernel
          let column = pixel % shape.columns * stride - padding + tap % kernel
          guard (0..<rows).contains(row), (0..<columns).contains(column) else { continue }
          sum += weights[(post * channels + pre) * kernel * kernel + tap] * spins[(pre * rows + row) * columns + column]
        }
      }
      #expect(driven[index] == sum)
    }
  }

  /// Dense weights are `[post, pre · rows · columns]`, the pre plane flattened in the order channel, row, column.
  @Test func orderOfDenseWeights() throws {
    let (channels, rows, columns) = (3, 2, 5)
    let layout = try NetworkLayout(
      NetworkDescription(
        input: ImageShape(channels: channels, rows: rows, columns: columns),
        layers: [
          LayerDescription(name: "a", channels: channels, edges: [EdgeDescription(from: "input", kind: .convolution, kernel: 1)]),
          LayerDescription(
            name: "output", channels: 4,
            edges: [EdgeDescription(from: "a", kind: .dense), EdgeDescription(from: "input", kind: .dense)]),
        ]))
    let network = HopfieldNetwork(layout: layout, parameters: AlignedBuffer(count: layout.parameterCount), capacity: 1)
    var random = Philox(seed: 3, stream: 0).sequence()
    func integers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.nextWord() % 5) - 2 } }
    let size = channels * rows * columns
    let (fromA, fromInput, bias) = (integers(4 * size), integers(4 * size), integers(4))
    for (block, values) in zip([layout.edges[1].weight, layout.edges[2].weight, layout.output.bias], [fromA, fromInput, bias]) {
      layout.assign(values, to: block, of: network.parameters)
    }
    network.parametersChanged()
    let (spins, image) = (integers(size), integers(size))
    clamp(network, image)
    for index in spins.indices {
      let (channel, pixel) = index.quotientAndRemainder(dividingBy: rows * columns)
      network.spins[0][0, channel, pixel / columns, pixel % columns] = spins[index]
    }
    network.spinsChanged()
    try RelaxationTests.relaxation(network, .synchronous, sweeps: 1).run(network, samples: 1)
    let expected = (0..<4).map { post in
      var sum = bias[post]
      for pre in 0..<size { sum += fromA[post * size + pre] * spins[pre] + fromInput[post * size + pre] * image[pre] }
      return sum
    }
    #expect(network.prediction(sample: 0) == expected)
    #expect(network.spins[1].unpacked(samples: 0..<1) == expected)
  }

  /// Clamps an image in the order channel, row, column.
  private func clamp(_ network: HopfieldNetwork, _ image: [Float]) {
    let shape = network.layout.input
    let pixels = (0..<image.count).map { image[$0 % shape.channels * shape.pixels + $0 / shape.channels] }
    network.clamp(pixels, samples: 1)
  }
}

import Configuration
import Datasets
import Experiments
import Files
import Kernels
import Networks

/// The network of a checkpoint with the test images of its data set, to look at.
final class TrainedNetwork {
  let layout: NetworkLayout
  let classNames: [String]
  let images: LabelledImages
  private let sampler: ImageSampler
  private let network: HopfieldNetwork
  private let relaxation: any NetworkRelaxation

  /// - Throws: whatever is wrong with the checkpoint or the data; `DatasetError` where the data are not found.
  init(_ checkpoint: Checkpoint, configuration: Configuration, source: String) throws {
    layout = try configuration.hopfieldLayout(for: "report")
    try checkpoint.requireNetwork(configuration.networkSignature, source: source)
    let dataset = try Dataset.load(configuration.data, parts: [.test])
    classNames = dataset.classNames
    images = dataset.test
    sampler = try DatasetSamplers(dataset, settings: configuration.data, seed: configuration.seed).test
    let parameters = try TensorFile(tensors: checkpoint.tensors).parameters(of: layout, in: source)
    let capacity = configuration.run.evaluation.batch
    try layout.checkCapacity(capacity)
    network = HopfieldNetwork(layout: layout, parameters: parameters, cost: configuration.learning.cost, capacity: capacity)
    relaxation = configuration.inferenceRelaxation.relaxation(of: network, seed: configuration.seed)
  }

  /// Test images that there are; the functions below count them from 0.
  var count: Int { sampler.count }

  func className(_ label: Int) -> String { classNames.indices.contains(label) ? classNames[label] : "\(label)" }

  func label(of image: Int) -> Int { Int(images.labels[sampler.selection[image]]) }

  func picture(of image: Int) -> Picture {
    let shape = images.shape
    let place = sampler.selection[image]
    let bytes = images.pixels[place * shape.size..<(place + 1) * shape.size].map { Float($0) / 255 }
    guard shape.channels == 3 else {
      return Shading.plane(bytes[..<shape.planeSize], rows: shape.rows, columns: shape.columns, scale: 1) { value in
        let grey = UInt8(255 * value)
        return (grey, grey, grey)
      }
    }
    return Shading.colours(bytes[...], rows: shape.rows, columns: shape.columns) { $0 }
  }

  /// What the first images are taken for, as many as the time allows.
  func classify(within budget: Duration) throws -> TestPredictions {
    var result = TestPredictions(labels: [], predictions: [])
    let end = ContinuousClock.now + budget
    while result.labels.count < count, ContinuousClock.now < end {
      let chosen = result.labels.count..<min(result.labels.count + network.capacity, count)
      let labels = try relax(chosen)
      for sample in 0..<chosen.count {
        let prediction = network.prediction(sample: sample)
        result.labels.append(labels[sample])
        result.predictions.append(prediction.firstIndex(of: prediction.max() ?? 0) ?? 0)
      }
    }
    return result
  }

  /// The free phase of one image, sweep by sweep.
  func film(of image: Int) throws -> RelaxationFilm {
    var film = RelaxationFilm(image: image, label: label(of: image))
    var before = network.spins.map { _ in [Float]() }
    try relax(image..<image + 1) { [network] in
      let states = network.spins.map { $0.unpacked(samples: 0..<1) }
      let output = network.prediction(sample: 0)
      film.append(states: states, output: output, energy: try network.energies(samples: 1, nudge: nil)[0], before: before)
      before = states
    }
    return film
  }

  @discardableResult
  private func relax(_ images: Range<Int>, observe: (() throws -> Void)? = nil) throws -> [Int] {
    var pixels: [Float] = []
    var labels: [Int] = []
    sampler.load(Array(images)[...], epoch: 0, into: &pixels, labels: &labels)
    network.reset()
    network.clamp(pixels, samples: images.count)
    try relaxation.run(network, samples: images.count, nudge: nil, observe: observe.map { observe in { _ in try observe() } })
    return labels
  }
}

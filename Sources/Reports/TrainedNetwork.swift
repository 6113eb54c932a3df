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
  /// Numbers that are predicted in the place of classes.
  let targets: TargetTable?
  /// What the user's own files are, whose features may have names.
  let files: FilesSettings
  /// The images that are tested: all of the test part, or some of each class.
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
    let samplers = try DatasetSamplers(dataset, settings: configuration.data, seed: configuration.seed)
    sampler = samplers.test
    files = configuration.data.files
    var cost = configuration.learning.cost
    targets = samplers.targets?.table
    cost.targets = targets
    let parameters = try TensorFile(tensors: checkpoint.tensors).parameters(of: layout, in: source)
    let capacity = configuration.run.evaluation.batch
    try layout.checkCapacity(capacity)
    network = HopfieldNetwork(layout: layout, parameters: parameters, cost: cost, capacity: capacity)
    relaxation = configuration.inferenceRelaxation.relaxation(of: network, seed: configuration.seed)
  }

  /// Images that are tested.
  var count: Int { sampler.count }

  /// The place of a tested image in the file, by which the functions below know it.
  func place(ofTested number: Int) -> Int { sampler.selection[number] }

  func className(_ label: Int) -> String { classNames.indices.contains(label) ? classNames[label] : "\(label)" }

  func label(of image: Int) -> Int { images.labels[image] }

  /// What was measured of an image, of one that has numbers to predict.
  func measured(of image: Int) -> [Double] {
    let first = image * images.classes
    return images.targets.isEmpty ? [] : Array(images.targets[first..<first + images.classes])
  }

  func picture(of image: Int) -> Picture {
    let shape = images.shape
    let bytes = values(of: image)
    guard shape.channels == 3 else {
      return Shading.plane(bytes[..<shape.planeSize], rows: shape.rows, columns: shape.columns, scale: 1) { value in
        let grey = UInt8(255 * value)
        return (grey, grey, grey)
      }
    }
    return Shading.colours(bytes[...], rows: shape.rows, columns: shape.columns) { $0 }
  }

  /// The pixels of an image, from 0 to 1; numbers, from the least to the greatest of them.
  private func values(of place: Int) -> [Float] {
    let pixels = place * images.shape.size..<(place + 1) * images.shape.size
    guard images.pixelType == .float else { return images.pixels[pixels].map { Float($0) / 255 } }
    let numbers = pixels.map { images.pixels.float($0) }
    let (least, greatest) = (numbers.min() ?? 0, numbers.max() ?? 0)
    return numbers.map { greatest > least ? ($0 - least) / (greatest - least) : 0.5 }
  }

  /// What the first images are taken for, as many as the time allows.
  func classify(within budget: Duration) throws -> TestPredictions {
    var result = TestPredictions(labels: [], predictions: [])
    let end = ContinuousClock.now + budget
    while result.labels.count < count, ContinuousClock.now < end {
      let chosen = result.labels.count..<min(result.labels.count + network.capacity, count)
      let labels = try relax(chosen, of: sampler)
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
    try relax(image..<image + 1, of: sampler.unselected) { [network] in
      let states = network.spins.map { $0.unpacked(samples: 0..<1) }
      let output = network.prediction(sample: 0)
      film.append(states: states, output: output, energy: try network.energies(samples: 1, nudge: nil)[0], before: before)
      before = states
    }
    return film
  }

  @discardableResult
  private func relax(_ images: Range<Int>, of sampler: ImageSampler, observe: (() throws -> Void)? = nil) throws -> [Int] {
    var pixels: [Float] = []
    var labels: [Int] = []
    sampler.load(Array(images)[...], epoch: 0, into: &pixels, labels: &labels)
    network.reset()
    network.clamp(pixels, samples: images.count)
    try relaxation.run(network, samples: images.count, nudge: nil, observe: observe.map { observe in { _ in try observe() } })
    return labels
  }
}

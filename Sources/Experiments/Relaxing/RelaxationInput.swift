import Datasets
import Files
import Networks

/// Images `x` `[B, C, H, W]` and, where there are any, labels `[B]`, from safetensors.
struct RelaxationInput {
  let count: Int
  /// Rows, columns, channels, channels innermost.
  let pixels: [Float]
  let labels: [Int]?
  /// Numbers to predict, `[B, K]`, which labels are rows of.
  let targets: Tensor?

  init(_ path: String, labels labelPath: String?, layout: NetworkLayout) throws {
    let file = try TensorFile(contentsOf: path)
    let tensor = try file.tensor("x", in: path)
    let image = layout.input
    let expected = [image.channels, image.rows, image.columns]
    guard tensor.shape.count == 4, Array(tensor.shape.dropFirst()) == expected, tensor.shape[0] > 0 else {
      throw TensorError(
        "\(path): tensor `x` has shape \(tensor.shape), expected [samples, \(expected.map(String.init).joined(separator: ", "))]")
    }
    count = tensor.shape[0]
    pixels = Self.channelsInnermost(try file.finiteFloats("x", of: "sample", in: path), count: count, layout: layout)
    targets = nil
    if let labelPath {
      labels = try Self.labels(in: try TensorFile(contentsOf: labelPath), path: labelPath, count: count, layout: layout)
    } else if file.tensors["labels"] != nil {
      labels = try Self.labels(in: file, path: path, count: count, layout: layout)
    } else {
      labels = nil
    }
  }

  /// The first images of a part of a data set, prepared as in evaluation, with their labels.
  ///
  /// - Throws: `DatasetError.setting` where there are fewer.
  init(_ images: ImageSampler, count: Int) throws {
    guard count >= 1, count <= images.count else {
      throw DatasetError.setting(key: "--images", reason: "expected 1 to the \(images.count) test images, found \(count)")
    }
    var (pixels, labels) = ([Float](), [Int]())
    images.load(Array(0..<count)[...], epoch: 0, into: &pixels, labels: &labels)
    (self.count, self.pixels, self.labels) = (count, pixels, labels)
    let (measured, width) = (images.targets, images.images.classes)
    targets = measured.isEmpty ? nil : Tensor(Array(measured.prefix(count * width)), shape: [count, width])
  }

  /// The images and labels as a file of inputs holds them.
  func tensors(of layout: NetworkLayout) -> [String: Tensor] {
    let (image, planeSize) = (layout.input, layout.input.pixels)
    var planes = pixels
    for sample in 0..<count {
      let start = sample * image.channels * planeSize
      for channel in 0..<image.channels {
        for pixel in 0..<planeSize {
          planes[start + channel * planeSize + pixel] = pixels[start + pixel * image.channels + channel]
        }
      }
    }
    var tensors = ["x": Tensor(planes, shape: [count, image.channels, image.rows, image.columns])]
    if let targets {
      tensors["targets"] = targets
    } else {
      tensors["labels"] = labels.map { Tensor($0.map { Int64($0) }) }
    }
    return tensors
  }

  private static func labels(in file: TensorFile, path: String, count: Int, layout: NetworkLayout) throws -> [Int] {
    let values = try file.integers("labels", shape: [count], in: path)
    let classes = layout.output.shape.channels
    if let index = values.firstIndex(where: { !(0..<Int64(classes)).contains($0) }) {
      throw TensorError(
        "\(path): label \(values[index]) of sample \(index) is out of range; the network has \(classes) classes, 0 to \(classes - 1)"
      )
    }
    return values.map { Int($0) }
  }

  private static func channelsInnermost(_ values: [Float], count: Int, layout: NetworkLayout) -> [Float] {
    let (channels, pixels) = (layout.input.channels, layout.input.pixels)
    var result = Array(repeating: Float(0), count: values.count)
    for sample in 0..<count {
      let start = sample * channels * pixels
      for channel in 0..<channels {
        for pixel in 0..<pixels { result[start + pixel * channels + channel] = values[start + channel * pixels + pixel] }
      }
    }
    return result
  }
}

import ArgumentParser
import Experiments

/// What is measured: a part of the data set, or other images.
struct EvaluatedImagesOptions: ParsableArguments {
  @Option(help: "Which part of the data set: training (not augmented), validation or test.")
  var part: EvaluatedImages.Part?

  @Option(help: "Images of your own: .npz, .npy, .safetensors, idx, CSV, or a folder of pictures.", completion: .file())
  var images: String?

  @Option(help: "A file for the labels of --images, where they are not with them.", completion: .file())
  var labels: String?

  @Option(help: "The array of --images in its file, where it has none of the usual names and is not the only one.")
  var array: String?

  @Option(help: "The array or column of labels, or of the numbers to predict.")
  var labelArray: String?

  @Flag(help: "The images of --images have no labels; --predictions says what they were taken for.")
  var unlabelled = false

  func validate() throws {
    guard images != nil || (labels == nil && !unlabelled && array == nil && labelArray == nil) else {
      throw ValidationError("--labels, --unlabelled, --array and --label-array are about --images; name the images")
    }
    guard images == nil || part == nil else { throw ValidationError("--part and --images exclude each other") }
    guard !unlabelled || labels == nil else { throw ValidationError("--unlabelled excludes --labels and --confusion") }
  }

  var asked: EvaluatedImages {
    guard let images else { return .part(part ?? .test) }
    return .other(OtherImages(images, labels: labels, isLabelled: !unlabelled, array: array, labelArray: labelArray))
  }
}

import Datasets
import Files

extension DatasetSettings: ConfigurationSection {
  static var standard: Self { Self(name: .synthetic) }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("name", \.name, required: true, "The data set."),
      ConfigurationKey(
        "folder", \.folder,
        "The only folder to look in, which a configuration file names from its own folder; `null` takes the search path of [data](data.md)."
      ),
      ConfigurationKey(
        "only", \.only, standard: "all",
        "The classes that are kept, by their labels in the files, and counted anew in this order; `[]`: all."
      ).written { !$0.only.isEmpty },
      ConfigurationKey("limit", \.limit, .atLeast(1), "At most this many training images, after validation; `null`: all."),
      ConfigurationKey(
        "limitPerClass", \.limitPerClass, .atLeast(1),
        "Exactly this many training images of every class, after validation; `null`: all."),
      ConfigurationKey("testPerClass", \.testPerClass, .atLeast(1), "Exactly this many test images of every class; `null`: all."),
      ConfigurationKey(
        "selection", \.selection,
        "Which images of a class those are: drawn by the seed (`random`), or the first in the order of the file and for validation the last (`first`)."
      ),
      ConfigurationKey(
        "size", \.size, standard: "as they are", "Images are brought to this size: reduced by averaging, or framed in zeros."
      ).omittingNull,
      ConfigurationKey(
        "validation", \.validation, .atLeast(0),
        "Training images held out, by class, to choose the best weights; the test set chooses nothing."),
      ConfigurationKey(
        "normalisation", \.normalisation, standard: "the data set's", "Applied as (pixel − mean) / deviation, pixels from 0 to 1."
      ),
      ConfigurationKey("augmentation", \.augmentation, "Random changes of the training images."),
      ConfigurationKey("files", \.files, "Where your own data are if `name` is `files` ([data](data.md#your-own-data)).")
        .written { $0.name == .files },
      ConfigurationKey("synthetic", \.synthetic, "What to draw if `name` is `synthetic`.")
        .written { $0.name == .synthetic || $0.synthetic != SyntheticSettings() },
    ]
  }

  /// Checks what concerns several keys or the data set itself.
  func check(_ reader: ConfigurationReader) throws {
    do {
      try validate()
    } catch DatasetError.setting(let key, let reason) {
      let place = key.split(separator: ".").reduce(reader) { $0[String($1)] }
      throw place.failure(reason)
    }
  }
}

extension FilesSettings: ConfigurationSection {
  static var standard: Self { Self(train: "") }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "train", \.train, required: true,
        "The training images: an `.npz`, `.npy`, `.safetensors`, idx or CSV file, or a folder with a folder of pictures for each class."
      ),
      ConfigurationKey(
        "trainLabels", \.trainLabels, "A file for their labels or targets alone; `null`: they are with the images."),
      ConfigurationKey(
        "test", \.test,
        "The test images; `null`: the training file holds arrays for them too (`x_test`), or `testShare` holds some out."),
      ConfigurationKey("testLabels", \.testLabels, "A file for their labels or targets alone; `null`: they are with the images."),
      ConfigurationKey(
        "testShare", \.testShare, .from(0, below: 1),
        "Share of the training file that is held out, by class, as the test images, the same for every seed."),
      ConfigurationKey("images", \.images, "Name of the array of images; `null`: the usual names."),
      ConfigurationKey(
        "labels", \.labels, "Name of the array or column of labels, or the column's number from 0; `null`: the usual names."),
      ConfigurationKey(
        "targets", \.targets, standard: "none: there are classes",
        "Numbers to predict in the place of classes: names of columns, or their numbers from 0, or of arrays."
      ).written { $0.predictsNumbers },
      ConfigurationKey(
        "targetNormalisation", \.targetNormalisation, standard: "mean 0, deviation 1 over the training part",
        "The network sees a target as (y − mean) / deviation; results are in units of y."
      ).omittingNull,
      ConfigurationKey("shape", \.shape, standard: "that of the files", "Extent of an image.").omittingNull,
      ConfigurationKey(
        "classNames", \.classNames, standard: "those found",
        "The labels in the order of the outputs, for which whole numbers may stand; or what the targets are called."),
      ConfigurationKey(
        "scale", \.scale, .above(0), standard: "255 or 1",
        "By which the files' numbers are divided: 255 for bytes and for images of whole numbers up to 255, otherwise 1."),
    ]
  }
}

extension TargetScale: ConfigurationSection {
  static var standard: Self { Self(mean: [], deviation: []) }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("mean", \.mean, required: true, "One number a target."),
      ConfigurationKey("deviation", \.deviation, required: true, "One number above 0 a target."),
    ]
  }
}

extension DatasetName: ConfigurationValue {}
extension ImageSelection: ConfigurationValue {}

extension ImageSize: ConfigurationSection {
  static var standard: Self { Self(rows: 0, columns: 0) }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("rows", \.rows, .from(1, to: 4096), required: true, "Height in pixels."),
      ConfigurationKey("columns", \.columns, .from(1, to: 4096), required: true, "Width in pixels."),
    ]
  }
}

extension Normalisation: ConfigurationSection {
  static var standard: Self { Self(mean: [], deviation: []) }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("mean", \.mean, required: true, "One number per channel."),
      ConfigurationKey("deviation", \.deviation, required: true, "One number above 0 per channel."),
    ]
  }
}

extension Augmentation: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("flip", \.flip, "Mirror each image left to right with probability one half."),
      ConfigurationKey("crop", \.crop, "Pad, then cut a window of the image's size at a random place."),
      ConfigurationKey(
        "cutout", \.cutout, .from(0, to: 4096),
        "Side of a square at a random place that is set to zero, the mean after normalisation; 0: none."
      ).written { $0.cutout > 0 },
    ]
  }
}

extension Augmentation.Crop: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("padding", \.padding, .from(0, to: 1024), "Pixels on each side."),
      ConfigurationKey("mode", \.mode, "What the border holds: the nearest pixel, black, or the mirror image."),
    ]
  }
}

extension Augmentation.PaddingMode: ConfigurationValue {}

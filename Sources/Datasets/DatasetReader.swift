import Kernels

/// A file format: which files a part of a data set lies in, and how to read them.
///
/// Files are not trusted: what a header claims is compared with the size of the file before memory is taken.
public protocol DatasetReader: Sendable {
  /// The names of the files of `part`, in order. Each may also be there gzipped, with `.gz` after its name.
  func files(_ part: DatasetPart) -> [String]

  /// Reads `part` from the files in `folder`.
  /// - Throws: `DatasetError`, naming the file, the place in it and what was expected.
  func read(_ part: DatasetPart, folder: String, shape: ImageShape, classes: Int) throws -> LabelledImages
}

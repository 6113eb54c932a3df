/// The data sets that can be read, under the names that a configuration uses.
///
/// To add one: a case here, an entry in `DatasetDescription.of`, and a `DatasetReader` if its format is new.
public enum DatasetName: String, CaseIterable, Sendable {
  /// 32×32 colour photographs of 10 classes (Krizhevsky 2009).
  case cifar10
  /// 32×32 colour photographs, with the 100 fine labels (Krizhevsky 2009).
  case cifar100
  /// 28×28 grey handwritten digits (LeCun, Bottou, Bengio & Haffner 1998).
  case mnist
  /// 28×28 grey photographs of clothing, 10 classes (Xiao, Rasul & Vollgraf 2017).
  case fashionMNIST = "fashion-mnist"
  /// Patterns drawn by the program itself, for tests and dry runs: see `SyntheticSettings`.
  case synthetic
}

/// The two published halves of a data set.
public enum DatasetPart: String, CaseIterable, Sendable {
  /// What may be learned from (and a validation set held out of).
  case train
  /// What chooses nothing and is reported once.
  case test
}

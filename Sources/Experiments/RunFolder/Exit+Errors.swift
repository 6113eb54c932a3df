import Configuration
import Datasets
import Files
import Host
import Ising
import Learning
import Networks

extension Exit {
  /// The code of an error, by what is wrong.
  package static func code(for error: any Error) -> Int32 {
    switch error {
    case let error as FileError: error.isOfWriting ? disk : input
    case let error as ConfigurationError: error.isOfCommandLine ? usage : input
    case is DatasetError, is CheckpointError, is TensorError, is NetworkError, is ProblemFileError,
      is ProblemError:
      input
    case TrainingError.setting: input
    case TrainingError.nonFinite: diverged
    default: self.error
    }
  }
}

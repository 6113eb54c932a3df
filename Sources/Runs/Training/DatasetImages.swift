import Datasets
import Learning

/// A data set's sampler as the trainer reads it.
struct DatasetImages: TrainingImages {
  let sampler: ImageSampler
  let seed: UInt64

  var count: Int { sampler.count }

  func order(epoch: Int) -> [Int] { EpochOrder(seed: seed, epoch: epoch, count: sampler.count).indices }

  func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int]) {
    sampler.load(indices, epoch: epoch, into: &pixels, labels: &labels)
  }
}

import Datasets
import Learning

/// A data set's sampler as the trainer reads it.
package struct DatasetImages: TrainingImages {
  package let sampler: ImageSampler
  package let seed: UInt64

  package init(sampler: ImageSampler, seed: UInt64) {
    self.sampler = sampler
    self.seed = seed
  }

  package var count: Int { sampler.count }

  package func order(epoch: Int) -> [Int] { EpochOrder(seed: seed, epoch: epoch, count: sampler.count).indices }

  package func load(_ indices: ArraySlice<Int>, epoch: Int, into pixels: inout [Float], labels: inout [Int]) {
    sampler.load(indices, epoch: epoch, into: &pixels, labels: &labels)
  }
}

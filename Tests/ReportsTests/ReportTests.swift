import Configuration
import Experiments
import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite struct ReportTests {
  @Test func reportOfACheckpoint() throws {
    let folder = try TemporaryFolder()
    let path = folder("a.safetensors")
    try Checkpoint(
      tensors: ["conv1.bias": Tensor([3, -4] as [Float], shape: [2]), "labels": Tensor([1, 2, 3] as [UInt8])],
      configuration: try example("network.layers=[{name: output, units: 10}]"), epoch: 1.25, step: 70, validationAccuracy: 0.5,
      extra: ["position.batch": "3"]
    ).write(to: path)
    let report = try TensorFileReport(contentsOf: path)
    #expect(
      report.text == """
        \(path): checkpoint of equilibria \(ProgramVersion.current)
        step 70, epoch 1.25, validation accuracy 50.00 %

        Network
          input: 3×32×32
          output: 10 channels, linear
          input → output: dense

        tensor      type  shape   norm  mean  smallest  largest
        conv1.bias  F32   2          5  -0.5        -4        3
        labels      U8    3      3.742     2         1        3
        2 tensors, 5 numbers, 11 bytes

        Metadata
          position.batch: 3
        """)
    #expect(try Configuration(yaml: #require(report.configuration), source: path).network?.layers.count == 1)
  }

  @Test func reportOfAnotherFile() throws {
    let folder = try TemporaryFolder()
    let path = folder("a.safetensors")
    try TensorFile(
      tensors: ["x": Tensor([.nan, 1, -.infinity] as [Float]), "empty": Tensor([] as [Float])], metadata: ["sweeps": "3"]
    ).write(to: path)
    let report = try TensorFileReport(contentsOf: path)
    #expect(
      report.text == """
        \(path): safetensors file

        tensor  type  shape          norm  mean  smallest  largest
        empty   F32   0                 –     –         –        –
        x       F32   3      2 not finite     –         –        –
        2 tensors, 3 numbers, 12 bytes

        Metadata
          sweeps: 3
        """)
    #expect(report.configuration == nil)
  }

  @Test func hostsAreGroupedByKind() {
    func rank(_ host: String, _ processor: String, peak: Double) -> HostReport.Rank {
      .init(
        host: host, processor: processor, cores: 2, features: ["avx2", "fma"], instructionSet: "AVX2", peak: peak,
        memory: 16_000_000_000)
    }
    let ranks = [rank("a", "X", peak: 90e9), rank("a", "X", peak: 80e9), rank("b", "X", peak: 85e9), rank("c", "Y", peak: 50e9)]
    #expect(HostReport.describe(ranks: ranks) == ["4 ranks on 3 hosts: a (2), b (1), c (1)"])
    #expect(
      HostReport.describe(hosts: ranks) == [
        "a, b: X, 2 cores", "features: avx2 fma", "kernels in use: AVX2", "memory: 16 GB a host",
        "measured peak: 80 to 90 GFLOP/s a core in single precision, 3 ranks at once",
        "c: Y, 2 cores", "features: avx2 fma", "kernels in use: AVX2", "memory: 16 GB a host",
        "measured peak: 50 GFLOP/s a core in single precision",
      ])
    let crowded = Array(repeating: rank("a", "X", peak: 1e9), count: 3)
    #expect(HostReport.describe(ranks: crowded)[1].hasPrefix("a has 3 ranks on 2 cores: "))
  }
}

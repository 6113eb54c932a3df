import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite struct ResultFileTests {
  @Test func metricsAreReadBackByTheirNames() throws {
    let folder = try TemporaryFolder()
    let text = "time,epoch,step,kind,accuracy,new\n1.5,0.5,3,epoch,0.25,9\n2,1,6,validation,0.5,\n3,1,6,test,0.5\n"
    try write(Array(text.utf8), to: folder("metrics.csv"))
    let table = try MetricsTable(contentsOf: folder("metrics.csv"))
    #expect(
      table.rows == [
        .init(time: 1.5, epoch: 0.5, step: 3, kind: .epoch, accuracy: 0.25),
        .init(time: 2, epoch: 1, step: 6, kind: .validation, accuracy: 0.5),
      ])
    try write(Array("epoch,step,kind\n".utf8), to: folder("other.csv"))
    #expect(message { try MetricsTable(contentsOf: folder("other.csv")) }.contains("there is no column `time`"))
  }

  @Test func predictionsAreCountedByClass() throws {
    let folder = try TemporaryFolder()
    let predictions = TestPredictions(labels: [0, 1, 1, 2], predictions: [0, 1, 2, 2])
    try predictions.write(to: folder("p.csv"))
    #expect(try TestPredictions(contentsOf: folder("p.csv")) == predictions)
    #expect(predictions.confusion(classes: 3) == [[1, 0, 0], [0, 1, 1], [0, 0, 1]])
    #expect(predictions.accuracy == 0.75)
    try write(Array("image,label,prediction\n0,1,1\n5,1,1\n".utf8), to: folder("bad.csv"))
    #expect(message { try TestPredictions(contentsOf: folder("bad.csv")) }.contains("line 3: found `5,1,1`"))
  }
}

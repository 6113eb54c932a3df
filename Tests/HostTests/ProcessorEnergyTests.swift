import Foundation
import TestSupport
import Testing

@testable import Host

@Suite struct ProcessorEnergyTests {
  @Test func energyMeterReadsCountersThatWrap() throws {
    let folder = try TemporaryFolder()
    let package = folder("intel-rapl:0")
    try FileManager.default.createDirectory(atPath: package, withIntermediateDirectories: true)
    func set(_ microjoules: Int) throws {
      try Data("\(microjoules)\n".utf8).write(to: URL(fileURLWithPath: "\(package)/energy_uj"))
    }
    try Data("1000000\n".utf8).write(to: URL(fileURLWithPath: "\(package)/max_energy_range_uj"))
    #expect(ProcessorEnergy(folder: folder("none")) == nil)
    try set(400_000)
    let meter = try #require(ProcessorEnergy(folder: folder.path))
    try set(900_000)
    #expect(meter.joules == 0.5)
    try set(100_000)
    #expect(meter.joules == 0.7)
  }
}

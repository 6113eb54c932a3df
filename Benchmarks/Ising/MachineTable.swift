import ArgumentParser
import Foundation
import Machines
import Solving

/// What every machine finds on three published graphs, beside what its paper says.
struct MachineTable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "machines", abstract: "Every machine on G22, G39 and K2000 after one and ten seconds.",
    discussion: "Prints lines of a Markdown table, a machine each, with median cuts. Seconds are those of the processor.")

  @OptionGroup var options: TableOptions
  @Option(help: "Seconds of processor time, one column a graph and time.") var times = "1,10"
  @Option(help: "The graphs, by the names of their files.") var instances = "G22,G39,K2000"
  @Option(help: "Machines; by default all.") var machines: String?

  func validate() throws {
    _ = try limits()
    _ = try kinds()
  }

  func run() throws {
    let log = try RunLog(options.log)
    let graphs = try instances.split(separator: ",").map { try options.graph(String($0)) }
    let limits = try limits()
    let columns = graphs.flatMap { graph in limits.map { "\(graph.name), \(text($0)) s" } }
    print("| machine | " + columns.joined(separator: " | ") + " | published |")
    print("|---|" + String(repeating: "---|", count: columns.count + 1))
    for kind in try kinds() {
      var cells: [String] = []
      for graph in graphs {
        for limit in limits { cells.append(text(try options.rows(graph, kind, time: limit, in: log).medianCut)) }
      }
      print("| `\(kind.rawValue)` | " + cells.joined(separator: " | ") + " | \(PublishedCuts.note(of: kind)) |")
      fflush(nil)
    }
  }

  private func limits() throws -> [Double] {
    try times.split(separator: ",").map { word in
      guard let limit = Double(word), limit > 0, limit.isFinite else {
        throw ValidationError("--times \(times): `\(word)` is no positive number of seconds")
      }
      return limit
    }
  }

  private func kinds() throws -> [MachineKind] {
    guard let machines else { return MachineKind.machines(for: .solving) }
    return try machines.split(separator: ",").map { name in
      guard let kind = MachineKind(rawValue: String(name)) else { throw ValidationError("no machine is called \(name)") }
      return kind
    }
  }
}

import ArgumentParser
import Foundation
import Reports

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes a page about one or several trainings: summary, curves, weights, a relaxation, confusions.",
    discussion: """
      The page is one HTML file that needs no network. Several runs are shown side by side, with means over seeds. A training that \
      still runs may be looked at, too. While training, TensorBoard shows the figures: tensorboard --logdir runs

        equilibria report runs/mine
        equilibria report runs/mine-seed-* --output seeds.html
        equilibria report runs/mine --image 7 --watts-per-core 4
      """)

  @Argument(help: "Run folders.", completion: .directory)
  var runs: [String]

  @Option(
    help: "Where to write. By default report.html in the run folder, or in the current folder for several runs.",
    completion: .file(extensions: ["html"]))
  var output: String?

  @Option(help: "The test image, or row of a table, whose relaxation is shown: its number from 0 in the order of the file.")
  var image = 0

  @Option(help: "Watts per core, for an estimate of the energy.")
  var wattsPerCore: Double?

  func validate() throws {
    if let wattsPerCore, !(wattsPerCore > 0 && wattsPerCore.isFinite) {
      throw ValidationError("--watts-per-core \(wattsPerCore): expected a number above 0")
    }
  }

  func run() throws {
    let report = try TrainingReport(folders: runs, image: image, wattsPerCore: wattsPerCore)
    let path = output ?? report.defaultPath
    try report.write(to: path)
    print("wrote \(path)")
  }
}

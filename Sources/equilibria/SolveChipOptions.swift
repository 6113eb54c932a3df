import ArgumentParser
import Ising
import Solving

/// The couplers of a chip, and where the problem's spins lie on it.
struct SolveChipOptions: ParsableArguments {
  @Option(
    help: "Embed into a chip's couplers: chimera:SIZE, pegasus:SIZE or zephyr:SIZE, or a file with a graph of couplers.",
    completion: .file())
  var hardware: ChipChoice?

  @Option(
    help: "A file of what the chip lacks: in each line a spin, or the two spins of a coupler.", completion: .file())
  var missing: String?

  @Option(
    help: "A file with the chains of an embedding as JSON, {\"variable\": [spin, …], …}; by default it is searched for.",
    completion: .file(extensions: ["json"]))
  var embedding: String?

  @Option(help: "Write the chains of the embedding to this file.", completion: .file(extensions: ["json"]))
  var saveEmbedding: String?

  func validate() throws {
    for (isGiven, name) in [
      (missing != nil, "--missing"), (embedding != nil, "--embedding"), (saveEmbedding != nil, "--save-embedding"),
    ] where isGiven && hardware == nil {
      throw ValidationError("\(name) needs --hardware")
    }
  }

  /// Files that are read.
  var inputs: [String] { [hardware?.file, missing, embedding].compactMap(\.self) }

  /// Adds the chip to what is searched.
  func describe(_ search: inout QuestionSearch) throws {
    try hardware.map { try search.device.use($0) }
    search.device.missing = missing
    (search.embedding, search.savedEmbedding) = (embedding, saveEmbedding)
  }
}

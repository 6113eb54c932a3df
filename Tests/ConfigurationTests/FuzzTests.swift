import TestSupport
import TestTools
import Testing

@testable import Configuration

/// Configurations that were changed at random are read, or refused by one message that names the place.
@Suite struct FuzzTests {
  @Test func configurations() throws {
    let corpus = [[UInt8](exampleYAML.utf8), [UInt8]("a: &x {b: [1, 'c', \"d\"]}\n<<: *x\n".utf8)]
    var mutation = Mutation(seed: 5)
    var refused = 0
    for _ in 0..<Mutation.inputs(usually: 2000) {
      let text = String(decoding: mutation.change(corpus, corpus), as: UTF8.self)
      do {
        let read = try Configuration(yaml: text, source: "f")
        #expect(try Configuration(yaml: read.resolved, source: "f") == read, "\(text)")
      } catch let error as ConfigurationError {
        #expect(error.description.hasPrefix("f:"), "\(error)")
        refused += 1
      }
    }
    #expect(refused > 0)
  }
}

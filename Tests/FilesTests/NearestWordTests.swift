import Testing

@testable import Files

@Suite struct NearestWordTests {
  @Test(arguments: [
    ("nugde", "nudge"), ("Nudge", "nudge"), ("epoch", "epochs"), ("learningrate", "learningRate"), ("batchsize", "batch"),
  ])
  func misspellingIsFound(_ word: String, _ expected: String) {
    #expect(nearest(to: word, among: ["cost", "nudge", "epochs", "learningRate", "batch"]) == expected)
  }

  @Test(arguments: ["", "colour", "x", String(repeating: "a", count: 10_000)])
  func farWordIsNot(_ word: String) {
    #expect(nearest(to: word, among: ["cost", "nudge", "epochs", "learningRate"]) == nil)
  }
}

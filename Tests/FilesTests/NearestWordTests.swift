import Testing

@testable import Files

@Suite struct NearestWordTests {
  @Test(arguments: [
    ("nugde", "nudge"), ("Nudge", "nudge"), ("epoch", "epochs"), ("learningrate", "learningRate"), ("batchsize", "batch"),
  ])
  func misspellingIsFound(_ word: String, _ expected: String) {
    #expect(nearest(to: word, among: ["cost", "nudge", "epochs", "learningRate", "batch"]) == expected)
  }

  /// A word in other letter case is nearer than one that it begins.
  @Test func letterCaseCountsLeast() {
    #expect(nearest(to: "backPropagation", among: ["backpropagationThroughTime", "backpropagation"]) == "backpropagation")
  }

  @Test(arguments: ["", "colour", "x", String(repeating: "a", count: 10_000)])
  func farWordIsNot(_ word: String) {
    #expect(nearest(to: word, among: ["cost", "nudge", "epochs", "learningRate"]) == nil)
  }
}

import Ising

/// The answer to a question, as files, text and JSON tell it.
public protocol Answer: Sendable {
  /// The file's name and the machine or problem.
  var title: String { get }
  /// The best state: a number for each spin, variable or vertex.
  var state: [Int] { get }
  /// One name a spin, variable or vertex, if the file has names.
  var labels: [String] { get }
  /// How this rank's search went.
  var trace: SearchTrace { get }
  /// The best value that is known of what the trace measures.
  var bestKnown: Double? { get }
  /// What the search took, in seconds of its clock.
  var seconds: Double { get }
  /// Whether the search ended because it was asked to, on any rank.
  var wasStopped: Bool { get }
  /// Names and values, as a page shows them.
  var facts: [(name: String, value: String)] { get }
  /// Where the reads ended, the best first, and how many at each value; empty where reads are not counted.
  var levels: [(value: Double, reads: Int)] { get }

  /// Lines for a reader, the best value last.
  ///
  /// - Parameter samples: so many of the best states are listed.
  func text(samples: Int) -> String
  /// One JSON object.
  ///
  /// - Throws: `EncodingError` if a number is not finite.
  func json(samples: Int) throws -> String
}

/// States as files: one spin a line, −1 or 1; of variables 0 or 1.
public enum StateFile {
  /// Reads a state; 0 is −1.
  ///
  /// - Throws: `ProblemFileError` if the file is not a state of so many spins.
  public static func read(_ path: String, spinCount: Int) throws -> [Int8] {
    var scanner = TextScanner(try ProblemFile.bytes(of: path), file: path)
    var spins = [Int8]()
    spins.reserveCapacity(min(spinCount, scanner.remaining))
    scanner.skipSpace()
    while !scanner.isAtEnd {
      guard spins.count < spinCount else { throw scanner.failure("found another spin, expected \(spinCount)") }
      var place = scanner
      let value = try scanner.integer("a spin, -1 or 1")
      guard (-1...1).contains(value) else { throw scanner.failure("found \(place.quotedWord()), expected a spin, -1 or 1") }
      spins.append(value > 0 ? 1 : -1)
      try scanner.expectLineEnd()
      scanner.skipSpace()
    }
    guard spins.count == spinCount else {
      throw scanner.failure("the file ends after \(spins.count) spins, expected \(spinCount)")
    }
    return spins
  }

  /// A number a line.
  public static func text(_ values: some Sequence<Int>) -> String {
    var text = ""
    for value in values { text += "\(value)\n" }
    return text
  }
}

import Kernels

/// States as files: one spin a line, −1 or 1; of variables 0 or 1. A label may follow it. Or a state a line, its spins one after the other.
public enum StateFile {
  /// Reads one state or more; 0 is −1.
  ///
  /// - Throws: `ProblemFileError` if the file holds no states of so many spins.
  public static func readAll(_ path: String, spinCount: Int) throws -> [[Int8]] {
    var scanner = TextScanner(try ProblemFile.bytes(of: path), file: path)
    scanner.skipSpaceAndComments()
    // A spin a line, with a label or without: at most two words.
    let words = scanner.restOfLine().split(whereSeparator: \.isWhitespace).count
    guard words > 2 else { return [try read(path, spinCount: spinCount)] }
    var states = [[Int8]]()
    while !scanner.isAtEnd {
      var spins = [Int8]()
      spins.reserveCapacity(min(spinCount, scanner.remaining))
      while !scanner.isAtLineEnd() {
        guard spins.count < spinCount else { throw scanner.failure("found another spin, expected \(spinCount) in a line") }
        spins.append(try spin(&scanner))
      }
      guard spins.count == spinCount else { throw scanner.failure("a state of \(spins.count) spins, expected \(spinCount)") }
      states.append(spins)
      scanner.skipSpaceAndComments()
    }
    return states
  }

  private static func spin(_ scanner: inout TextScanner) throws -> Int8 {
    var place = scanner
    let value = try scanner.integer("a spin, -1 or 1")
    guard (-1...1).contains(value) else { throw scanner.failure("found \(place.quotedWord()), expected a spin, -1 or 1") }
    return value > 0 ? 1 : -1
  }

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
      spins.append(try spin(&scanner))
      scanner.nextLine()
      scanner.skipSpace()
    }
    guard spins.count == spinCount else {
      throw scanner.failure("the file ends after \(spins.count) spins, expected \(spinCount)")
    }
    return spins
  }

  /// A number a line, and its label behind it where there are labels.
  public static func text(_ values: some Sequence<Int>, labels: [String] = []) -> String {
    var text = ""
    for (place, value) in values.enumerated() {
      text += labels.indices.contains(place) ? "\(value) \(labels[place])\n" : "\(value)\n"
    }
    return text
  }
}

/// Spins that are held fixed, as files: lines of a spin, counted from 0, and its state, −1 or 1; of variables 0 or 1.
public enum ClampFile {
  /// - Throws: `ProblemFileError` if a line is wrong, or a spin stands twice with different states.
  public static func read(_ path: String, spinCount: Int) throws -> [Int: Int8] {
    var scanner = TextScanner(try ProblemFile.bytes(of: path), file: path)
    var fixed = [Int: Int8]()
    scanner.skipSpace()
    while !scanner.isAtEnd {
      let spin = try scanner.integer("a spin, 0 to \(spinCount - 1)")
      guard (0..<spinCount).contains(Int(spin)) else {
        throw scanner.failure("spin \(spin) is clamped, expected 0 to \(spinCount - 1)")
      }
      let value = try scanner.integer("a state, -1 or 1")
      guard (-1...1).contains(value) else { throw scanner.failure("found the state \(value), expected -1 or 1") }
      let state: Int8 = value > 0 ? 1 : -1
      if let other = fixed[Int(spin)], other != state {
        throw scanner.failure("spin \(spin) is clamped to \(state), and to \(other) above")
      }
      fixed[Int(spin)] = state
      try scanner.expectLineEnd()
      scanner.skipSpace()
    }
    return fixed
  }
}

/// Pairs of spins as files: lines of two spins, counted from 0.
public enum PairFile {
  /// - Throws: `ProblemFileError` if a line is wrong.
  public static func read(_ path: String, spinCount: Int) throws -> [SpinPair] {
    var scanner = TextScanner(try ProblemFile.bytes(of: path), file: path)
    var pairs: [SpinPair] = []
    scanner.skipSpace()
    while !scanner.isAtEnd {
      let spins = try (0..<2).map { _ in
        let spin = Int(try scanner.integer("a spin, 0 to \(spinCount - 1)"))
        guard (0..<spinCount).contains(spin) else { throw scanner.failure("found spin \(spin), expected 0 to \(spinCount - 1)") }
        return spin
      }
      guard spins[0] != spins[1] else { throw scanner.failure("found spin \(spins[0]) twice, expected two spins") }
      pairs.append(SpinPair(spins[0], spins[1]))
      try scanner.expectLineEnd()
      scanner.skipSpace()
    }
    return pairs
  }
}

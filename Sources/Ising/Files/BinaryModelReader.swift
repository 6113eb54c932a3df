/// dimod's `BinaryQuadraticModel.to_file()`, versions 1.0 and 2.0: `DIMODBQM`, the version, a header as JSON, then offset, linear biases with
/// where each neighbourhood begins, and the neighbourhoods, all little-endian; names in the header (1.0) or behind it all (2.0).
///
/// Source: the docstring of that method in dimod 0.12. Energies are dimod's.
struct BinaryModelReader: ProblemReader {
  static let magic = [UInt8]("DIMODBQM".utf8)

  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    guard let prefix = scanner.take(10), prefix.starts(with: Self.magic) else {
      throw scanner.failure("does not begin with `DIMODBQM`, expected what dimod's `to_file()` writes", line: nil)
    }
    let version = (major: prefix[prefix.startIndex + 8], minor: prefix[prefix.startIndex + 9])
    guard (1...2).contains(version.major) else {
      throw scanner.failure("version \(version.major).\(version.minor) of dimod's files, expected 1.0 or 2.0")
    }
    var header = try header(&scanner)
    let (count, pairs) = (header.variables, header.interactions)
    let (index, bias) = (header.neighbourhoodType.size, header.biasType.size)
    // Sizes are compared with the bytes that are there before any memory is taken.
    let need = Double(bias) + Double(count) * Double(index + bias) + 2 * Double(pairs) * Double(header.indexType.size + bias)
    guard need <= Double(scanner.remaining) else {
      throw scanner.failure(
        "\(count) variables and \(pairs) interactions take \(Int(need)) bytes, the file has \(scanner.remaining) behind its header"
      )
    }
    let offset = try number(&scanner, header.biasType, "the offset")
    var starts = [Int]()
    var linear = [Double]()
    for _ in 0..<count {
      starts.append(try integer(&scanner, header.neighbourhoodType, "where a neighbourhood begins"))
      linear.append(try number(&scanner, header.biasType, "a linear bias"))
    }
    starts.append(2 * pairs)
    var list = EdgeList(file: scanner.file, base: 0, capacity: pairs)
    var mirrored = 0
    for variable in 0..<count {
      guard starts[variable] <= starts[variable + 1], variable > 0 || starts[0] == 0 else {
        throw scanner.failure("the neighbourhood of variable \(variable) ends before it begins")
      }
      for _ in starts[variable]..<starts[variable + 1] {
        let other = try integer(&scanner, header.indexType, "a variable")
        let value = try number(&scanner, header.biasType, "a quadratic bias")
        guard (0..<count).contains(other), other != variable else {
          throw scanner.failure("an interaction of variables \(variable) and \(other), expected another one of 0 to \(count - 1)")
        }
        // Each pair stands in the neighbourhoods of both.
        if other < variable { list.append(other, variable, value, line: 0) } else { mirrored += 1 }
      }
    }
    guard list.count == pairs, mirrored == pairs else {
      throw scanner.failure("interactions that do not stand in the neighbourhoods of both variables")
    }
    if version.major == 2, header.hasNames { header.names = try names(&scanner) }
    return ProblemContent(
      kind: header.isBinary ? .binaryFunction : .spinFunction, graph: try list.graph(vertexCount: count), diagonal: linear,
      offset: offset, labels: header.names.count == count ? header.names : [], file: scanner.file, format: .dimod)
  }

  // MARK: - Header

  private enum NumberType: String {
    case float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64

    var size: Int { (Int(rawValue.drop { $0.isLetter }) ?? 64) / 8 }
    var isFloat: Bool { self == .float32 || self == .float64 }
    var isSigned: Bool { !rawValue.hasPrefix("u") }
  }

  private struct Header {
    var variables: Int
    var interactions: Int
    var biasType: NumberType
    var indexType: NumberType
    var neighbourhoodType: NumberType
    var isBinary: Bool
    var hasNames: Bool
    var names: [String]
  }

  private func header(_ scanner: inout TextScanner) throws -> Header {
    let text = try section(&scanner, "the header")
    var json = JSONScanner(TextScanner(text, file: scanner.file))
    guard case .object(let members) = try json.document().content else {
      throw scanner.failure("a header that is no JSON object")
    }
    func type(_ key: String) throws -> NumberType {
      guard case .string(let name)? = members[key]?.content, let type = NumberType(rawValue: name) else {
        throw scanner.failure("\"\(key)\" of the header is no type of numbers, expected one such as \"float64\"")
      }
      return type
    }
    guard case .numbers(let shape)? = members["shape"]?.content, shape.count == 2,
      let variables = Int(exactly: shape[0]), let interactions = Int(exactly: shape[1]),
      (1...IsingProblem.greatestSpinCount).contains(variables), (0...Int.max / 64).contains(interactions)
    else { throw scanner.failure("\"shape\" of the header, expected the numbers of variables, 1 or more, and of interactions") }
    guard case .string(let kind)? = members["vartype"]?.content, ["SPIN", "BINARY"].contains(kind) else {
      throw scanner.failure("\"vartype\" of the header, expected \"SPIN\" or \"BINARY\"")
    }
    let (indexType, neighbourhoodType) = (try type("itype"), try type("ntype"))
    guard !indexType.isFloat, !neighbourhoodType.isFloat else {
      throw scanner.failure("\"itype\" and \"ntype\" of the header, expected types of integers")
    }
    var header = Header(
      variables: variables, interactions: interactions, biasType: try type("dtype"), indexType: indexType,
      neighbourhoodType: neighbourhoodType, isBinary: kind == "BINARY", hasNames: false, names: [])
    if case .bool(let hasNames)? = members["variables"]?.content { header.hasNames = hasNames }
    if let value = members["variables"] { header.names = JSONScanner.names(value) }
    return header
  }

  /// The names behind the biases, after `VARS`.
  private func names(_ scanner: inout TextScanner) throws -> [String] {
    guard let magic = scanner.take(4), Array(magic) == [UInt8]("VARS".utf8) else {
      throw scanner.failure("the names of the variables are missing, expected `VARS` behind the biases")
    }
    var json = JSONScanner(TextScanner(try section(&scanner, "the names"), file: scanner.file))
    return JSONScanner.names(try json.document())
  }

  // MARK: - Bytes

  /// Four bytes of a length, and so many bytes.
  private func section(_ scanner: inout TextScanner, _ what: String) throws -> [UInt8] {
    guard let length = scanner.take(4), let bytes = scanner.take(Int(Self.word(length))) else {
      throw scanner.failure("the file ends within \(what)")
    }
    return Array(bytes)
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

  private func bits(_ scanner: inout TextScanner, _ type: NumberType, _ what: String) throws -> UInt64 {
    guard let bytes = scanner.take(type.size) else { throw scanner.failure("the file ends before \(what)") }
    return Self.word(bytes)
  }

  private func integer(_ scanner: inout TextScanner, _ type: NumberType, _ what: String) throws -> Int {
    let word = try bits(&scanner, type, what)
    let unused = 64 - 8 * type.size
    return type.isSigned ? Int(Int64(bitPattern: word << UInt64(unused)) >> Int64(unused)) : Int(clamping: word)
  }

  private func number(_ scanner: inout TextScanner, _ type: NumberType, _ what: String) throws -> Double {
    guard type.isFloat else { return Double(try integer(&scanner, type, what)) }
    let word = try bits(&scanner, type, what)
    let value = type == .float64 ? Double(bitPattern: word) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
    guard value.isFinite else { throw scanner.failure("\(what) is \(value), expected a finite number") }
    return value
  }
}

extension JSONScanner {
  /// Names of variables: words, or numbers as text. Of other kinds (tuples) there are none.
  static func names(_ value: Value) -> [String] {
    switch value.content {
    case .numbers(let numbers): return numbers.map { Int(exactly: $0).map(String.init) ?? "\($0)" }
    case .array(let values):
      return values.compactMap { value in
        switch value.content {
        case .string(let name): name
        case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
        default: nil
        }
      }
    default: return []
    }
  }
}

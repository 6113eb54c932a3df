import Foundation
import Kernels

/// What a device makes of the couplings and fields that it is given: its range, its resolution and its imperfections, in this
/// order. Each is off unless it is set.
///
/// A device minimises the energy of the couplings that it has; a solution's energy is that of the couplings that were asked for.
public struct DeviceCouplings: Sendable, Equatable {
  /// The greatest magnitudes of a coupling and of a field.
  public struct Range: Sendable, Equatable {
    /// In the problem's units, like `field`.
    public var coupling: Double
    /// The greatest magnitude of a field `h`.
    public var field: Double

    public init(coupling: Double, field: Double) { (self.coupling, self.field) = (coupling, field) }

    /// `COUPLING,FIELD`.
    public init?(_ text: String) {
      let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      guard numbers.count == 2, let coupling = numbers[0], let field = numbers[1] else { return nil }
      self.init(coupling: coupling, field: field)
    }
  }

  /// The greatest magnitudes of a coupling and of a field; what is greater is cut off. D-Wave's chips: 1 and 4.
  public var range: Range?
  /// The problem is first scaled so that it just fits into the range, so that nothing is cut off.
  public var scalesToRange = false
  /// Bits of a coupling and of a field: 2ᵇ levels from −max to max (`Quantiser`).
  public var bits: Int?
  /// The relative error of each coupling and field, normal with this deviation, the same in every run of one device.
  public var mismatch = 0.0
  /// Which device.
  public var device: UInt64 = 0

  /// An ideal device.
  public init() {}

  /// Whether the device has any fault.
  public var isIdeal: Bool { range == nil && bits == nil && mismatch == 0 }

  /// - Throws: `ProblemError` if a setting is impossible.
  public func validate() throws {
    if let range {
      guard range.coupling.isFinite, range.coupling > 0, range.field.isFinite, range.field > 0 else {
        throw ProblemError("a range of \(range.coupling) for couplings and \(range.field) for fields, expected numbers above 0")
      }
    }
    if let bits {
      guard (1...32).contains(bits) else { throw ProblemError("couplings of \(bits) bits, expected 1 to 32") }
    }
    guard mismatch.isFinite, mismatch >= 0 else { throw ProblemError("a mismatch of \(mismatch), expected 0 or more") }
    if scalesToRange, range == nil { throw ProblemError("scaling to the range needs a range") }
  }

  /// The problem that the device runs in place of `problem`.
  ///
  /// The offset is scaled like the rest, and otherwise unchanged.
  ///
  /// - Throws: `ProblemError` if a limit makes no sense.
  public func applied(to problem: IsingProblem) throws -> IsingProblem {
    try validate()
    guard !isIdeal else { return problem }
    let scale = scale(of: problem)
    let greatestCoupling = Self.greatest(problem.couplings) * scale
    let greatestField = Self.greatest(problem.fields) * scale
    let errors = Philox(seed: device, .couplingMismatch)
    var couplings = problem.couplings
    var fields = problem.fields
    for spin in 0..<problem.spinCount {
      for entry in problem.row(spin) {
        let other = Int(problem.neighbours[entry])
        let error = error(of: min(spin, other), max(spin, other), errors)
        couplings[entry] = realised(couplings[entry] * scale, limit: range?.coupling, greatest: greatestCoupling, error: error)
      }
      fields[spin] = realised(
        fields[spin] * scale, limit: range?.field, greatest: greatestField, error: error(of: spin, spin, errors))
    }
    let offset = problem.offset * scale
    let isInteger = (couplings + fields + [offset]).allSatisfy(IsingProblem.isExactInteger)
    return IsingProblem(
      uncheckedRowStarts: problem.rowStarts, neighbours: problem.neighbours, couplings: couplings, fields: fields, offset: offset,
      isInteger: isInteger)
  }

  /// What the device makes of one field, whose greatest is that of its range.
  ///
  /// - Parameter spin: on the device.
  public func realised(field: Double, of spin: Int) -> Double {
    let limit = range?.field
    return realised(
      field, limit: limit, greatest: limit ?? 0,
      error: error(of: spin, spin, Philox(seed: device, .couplingMismatch)))
  }

  private func realised(_ value: Double, limit: Double?, greatest: Double, error: Double) -> Double {
    var value = value
    if let limit { value = min(max(value, -limit), limit) }
    let full = min(limit ?? greatest, greatest)
    if let bits, full > 0 {
      value = Quantiser(bits: bits, .range(full)).level(of: value)
    }
    return value * (1 + error)
  }

  private func scale(of problem: IsingProblem) -> Double {
    guard scalesToRange, let range else { return 1 }
    let (coupling, field) = (Self.greatest(problem.couplings), Self.greatest(problem.fields))
    let scale = min(coupling > 0 ? range.coupling / coupling : .infinity, field > 0 ? range.field / field : .infinity)
    return scale.isFinite ? scale : 1
  }

  /// A normal number for a pair of spins, or for the field of one.
  private func error(of i: Int, _ j: Int, _ philox: Philox) -> Double {
    guard mismatch > 0 else { return 0 }
    let words = philox.block(SIMD4(UInt32(truncatingIfNeeded: i), UInt32(truncatingIfNeeded: j), 0, 0))
    return mismatch * NormalNumber.draw(words)
  }

  private static func greatest(_ values: [Double]) -> Double { values.reduce(0) { max($0, abs($1)) } }
}

/// Normal numbers from a counter-based generator's words.
enum NormalNumber {
  /// Two uniform numbers of 32 bits as one normal number (Box & Muller 1958).
  static func draw(_ words: SIMD4<UInt32>) -> Double {
    let radius = (Double(words.x) + 0.5) * 0x1p-32
    let angle = (Double(words.y) + 0.5) * 0x1p-32
    return (-2 * log(radius)).squareRoot() * cos(2 * .pi * angle)
  }
}

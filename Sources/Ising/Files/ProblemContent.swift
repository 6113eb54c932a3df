/// What a file says, before it is decided what is asked of it.
public struct ProblemContent: Sendable {
  /// What the numbers mean.
  public enum Kind: Sendable, Equatable {
    /// A graph with weights, which may be read as couplings `J` too; a diagonal as fields.
    case graph
    /// A symmetric matrix: as a QUBO `xᵀQx` counts each pair twice.
    case matrix
    /// `c + Σ h_i s_i + Σ J_ij s_i s_j` of spins, minimised: the opposite sign of this library's.
    case spinFunction
    /// `c + Σ q_i x_i + Σ q_ij x_i x_j` of variables 0 and 1, minimised.
    case binaryFunction
    /// Numbers to be divided.
    case numbers
  }

  /// What the numbers mean.
  public var kind: Kind
  /// The pairs.
  public var graph: WeightedGraph
  /// One number a vertex: what stands on the diagonal, or the numbers to be divided. Empty if there are none.
  public var diagonal: [Double]
  /// `c`, added to the value of a function.
  public var offset: Double
  /// One name a vertex, if the file has names.
  public var labels: [String]
  /// The community that each vertex is known to belong to, if the file says so.
  public var groundTruth: [Int]
  /// The file and the form it was read in.
  public var file: String
  /// The form in which the file was read.
  public var format: ProblemFormat
  /// Whether it looks like a file of dimod that does not say whether its variables are spins, which have the opposite sign there.
  var mayBeFunction = false
  /// Whether the function, or `xᵀQx` of a matrix, is to be maximised.
  public var isMaximised = false
  /// What a user should know of how the file was read.
  public var notes: [String] = []

  init(
    kind: Kind, graph: WeightedGraph, diagonal: [Double] = [], offset: Double = 0, labels: [String] = [], groundTruth: [Int] = [],
    file: String, format: ProblemFormat
  ) {
    self.kind = kind
    self.graph = graph
    self.diagonal = diagonal
    self.offset = offset
    self.labels = labels
    self.groundTruth = groundTruth
    self.file = file
    self.format = format
  }
}

/// The field of spins that are spread over ranks: an evaluation brings in the states of the other ranks' spins.
package protocol PartitionedField: FieldOperator {
  /// Whether evaluations bring in the others' present states. If not, they go on with those that came when the same plane was
  /// last evaluated with an exchange. The same on all ranks.
  ///
  /// Only a field that was made to remember states may be told not to exchange.
  var exchanges: Bool { get set }

  /// Gives up the states that are remembered: other planes are evaluated from now on.
  func forgetStates()
}

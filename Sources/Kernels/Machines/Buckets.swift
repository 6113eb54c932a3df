/// Items sorted by small numbers, in the order that they came among equal ones: a counting sort.
public struct Buckets: Sendable {
  public let items: [Int]
  /// Where each number's items begin, and at the end where the last one's do.
  public let starts: [Int]

  /// - Parameter number: 0 or more; memory is taken for as many buckets as the greatest.
  public init(_ source: [Int], by number: (Int) -> Int) {
    let numbers = source.map(number)
    var starts = [Int](repeating: 0, count: (numbers.max() ?? -1) + 2)
    for number in numbers { starts[number + 1] += 1 }
    for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
    var next = starts
    var items = [Int](repeating: 0, count: source.count)
    for (item, number) in zip(source, numbers) {
      items[next[number]] = item
      next[number] += 1
    }
    self.items = items
    self.starts = starts
  }
}

import Ising

/// Whether all couplings and fields of a problem can be satisfied at once, as those of a ferromagnet are.
enum Frustration {
  /// Two coupled spins that close a cycle whose couplings multiply to a negative number; a field couples its spin to one that is always up.
  ///
  /// - Complexity: O(spins + couplings).
  static func find(in problem: IsingProblem) -> (Int, Int)? {
    // Of a spin that satisfies all couplings on the way to it; 0 where there was no way yet.
    var signs = [Int8](repeating: 0, count: problem.spinCount)
    var queue: [Int] = []
    for (spin, field) in problem.fields.enumerated() where field != 0 {
      signs[spin] = field > 0 ? 1 : -1
      queue.append(spin)
    }
    var next = 0
    for start in 0..<problem.spinCount {
      if next == queue.count, signs[start] == 0 {
        signs[start] = 1
        queue.append(start)
      }
      while next < queue.count {
        let spin = queue[next]
        next += 1
        for entry in problem.row(spin) where problem.couplings[entry] != 0 {
          let other = Int(problem.neighbours[entry])
          let wanted = problem.couplings[entry] > 0 ? signs[spin] : -signs[spin]
          if signs[other] == 0 {
            signs[other] = wanted
            queue.append(other)
          } else if signs[other] != wanted {
            return (spin, other)
          }
        }
      }
    }
    return nil
  }
}

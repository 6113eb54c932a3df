import CKernels

/// Couplings of one size in each row, as links that pull up or down.
struct EqualRows {
  /// 2|J| of each row.
  let twice: AlignedBuffer<Int32>
  /// The sum of those below 0.
  let favours: AlignedBuffer<Int32>
  let links: AlignedBuffer<eq_link>

  /// - Returns: `nil` if rounding to the units of two rows has made couplings of a row unequal.
  init?(_ rows: [Int64], _ weights: [eq_weight]) {
    var (twice, favours): ([Int32], [Int32]) = ([], [])
    for (first, last) in zip(rows, rows.dropFirst()) {
      let row = weights[Int(first)..<Int(last)]
      let size = row.first.map { abs($0.twice) } ?? 0
      guard row.allSatisfy({ abs($0.twice) == size }) else { return nil }
      twice.append(size)
      favours.append(size * Int32(row.count { $0.twice < 0 }))
    }
    self.twice = AlignedBuffer(twice)
    self.favours = AlignedBuffer(favours)
    links = AlignedBuffer(weights.map { eq_link(place: $0.place, sign: $0.twice < 0 ? -1 : 0) })
  }
}

/// Dense couplings of one size in each row, by tiles of 224 places and blocks of 16, as `eq_lanes` says.
struct TiledRows {
  /// 2J of those of the sign that fewer of the row have.
  let twice: AlignedBuffer<Int32>
  /// `twice` times how many of the block have the other sign.
  let favours: AlignedBuffer<Int32>
  /// [place][place of the block].
  let links: AlignedBuffer<eq_link>
  let lists: AlignedBuffer<Int32>
  let listed: AlignedBuffer<UInt8>

  private static let (tile, block, chunk) = (224, 16, 8)
  /// More than these need more binary digits.
  private static let greatestPlaceCount = 1 << 14

  /// - Parameter places: those of spins, whoever moves them; the place after them is always up.
  /// - Returns: `nil` if couplings of a row are of different sizes, as rounding to the units of two rows can make them, or there are too many places.
  init?(_ rows: [Int64], _ weights: [eq_weight], places: Int) {
    guard places <= Self.greatestPlaceCount else { return nil }
    let free = rows.count - 1
    let (tiles, blocks) = ((places + Self.tile - 1) / Self.tile, (free + Self.block - 1) / Self.block)
    var (twice, favours): ([Int32], [Int32]) = ([], [])
    var links = [eq_link](repeating: eq_link(place: Int32(places), sign: 0), count: free * Self.block)
    var (lists, listed): ([Int32], [UInt8]) = ([], [])
    lists.reserveCapacity(2 * Self.block * blocks * tiles + 1)
    listed.reserveCapacity(free * places * 5 / 8)
    // The couplings of the rows of a block: 1 for one sign, −1 for the other.
    var signs = [Int8](repeating: 0, count: Self.block * places)
    for block in 0..<blocks {
      let own = block * Self.block..<min((block + 1) * Self.block, places)
      let visited = own.lowerBound..<min(own.upperBound, free)
      for index in signs.indices { signs[index] = 0 }
      for place in visited {
        let row = weights[Int(rows[place])..<Int(rows[place + 1])]
        let size = row.first.map { abs($0.twice) } ?? 0
        guard row.allSatisfy({ abs($0.twice) == size }) else { return nil }
        let isOfFew: Int32 = 2 * row.count { $0.twice > 0 } <= row.count ? 1 : -1
        var others: Int32 = 0
        for weight in row where weight.twice != 0 {
          let sign: Int32 = (weight.twice > 0) == (isOfFew > 0) ? 1 : -1
          signs[(place - own.lowerBound) * places + Int(weight.place)] = Int8(sign)
          guard own.contains(Int(weight.place)) else { continue }
          links[place * Self.block + Int(weight.place) - own.lowerBound] = eq_link(place: weight.place, sign: sign < 0 ? -1 : 0)
          if sign < 0 { others += 1 }
        }
        twice.append(isOfFew * size)
        favours.append(isOfFew * size * others)
      }
      for tile in 0..<tiles {
        let tiled = tile * Self.tile..<min((tile + 1) * Self.tile, places)
        for place in own.lowerBound..<own.lowerBound + Self.block {
          for sign: Int8 in [1, 0] {
            lists.append(Int32(listed.count / Self.chunk))
            guard visited.contains(place) else { continue }
            let row = (place - own.lowerBound) * places
            for other in tiled where signs[row + other] == sign && !own.contains(other) {
              listed.append(UInt8(other - tiled.lowerBound))
            }
            while listed.count % Self.chunk != 0 { listed.append(UInt8(Self.tile)) }
          }
        }
      }
    }
    lists.append(Int32(listed.count / Self.chunk))
    self.twice = AlignedBuffer(twice)
    self.favours = AlignedBuffer(favours)
    self.links = AlignedBuffer(links)
    self.lists = AlignedBuffer(lists)
    self.listed = AlignedBuffer(listed)
  }
}

import Kernels

/// Which rows travel together, and when: the channels of a partition under one order of updates.
///
/// After a group of layers has moved, its states travel together with the arg-max of the convolutions into it. Where an edge
/// lies within a group (every layer moves at once), its arg-max is needed before the group moves, and travels by itself.
public struct RowPlan: Sendable {
  /// What travels in one message to each neighbour.
  public struct Channel: Equatable, Sendable {
    /// Layers 1 … N, and indices of edges.
    public var states: [Int] = []
    /// Edges under max-pooling whose arg-max travels.
    public var argMax: [Int] = []
  }

  /// The channels of what follows a group's move and of what precedes it.
  private struct Group {
    let after: Int
    let before: Int
  }

  /// The strips between which rows travel.
  public let partition: StripPartition
  /// The messages of a sweep, and those that send an arg-max alone.
  public private(set) var channels: [Channel] = []
  private var groups: [Group] = []
  /// By layer (1 … N).
  private var groupOfLayer: [Int]
  /// By edge: the channel of its arg-max alone.
  private(set) var repairs: [Int?] = []

  /// - Parameter order: of the sweeps, which decides what must have arrived when.
  public init(_ partition: StripPartition, order: RelaxationSettings.Order) {
    self.partition = partition
    let layout = partition.layout
    groupOfLayer = Array(repeating: 0, count: layout.layers.count + 1)
    let pooled = layout.edges.indices.filter { layout.edges[$0].isMaxPooled && layout.edges[$0].pre != 0 }
    for layers in UpdateSchedule(order, layout: layout, nudged: false).groups {
      let into = pooled.filter { layers.contains(layout.edges[$0].post) }
      let inner = into.filter { layers.contains(layout.edges[$0].pre) }
      channels.append(
        Channel(states: layers.filter { !partition.isReplicated($0) }, argMax: into.filter { !inner.contains($0) }))
      channels.append(Channel(argMax: inner))
      for layer in layers { groupOfLayer[layer] = groups.count }
      groups.append(Group(after: channels.count - 2, before: channels.count - 1))
    }
    repairs = layout.edges.indices.map { edge in
      guard pooled.contains(edge) else { return nil }
      channels.append(Channel(argMax: [edge]))
      return channels.count - 1
    }
  }

  /// The channel for what a group, which moves together in this plan's order, has changed by moving.
  func channel(after group: [Int]) -> Int { groups[groupOfLayer[group[0]]].after }
  /// The channel for the arg-max of edges within a group.
  func channel(before group: [Int]) -> Int { groups[groupOfLayer[group[0]]].before }

  /// What travels on a channel, in words.
  public func name(of channel: Int) -> String {
    let layout = partition.layout
    let states = channels[channel].states.map { layout.name($0) }
    let argMax = channels[channel].argMax.map { "\(layout.name(layout.edges[$0].pre))–\(layout.name(layout.edges[$0].post))" }
    let parts = [
      states.isEmpty ? nil : "states of " + states.joined(separator: ", "),
      argMax.isEmpty ? nil : "arg-max of " + argMax.joined(separator: ", "),
    ]
    return parts.compactMap { $0 }.joined(separator: " and ")
  }

  /// Bytes of one sample that strip `from` sends strip `to` on a channel.
  public func bytesPerSample(_ channel: Int, from: Int, to: Int) -> Int {
    let layout = partition.layout
    let states = channels[channel].states.reduce(0) { sum, layer in
      sum + partition.copiedStates(layer, from: from, to: to).count * layout.shape(layer).spinsPerRow * MemoryLayout<Float>.size
    }
    return channels[channel].argMax.reduce(states) { sum, index in
      let edge = layout.edges[index]
      return sum + partition.copiedArgMax(edge, from: from, to: to).count * layout.shape(edge.post).spinsPerRow
    }
  }

  /// What one strip sends in one sweep with exchange: messages, and bytes of one sample.
  public func traffic(from strip: Int) -> (messages: Int, bytesPerSample: Int) {
    groups.flatMap { [$0.after, $0.before] }.reduce(into: (0, 0)) { total, channel in
      let (messages, bytes) = traffic(on: channel, from: strip)
      total.0 += messages
      total.1 += bytes
    }
  }

  /// What one strip sends each time that a channel is exchanged.
  func traffic(on channel: Int, from strip: Int) -> (messages: Int, bytesPerSample: Int) {
    let bytes = (0..<partition.strips).map { bytesPerSample(channel, from: strip, to: $0) }
    return (bytes.count { $0 > 0 }, bytes.reduce(0, +))
  }
}

extension PlaneShape {
  var spinsPerRow: Int { columns * channels }
}

import Kernels
import MPI

/// Rows that neighbours send each other again and again, over persistent requests that are set up once.
///
/// Rows are packed into one message a neighbour and channel. Buffers are taken when the exchange is made; requests for a number
/// of samples when that number is first sent.
package final class HaloExchange {
  /// Messages started and bytes in them, since the exchange was made.
  package private(set) var sent = (messages: 0, bytes: 0)

  private let grid: ProcessGrid
  private let channels: [[Route]]
  private let names: [String]
  /// Requests by channel and number of samples.
  private var requests: [[Int: Requests]]
  /// Samples under way, by channel.
  private var started: [Int?]

  /// One neighbour on one channel.
  private struct Route {
    let link: HaloLink
    let outgoing: AlignedBuffer<UInt8>
    let incoming: AlignedBuffer<UInt8>

    init(_ link: HaloLink, capacity: Int) {
      self.link = link
      outgoing = AlignedBuffer(count: capacity * Self.bytes(link.sent))
      incoming = AlignedBuffer(count: capacity * Self.bytes(link.received))
    }

    static func bytes(_ rows: [HaloRows]) -> Int { rows.reduce(0) { $0 + $1.bytesPerSample } }
  }

  private final class Requests {
    var group = PersistentGroup()
    var messages = 0
    var bytes = 0
  }

  /// - Parameters:
  ///   - channels: links to neighbours; every strip has the same channels in the same order.
  ///   - names: what travels on each channel, for messages.
  ///   - capacity: the most samples that are sent at once.
  ///   - grid: whose spin group has the strips.
  package init(_ channels: [[HaloLink]], names: [String], capacity: Int, on grid: ProcessGrid) {
    precondition(names.count == channels.count)
    self.grid = grid
    self.names = names
    self.channels = channels.map { $0.map { Route($0, capacity: capacity) } }
    requests = Array(repeating: [:], count: channels.count)
    started = Array(repeating: nil, count: channels.count)
  }

  /// Packs and sends the rows of a channel, and posts its receives.
  package func start(_ channel: Int, samples: Int) throws {
    precondition(started[channel] == nil, "channel \(channel) is already under way")
    started[channel] = samples
    guard !channels[channel].isEmpty else { return }
    for route in channels[channel] {
      var offset = 0
      for rows in route.link.sent { offset = rows.pack(samples: samples, into: route.outgoing, at: offset) }
    }
    let requests = try prepared(channel, samples: samples)
    try grid.naming(names[channel]) { try requests.group.startAll() }
    sent.messages += requests.messages
    sent.bytes += requests.bytes
  }

  /// Waits for the rows of a channel and puts them in their places.
  package func finish(_ channel: Int) throws {
    guard let samples = started[channel] else { return }
    started[channel] = nil
    guard !channels[channel].isEmpty else { return }
    let requests = try prepared(channel, samples: samples)
    try grid.naming(names[channel]) { try requests.group.waitAll() }
    for route in channels[channel] {
      var offset = 0
      for rows in route.link.received { offset = rows.unpack(samples: samples, from: route.incoming, at: offset) }
    }
  }

  /// Lets messages under way proceed: MPI moves long ones only while it is called.
  package func poll() throws {
    for channel in channels.indices where !channels[channel].isEmpty {
      if let samples = started[channel] { _ = try requests[channel][samples]?.group.areFinished() }
    }
  }

  private func prepared(_ channel: Int, samples: Int) throws -> Requests {
    if let requests = requests[channel][samples] { return requests }
    let made = Requests()
    for route in channels[channel] {
      let (incoming, outgoing) = (samples * Route.bytes(route.link.received), samples * Route.bytes(route.link.sent))
      if incoming > 0 {
        try made.group.add(
          grid.spin.persistentReceive(
            into: UnsafeMutableBufferPointer(rebasing: route.incoming.unsafeElements[..<incoming]), from: route.link.peer,
            tag: channel))
      }
      if outgoing > 0 {
        let bytes = UnsafeBufferPointer(UnsafeMutableBufferPointer(rebasing: route.outgoing.unsafeElements[..<outgoing]))
        try made.group.add(grid.spin.persistentSend(bytes, to: route.link.peer, tag: channel))
        made.messages += 1
        made.bytes += outgoing
      }
    }
    requests[channel][samples] = made
    return made
  }
}

/// The extent of an image: channels, rows, columns.
public struct ImageShape: Equatable, Hashable, Sendable, CustomStringConvertible {
  public var channels: Int
  public var rows: Int
  public var columns: Int

  public init(channels: Int, rows: Int, columns: Int) {
    self.channels = channels
    self.rows = rows
    self.columns = columns
  }

  /// Pixels of one channel.
  public var planeSize: Int { rows * columns }

  /// Pixels of one image, over all channels.
  public var size: Int { channels * planeSize }

  public var description: String { "\(channels)×\(rows)×\(columns)" }
}

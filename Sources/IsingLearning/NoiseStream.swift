/// The streams of one seed from which spins draw, by what they relax for. Numbers are part of the results: they never change.
enum NoiseStream: UInt32, Sendable {
  case training = 0x4953_4E01
  case nudged = 0x4953_4E02
  case evaluation = 0x4953_4E03
}

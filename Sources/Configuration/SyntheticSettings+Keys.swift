import Datasets
import Kernels

extension SyntheticSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("shape", \.shape, "Extent of an image."),
      ConfigurationKey("classes", \.classes, .from(2, to: 256), "Number of classes, one pattern each."),
      ConfigurationKey("train", \.train, .from(1, to: 1 << 30), "Training images."),
      ConfigurationKey("test", \.test, .from(0, to: 1 << 30), "Test images."),
      ConfigurationKey("noise", \.noise, .from(0, to: 1), "Half-width of the uniform noise, pixels from 0 to 1."),
      ConfigurationKey("seed", \.seed, "Seed of the patterns and the noise; independent of the run's seed."),
    ]
  }
}

extension ImageShape: ConfigurationSection {
  static var standard: Self { Self(channels: 1, rows: 8, columns: 8) }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("channels", \.channels, .from(1, to: 65_536), "Number of channels."),
      ConfigurationKey("rows", \.rows, .from(1, to: 4096), "Height in pixels."),
      ConfigurationKey("columns", \.columns, .from(1, to: 4096), "Width in pixels."),
    ]
  }
}

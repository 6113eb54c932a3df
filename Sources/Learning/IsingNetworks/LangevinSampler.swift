import Kernels
import Machines

/// Amplitudes in [−1, 1] under Langevin's equation at one temperature, averaged over many steps of several replicas.
final class LangevinSampler: SpinAveraging {
  private let layout: IsingNetworkLayout
  private let settings: IsingMachineSettings
  private let seed: UInt64
  private let stream: RandomStream
  private var field: SampleField
  private var system: SpinSystem

  init(_ layout: IsingNetworkLayout, settings: IsingMachineSettings, seed: UInt64, stream: RandomStream) throws {
    self.layout = layout
    self.settings = settings
    self.seed = seed
    self.stream = stream
    field = try SampleField(layout, couplings: Array(repeating: 0, count: layout.pairs.count), replicas: settings.reads)
    system = SpinSystem(field, fieldScale: 1, seed: seed, stream: stream.rawValue)
  }

  func program(_ couplings: [Float]) throws {
    field = try SampleField(layout, couplings: couplings, replicas: settings.reads)
    system = SpinSystem(field, fieldScale: 1, seed: seed, stream: stream.rawValue)
  }

  var sweepsPerPhase: (free: Int, nudged: Int) { (settings.sweepsOfChain, settings.sweepsOfChain) }

  func sample(fields: [Float], number: Int, into correlations: SpinCorrelations) throws {
    field.fields = fields
    system.moveReplicas(to: number * settings.reads)
    var langevin = LangevinMachine.Settings()
    langevin.rate = Float(settings.rate)
    langevin.temperature = .constant(settings.temperature)
    let machine = LangevinMachine(system, settings: langevin)
    machine.start()
    correlations.clear()
    let sweeps = settings.sweepsOfChain
    for sweep in 0..<sweeps {
      try machine.step(MachineTime(sweep, of: sweeps))
      if settings.counts(sweep) { add(machine.states, to: correlations) }
    }
    correlations.divide(by: settings.reads * settings.sweeps)
  }

  private func add(_ states: AlignedBuffer<Float>, to correlations: SpinCorrelations) {
    let stride = field.shape.stride
    for spin in 0..<layout.spinCount {
      for replica in 0..<settings.reads { correlations.spins[spin] += states[spin * stride + replica] }
    }
    for (index, (one, other)) in layout.pairs.enumerated() {
      var sum: Float = 0
      for replica in 0..<settings.reads {
        sum += states[Int(one) * stride + replica] * states[Int(other) * stride + replica]
      }
      correlations.pairs[index] += sum
    }
  }
}

/// The field of dense couplings with `h` beside them, which a machine does not scale: that of the energy itself.
private final class SampleField: FieldOperator {
  let shape: ReplicaShape
  let bias: AlignedBuffer<Float>
  let hasBias = false
  let magnitude: Double
  /// `h`.
  var fields: [Float]
  private let couplings: DenseField

  init(_ layout: IsingNetworkLayout, couplings: [Float], replicas: Int) throws {
    let problem = try layout.problem(couplings: couplings)
    self.couplings = DenseField(
      SparseCouplings(rowStarts: problem.rowStarts, neighbours: problem.neighbours, couplings: problem.couplings.map(Float.init)),
      replicas: replicas)
    shape = self.couplings.shape
    bias = self.couplings.bias
    magnitude = self.couplings.magnitude
    fields = Array(repeating: 0, count: shape.spins)
  }

  func addCouplings(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws {
    let stride = shape.stride
    for spin in 0..<shape.spins {
      for place in spin * stride..<(spin + 1) * stride { field[place] += fields[spin] }
    }
    couplings.addCouplings(states, into: field)
  }
}

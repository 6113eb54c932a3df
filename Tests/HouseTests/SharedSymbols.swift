/// A type that a module below the products exports because they name it in their signatures, or because nobody could use them without.
struct SharedSymbol {
  let room: String
  /// The type.
  let name: String
  /// Names of its public members but the cases of an enumeration. A nested type stands for all that is in it.
  let members: Set<String>
  /// What names it, or is made of it, and in which module of a product.
  let reason: String

  init(_ room: String, _ name: String, _ members: String = "", for reason: String) {
    (self.room, self.name, self.reason) = (room, name, reason)
    self.members = Set(members.split(separator: " ").map(String.init))
  }
}

extension House {
  /// Modules that share types with several products, and are a product of their own in none.
  static let sharingRooms: Set<String> = ["Kernels", "Parallel", "Host", "Files"]

  /// All that these modules export. What is not on the list is `package`.
  static let sharedSymbols: [SharedSymbol] = [
    SharedSymbol(
      "Kernels", "AlignedBuffer", "count init subscript unsafeElements elements assign copy clear fill",
      for: "states and fields of a machine (Machines), parameters and gradients (Networks, Learning)"),
    SharedSymbol(
      "Kernels", "ByteStore", "init float startIndex endIndex subscript ==", for: "pixels of LabelledImages (Datasets)"),
    SharedSymbol(
      "Kernels", "ImageShape", "channels rows columns init planeSize size description",
      for: "NetworkDescription.input, IsingNetworkDescription.input, TrainingImages' examples (Networks, Learning, Datasets)"),
    SharedSymbol("Kernels", "SpinPair", "first second init", for: "Marginals.pairs (Sampling), PairFile.read (Ising)"),
    SharedSymbol("Kernels", "PlaneShape", "channels rows columns pixels spins", for: "NetworkLayout.Layer.shape (Networks)"),

    // A machine of one's own and the system that it moves.
    SharedSymbol(
      "Kernels", "FieldOperator",
      "shape bias hasBias magnitude addCouplings evaluate total", for: "SpinSystem.field (Machines)"),
    SharedSymbol(
      "Kernels", "SparseField", "shape bias hasBias magnitude init addCouplings",
      for: "a field to make a SpinSystem of (Machines)"),
    SharedSymbol(
      "Kernels", "DenseField", "shape bias hasBias magnitude init addCouplings",
      for: "a field to make a SpinSystem of (Machines)"),
    SharedSymbol(
      "Kernels", "SparseCouplings", "rowCount columnCount init entryCount forEach magnitude",
      for: "couplings to make fields and flips of (Machines)"),
    SharedSymbol(
      "Kernels", "ReplicaShape", "spins replicas init stride count period plane replicaNumbers paddedBias",
      for: "SpinSystem.shape (Machines)"),
    SharedSymbol(
      "Kernels", "FlipOperator", "spinCount identifiers energy reset sweep copySpins collect",
      for: "FlipSampler.couplings (Machines)"),
    SharedSymbol(
      "Kernels", "SparseFlips", "spinCount identifiers energy init reset sweep copySpins",
      for: "couplings to make a FlipSampler of (Machines)"),
    SharedSymbol(
      "Kernels", "DenseFlips", "spinCount identifiers energy init reset sweep copySpins",
      for: "couplings to make a FlipSampler of (Machines)"),
    SharedSymbol("Kernels", "NoiseKind", for: "SpinSystem.noise (Machines)"),
    SharedSymbol("Kernels", "SpinNoise", "shape kind plane", for: "SpinSystem.noise (Machines)"),
    SharedSymbol("Kernels", "NoisePlane", "count subscript", for: "SpinNoise.plane, thresholds of FlipOperator.sweep (Machines)"),

    // Random numbers that do not depend on ranks.
    SharedSymbol(
      "Kernels", "Philox", "key init block sequence", for: "Augmentation.draw, data sets of one's own (Datasets, Learning)"),
    SharedSymbol("Kernels", "PhiloxSequence", "nextWord next uniform", for: "Philox.sequence"),

    SharedSymbol(
      "Kernels", "RandomStream", "extent", for: "the stream that SpinSystem and FlipSampler draw from unless told (Machines)"),

    // Ranks.
    SharedSymbol(
      "Parallel", "ProcessGrid", "world data spin init onlyThisNetwork shape",
      for: "HopfieldNetwork, HopfieldLearner, Trainer and Evaluator (Networks, Learning)"),
    SharedSymbol("Parallel", "GridShape", "data spin init description", for: "ProcessGrid.shape, SamplingResult.grid (Sampling)"),
    SharedSymbol("Parallel", "GridError", "description", for: "what ProcessGrid throws"),
    SharedSymbol(
      "Parallel", "ExchangeError", "Place place neighbours content cause description",
      for: "what networks, learners, Trainer and Evaluator throw when ranks do not answer (Networks, Learning)"),

    // What networks and learners hand out.
    SharedSymbol(
      "Host", "Profile", "Phase seconds init subscript measure measureRest add now",
      for: "times of HopfieldNetwork, of learners and of Trainer (Networks, Learning)"),
    SharedSymbol(
      "Files", "Tensor", "ElementType type shape bytes count init floats doubles integers words",
      for: "TrainableNetwork.extraTensors, TrainingState.tensors (Learning)"),
    SharedSymbol(
      "Files", "TensorError", "description init", for: "what Tensor and TrainableNetwork.restoreExtra throw (Learning)"),
  ]
}

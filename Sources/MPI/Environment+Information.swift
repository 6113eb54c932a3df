internal import CMPI

extension Environment {
  /// What the MPI library calls itself, with its version and how it was built (`MPI_Get_library_version`; MPI 4.0, section
  /// 9.1.1). It may be asked for before MPI is initialised.
  public static var libraryVersion: String {
    text(capacity: Int(MPI_MAX_LIBRARY_VERSION_STRING)) { MPI_Get_library_version($0, $1) } ?? "an unknown MPI"
  }

  /// The library's name and version, in a few words: `MPICH 4.0.2`.
  public static var shortLibraryVersion: String {
    let line = libraryVersion.prefix { $0 != "\n" }
    let words = line.split { $0 == " " || $0 == "\t" || $0 == ":" || $0 == "," }
    return words.filter { $0 != "Version" }.prefix(2).joined(separator: " ")
  }

  /// The version of the standard that the library follows (`MPI_Get_version`; section 9.1.1).
  public static var standardVersion: (major: Int, minor: Int) {
    var major: Int32 = 0
    var minor: Int32 = 0
    MPI_Get_version(&major, &minor)
    return (Int(major), Int(minor))
  }

  /// The name of the machine that the caller runs on (`MPI_Get_processor_name`; section 9.1.2).
  public static var processorName: String {
    text(capacity: Int(MPI_MAX_PROCESSOR_NAME)) { MPI_Get_processor_name($0, $1) } ?? "an unknown host"
  }

  /// The caller's number among the processes that a launcher started, by the launcher's count; `nil` without one. It may be asked for
  /// before MPI is initialised.
  public static var launchedRank: Int? { Launcher().rank }

  /// Seconds since some moment in the past, on the caller's clock (`MPI_Wtime`; section 9.6).
  public static var wallTime: Double { MPI_Wtime() }

  /// The resolution of ``wallTime`` in seconds (`MPI_Wtick`; section 9.6).
  public static var wallTimeResolution: Double { MPI_Wtick() }

  private static func text(
    capacity: Int, _ call: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>) -> Int32
  ) -> String? {
    var length: Int32 = 0
    var code = MPI_SUCCESS
    let text = String(unsafeUninitializedCapacity: capacity) { buffer in
      code = buffer.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { call($0, &length) } ?? MPI_ERR_BUFFER
      }
      return code == MPI_SUCCESS ? Int(length) : 0
    }
    return code == MPI_SUCCESS ? text : nil
  }
}

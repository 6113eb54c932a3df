/// The version of this program and of the compiler that built it.
public enum ProgramVersion {
  public static let current = "0.1.0"

  /// The language version that the program was compiled with, as far as a program can tell.
  public static var compiler: String {
    #if compiler(>=6.4)
      "Swift 6.4 or later"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #elseif compiler(>=6.2)
      "Swift 6.2"
    #else
      "Swift 6.1 or earlier"
    #endif
  }
}

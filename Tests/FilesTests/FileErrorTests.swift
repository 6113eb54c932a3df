import Foundation
import Testing

@testable import Files

@Suite struct FileErrorTests {
  struct Own: Error, CustomStringConvertible { var description: String { "words of its own" } }

  /// The system's words, never Foundation's, which change with the language of the desktop.
  @Test(arguments: [
    (NSError(domain: NSCocoaErrorDomain, code: CocoaError.Code.fileReadNoSuchFile.rawValue), "No such file or directory"),
    (NSError(domain: NSCocoaErrorDomain, code: CocoaError.Code.fileWriteNoPermission.rawValue), "Permission denied"),
    (NSError(domain: NSPOSIXErrorDomain, code: Int(ENOSPC)), "No space left on device"),
    (
      NSError(
        domain: NSCocoaErrorDomain, code: CocoaError.Code.fileWriteUnknown.rawValue,
        userInfo: [NSUnderlyingErrorKey: NSError(domain: NSPOSIXErrorDomain, code: Int(EIO))]), "Input/output error"
    ),
    (NSError(domain: NSCocoaErrorDomain, code: 4864), "error 4864 of NSCocoaErrorDomain"),
  ])
  func reasonsAreTheSystems(_ error: NSError, _ reason: String) {
    #expect(FileError.reason(error) == reason)
  }

  @Test func otherErrorsKeepTheirWords() {
    #expect(FileError.reason(Own()) == "words of its own")
  }

  @Test func numbersOfThings() {
    #expect(counted(1, "layer") == "1 layer" && counted(0, "layer") == "0 layers" && counted(2, "layer") == "2 layers")
  }
}

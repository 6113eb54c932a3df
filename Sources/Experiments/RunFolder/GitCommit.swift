import Foundation

/// The commit that is checked out, read from git's files: a job under MPI should start no other process.
enum GitCommit {
  /// The commit of the repository that holds `folder`, `nil` outside of one.
  static func of(folder: String) -> String? {
    var folder = URL(fileURLWithPath: folder).standardizedFileURL
    while true {
      if let git = gitFolder(at: folder) { return head(of: git) }
      let parent = folder.deletingLastPathComponent()
      if parent.path == folder.path { return nil }
      folder = parent
    }
  }

  /// `.git`, which in a further work tree is a file that says where the folder is.
  private static func gitFolder(at folder: URL) -> URL? {
    let git = folder.appendingPathComponent(".git")
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: git.path, isDirectory: &isFolder) else { return nil }
    if isFolder.boolValue { return git }
    guard let text = line(of: git), text.hasPrefix("gitdir: ") else { return nil }
    return URL(fileURLWithPath: String(text.dropFirst("gitdir: ".count)), relativeTo: folder)
  }

  private static func head(of git: URL) -> String? {
    guard let text = line(of: git.appendingPathComponent("HEAD")) else { return nil }
    guard text.hasPrefix("ref: ") else { return text }
    let reference = String(text.dropFirst("ref: ".count))
    // The branches of a further work tree lie with the first one.
    let common = line(of: git.appendingPathComponent("commondir")).map { URL(fileURLWithPath: $0, relativeTo: git) } ?? git
    return line(of: common.appendingPathComponent(reference)) ?? packed(reference, in: common)
  }

  private static func packed(_ reference: String, in git: URL) -> String? {
    guard let text = try? String(contentsOf: git.appendingPathComponent("packed-refs"), encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasSuffix(" " + reference) }
    return line?.split(separator: " ").first.map(String.init)
  }

  private static func line(of file: URL) -> String? {
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
    return text.split(separator: "\n").first.map(String.init)
  }
}

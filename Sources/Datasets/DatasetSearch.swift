import Files
import Foundation

/// Where data sets are looked for. The first folder that holds all files of a data set is taken.
public struct DatasetSearch: Equatable, Sendable {
  /// The folders, in order; each is looked in itself and in the data set's own folder names.
  public var roots: [String]

  /// Looks in these folders, in this order.
  public init(roots: [String]) { self.roots = roots }

  /// The search path of this process: `folder` alone if given; else
  ///
  /// 1. `EQUILIBRIA_DATA`,
  /// 2. `data` in the current directory,
  /// 3. `data` beside the program, and in the package that it was built in,
  /// 4. `/usr/share/datasets`.
  public static func standard(
    folder: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment,
    currentDirectory: String = FileManager.default.currentDirectoryPath,
    program: String? = Bundle.main.executableURL?.resolvingSymlinksInPath().path
  ) -> DatasetSearch {
    if let folder { return DatasetSearch(roots: [UserPath.absolute(folder, in: currentDirectory)]) }
    var roots = [String]()
    if let given = environment["EQUILIBRIA_DATA"], !given.isEmpty { roots.append(UserPath.absolute(given, in: currentDirectory)) }
    roots.append(UserPath.absolute("data", in: currentDirectory))
    if let program { roots += besides(program) }
    roots.append("/usr/share/datasets")
    var seen = Set<String>()
    return DatasetSearch(roots: roots.filter { seen.insert($0).inserted })
  }

  /// What a user should know of the search path: that `EQUILIBRIA_DATA` names a folder that is not there.
  public static func warning(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    currentDirectory: String = FileManager.default.currentDirectoryPath
  ) -> String? {
    guard let given = environment["EQUILIBRIA_DATA"], !given.isEmpty else { return nil }
    let folder = UserPath.absolute(given, in: currentDirectory)
    return UserPath.isFolder(folder)
      ? nil
      : "EQUILIBRIA_DATA names \(folder), which is no folder; data sets are looked for elsewhere"
  }

  /// The folder that holds all files of `parts`.
  /// - Throws: `DatasetError.notFound` with every folder looked in and what each lacks.
  public func locate(_ description: DatasetDescription, parts: Set<DatasetPart> = Set(DatasetPart.allCases)) throws -> String {
    try find(description, parts: parts).folder
  }

  /// The same with what reads the files there.
  func find(_ description: DatasetDescription, parts: Set<DatasetPart>) throws -> (folder: String, reader: any DatasetReader) {
    var looked = [String]()
    for folder in candidates(for: description) {
      let lacks = ([description.reader] + description.otherReaders).map { reader in
        let files = DatasetPart.allCases.filter(parts.contains).flatMap(reader.files)
        return (reader: reader, lack: Self.lack(of: folder, files: files, description: description))
      }
      if let found = lacks.first(where: { $0.lack == nil }) { return (folder, found.reader) }
      // Of names that others give it, only those that are there are worth a line.
      let isOwn = roots.contains { folder == $0 || folder == "\($0)/\(description.folders.first ?? "")" }
      if isOwn || FileManager.default.fileExists(atPath: folder) { looked.append("\(folder) (\(lacks[0].lack ?? ""))") }
    }
    throw DatasetError.notFound(name: description.name, looked: looked, remedy: description.remedy)
  }

  /// Every folder to look in, in order.
  func candidates(for description: DatasetDescription) -> [String] {
    roots.flatMap { root in [root] + description.folders.map { root + "/" + $0 } }
  }

  /// Why `folder` does not hold `files`, or nil if it does.
  private static func lack(of folder: String, files: [String], description: DatasetDescription) -> String? {
    guard FileManager.default.fileExists(atPath: folder) else { return "no such folder" }
    guard UserPath.isFolder(folder) else { return "not a folder" }
    // MNIST and Fashion-MNIST have the same file names: a folder under the name of another data set is not this one.
    if let other = owner(of: folder), other != description.name { return "the folder of \(other.rawValue)" }
    let missing = files.filter { DatasetFile.existing("\(folder)/\($0)") == nil }
    if missing.isEmpty { return nil }
    return (missing.count == files.count ? "none of its files: " : "lacks ") + missing.joined(separator: ", ")
  }

  /// The data set one of whose folder names `folder` has.
  private static func owner(of folder: String) -> DatasetName? {
    let path = URL(fileURLWithPath: folder).path
    return DatasetName.allCases.first { DatasetDescription.of($0).folders.contains { path.hasSuffix("/" + $0) } }
  }

  /// `data` beside the program, and beside the `.build` folder that it lies in, if it does.
  private static func besides(_ program: String) -> [String] {
    let folders = URL(fileURLWithPath: program).deletingLastPathComponent().pathComponents
    let own = NSString.path(withComponents: folders + ["data"])
    guard let build = folders.lastIndex(where: { $0.hasPrefix(".build") }) else { return [own] }
    return [NSString.path(withComponents: Array(folders[..<build]) + ["data"]), own]
  }
}

import Files
import Testing

@Suite struct UserPathTests {
  @Test(arguments: [
    ("~", "/home/me"), ("~/runs", "/home/me/runs"), ("runs", "runs"), ("./~/runs", "./~/runs"), ("~you/runs", "~you/runs"),
    ("a~/b", "a~/b"), ("", ""),
  ])
  func tildeIsTheHomeFolder(_ path: String, _ expected: String) {
    #expect(UserPath.expand(path, home: "/home/me") == expected)
  }

  @Test(arguments: [
    ("~/runs", "/home/me/runs"), ("--run-dir=~/runs", "--run-dir=/home/me/runs"), ("--run-dir", "--run-dir"),
    ("--set=data.folder=~/x", "--set=data.folder=~/x"), ("data.limit=~", "data.limit=~"),
  ])
  func wordsOfTheCommandLine(_ word: String, _ expected: String) {
    #expect(UserPath.expand(argument: word, home: "/home/me") == expected)
  }

  @Test func relativePathsStartFromTheFolder() {
    #expect(UserPath.absolute("../data", in: "/home/me/configs") == "/home/me/data")
    #expect(UserPath.absolute("/data/./x", in: "/home/me") == "/data/x")
    #expect(UserPath.absolute("~/x", in: "/tmp") == UserPath.home + "/x")
  }
}

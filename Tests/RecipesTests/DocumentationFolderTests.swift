import Brigade
import Foundation
import Testing

@testable import Recipes

@Suite struct DocumentationFolderTests {
    private let folder = TemporaryFolder()

    private func write(_ names: [String]) throws {
        for name in names { try Data("content".utf8).write(to: URL(filePath: "\(folder.path)/\(name)")) }
    }

    @Test func aFolderWithAllFilesIsTaken() throws {
        try write(["swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js"])
        _ = try DocumentationFolder(path: folder.path).assets()
    }

    @Test(arguments: ["", "no/such/folder"])
    func aFileThatIsMissingIsNamedWithTheScriptThatMakesIt(inner: String) throws {
        try write(["swagger-ui-bundle.js", "redoc.standalone.js"])
        let error = try #require(throws: SettingError.self) {
            try DocumentationFolder(path: folder.path + "/" + inner).assets()
        }
        #expect(error.name == "DOCS_ASSETS")
        #expect(error.reason.contains("No such file or directory"))
        #expect(error.reason.contains("deploy/docs-assets.sh"))
    }

    @Test func anEmptyFileIsNoFile() throws {
        try write(["swagger-ui-bundle.js", "redoc.standalone.js"])
        try Data().write(to: URL(filePath: "\(folder.path)/swagger-ui.css"))
        let error = try #require(throws: SettingError.self) { try DocumentationFolder(path: folder.path).assets() }
        #expect(error.reason.contains("swagger-ui.css cannot be read: it is empty"))
    }

    @Test func theSettingNamesTheFolder() throws {
        #expect(try RecipeSettings(environment: [:]).documentationFolder == nil)
        #expect(try RecipeSettings(environment: ["DOCS_ASSETS": ""]).documentationFolder == nil)
        let folder = try RecipeSettings(environment: ["DOCS_ASSETS": "/srv/docs"]).documentationFolder
        #expect(folder == DocumentationFolder(path: "/srv/docs"))
    }
}

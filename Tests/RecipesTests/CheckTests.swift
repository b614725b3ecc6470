import Brigade
import Foundation
import Testing

@testable import Recipes

/// `recipe-worker check`: what would keep the application from being made.
@Suite struct CheckTests {
    private let folder = TemporaryFolder()

    private func check(isPrepared: Bool = true, _ change: (inout RecipeSettings) -> Void = { _ in }) throws {
        var settings = RecipeSettings()
        settings.database = folder.database()
        change(&settings)
        try RecipeApplication.check(settings, isPrepared: isPrepared, log: .silent)
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func aDatabaseThatThePrestartWillMakeNeedNotBeThere() throws {
        try check()
        let error = #expect(throws: UnusableDatabase.self) { try check(isPrepared: false) }
        #expect(error?.description.contains("does not exist; run `recipe-worker prestart`") == true)
        #expect(try files() == [])
    }

    @Test func oneThatAServerUsesWillDo() throws {
        let application = try folder.application()
        let before = try files()
        try check(isPrepared: false)
        #expect(try files() == before)
        withExtendedLifetime(application) {}
    }

    @Test(arguments: ["no database at all", "SQLite format 2\0 and more"])
    func aFileThatIsNoDatabaseIsNamed(content: String) throws {
        let path = folder.database().path
        try Data(content.utf8).write(to: URL(filePath: path))
        let error = #expect(throws: UnusableDatabase.self) { try check() }
        #expect(error?.description.hasPrefix("the database \(path) is no SQLite database; move that file away") == true)
        try Data().write(to: URL(filePath: path))
        try check()
    }

    @Test func whatTheSettingsNameIsLookedAt() throws {
        let assets = #expect(throws: (any Error).self) {
            try check { $0.documentationFolder = DocumentationFolder(path: "/nowhere") }
        }
        #expect(assets.map { "\($0)" }?.contains("DOCS_ASSETS") == true)
        let authorities = #expect(throws: (any Error).self) {
            try check { $0.trustedAuthorities = TrustedAuthorities(file: "/nowhere.pem", folder: nil) }
        }
        #expect(authorities.map { "\($0)" }?.contains("SSL_CERT_FILE") == true)
        let folder = #expect(throws: (any Error).self) {
            try check { $0.database = DatabaseLocation(path: "/nowhere/r.db") }
        }
        #expect(folder.map { "\($0)" }?.contains("its folder /nowhere") == true)
    }
}

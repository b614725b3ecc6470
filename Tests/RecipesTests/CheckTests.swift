import Brigade
import Foundation
import Testing

@testable import Recipes

/// `recipe-worker check` finds what would make the start fail.
@Suite struct CheckTests {
    private let directory = TemporaryDirectory()

    private func check(runsPrestart: Bool = true, _ change: (inout RecipeSettings) -> Void = { _ in }) throws {
        var settings = RecipeSettings()
        settings.database = .sqlite(directory.database())
        change(&settings)
        try RecipeApplication.check(settings, runsPrestart: runsPrestart, log: .silent)
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    @Test func aMissingDatabasePassesIfThePrestartRuns() throws {
        try check()
        let error = #expect(throws: RecipeDatabaseError.self) { try check(runsPrestart: false) }
        #expect(error?.description.contains("does not exist; run `recipe-worker prestart`") == true)
        #expect(try files() == [])
    }

    @Test func aDatabaseInUsePassesUnchanged() throws {
        let application = try directory.application()
        let before = try files()
        try check(runsPrestart: false)
        #expect(try files() == before)
        withExtendedLifetime(application) {}
    }

    @Test(arguments: ["no database at all", "SQLite format 2\0 and more"])
    func aFileThatIsNotADatabaseIsRejected(content: String) throws {
        let path = directory.database().path
        try Data(content.utf8).write(to: URL(filePath: path))
        let error = #expect(throws: RecipeDatabaseError.self) { try check() }
        #expect(
            error?.description.hasPrefix("the database \(path) is not a SQLite database; move the file away") == true)
        try Data().write(to: URL(filePath: path))
        try check()
    }

    @Test func filesNamedBySettingsAreChecked() throws {
        let assets = #expect(throws: (any Error).self) {
            try check { $0.documentationDirectory = DocumentationDirectory(path: "/nowhere") }
        }
        #expect(assets.map { "\($0)" }?.contains("DOCS_ASSETS") == true)
        let trustRoots = #expect(throws: (any Error).self) {
            try check { $0.trustRoots = TrustRoots(file: "/nowhere.pem", directory: nil) }
        }
        #expect(trustRoots.map { "\($0)" }?.contains("SSL_CERT_FILE") == true)
        let database = #expect(throws: (any Error).self) {
            try check { $0.database = .sqlite(DatabaseLocation(path: "/nowhere/r.db")) }
        }
        #expect(database.map { "\($0)" }?.contains("its directory /nowhere") == true)
    }
}

import Brigade
import Foundation

@testable import Recipes

/// A folder of a test's own, removed with what is in it when the test ends.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "recipes-tests-\(UUID())").path
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Where a database of that name would be.
    func database(_ name: String = "recipes.db") -> DatabaseLocation {
        DatabaseLocation(path: "\(path)/\(name)")
    }

    /// A prestart of that database that never waits.
    func prestart(_ name: String = "recipes.db") -> Prestart {
        var settings = RecipeSettings()
        settings.database = database(name)
        var prestart = Prestart(settings: settings, log: .silent)
        prestart.pause = {}
        return prestart
    }

    /// A database as the prestart leaves it.
    func seededDatabase() throws -> RecipeDatabase {
        try prestart().run()
        return try RecipeDatabase(serving: database())
    }

    /// The application on such a database.
    func application(_ change: (inout RecipeSettings) -> Void = { _ in }) throws -> any Application {
        try prestart().run()
        var settings = RecipeSettings()
        settings.database = database()
        change(&settings)
        return try RecipeApplication.make(settings, log: .silent)
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

import Brigade
import Foundation

@testable import Recipes

/// A directory for one test, deleted when the test ends.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "recipes-tests-\(UUID())").path
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The location of a database, which may not exist yet.
    func database(_ name: String = "recipes.db") -> DatabaseLocation {
        DatabaseLocation(path: "\(path)/\(name)")
    }

    /// A prestart that does not pause.
    func prestart(_ name: String = "recipes.db") -> Prestart {
        var settings = RecipeSettings()
        settings.database = .sqlite(database(name))
        var prestart = Prestart(settings: settings, log: .silent)
        prestart.pause = {}
        return prestart
    }

    /// A database after the prestart.
    func seededDatabase() throws -> SQLiteStore {
        try prestart().run()
        return try SQLiteStore(serving: database())
    }

    /// The application with such a database.
    func application(_ change: (inout RecipeSettings) -> Void = { _ in }) throws -> any Application {
        try prestart().run()
        var settings = RecipeSettings()
        settings.database = .sqlite(database())
        change(&settings)
        return try RecipeApplication.make(settings, log: .silent)
    }
}

extension RecipeStore {
    func create(label: String, source: String, url: String, submitterID: Int64) async throws -> Recipe? {
        try await create(NewRecipe(label: label, source: source, url: url, submitterID: submitterID))
    }

    func recipes(labelled keyword: String? = nil, limit: Int?) async throws -> [Recipe] {
        try await recipes(RecipeSearch(keyword: keyword, limit: limit))
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// The host of an application without a server: `endPass()` ends a pass of the event loop. Use it on one thread only.
final class ManualHost: Messages.ApplicationHost {
    private nonisolated(unsafe) var bodies: [@Sendable () -> Void] = []

    func runBlocking(
        _ operation: BlockingOperation, deadline: UInt64?, _ work: @escaping @Sendable () -> Void
    ) -> Bool {
        work()
        return true
    }

    func afterPass(_ body: @escaping @Sendable () -> Void) {
        bodies.append(body)
    }

    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> { Task {} }

    func endPass() {
        let due = bodies
        bodies = []
        for body in due { body() }
    }
}

extension EncodedJSON {
    /// The JSON that the value writes.
    init(_ value: Value) {
        var writer = JSONWriter()
        value.write(to: &writer)
        self.init(writer)
    }
}

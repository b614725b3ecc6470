import Brigade

/// Builds the recipe API from its settings.
enum RecipeApplication {
    private static func api(_ settings: RecipeSettings, _ store: any RecipeStore, _ log: Logger) throws -> API {
        var api = API(title: "Recipe API", version: "0.1.0")
        if !settings.corsOrigins.isEmpty {
            // As in the tutorial.
            api.use(CORS(origins: .only(settings.corsOrigins), methods: .any, headers: .any, allowsCredentials: true))
        }
        api.include(RecipeRoutes(store: store, reddit: try Reddit(settings, log: log)).router)
        api.include(HomePageRoutes(store: store, page: try HomePage()).router)
        api.include(Health(problem: store.healthProblem).router)
        if let directory = settings.documentationDirectory { api.documentationAssets = try directory.assets() }
        api.sendsProcessTime = true
        return api
    }

    /// The application that a worker serves, with its database open.
    /// - Throws: a one-line error if a setting is invalid or the database cannot be opened.
    static func make(_ settings: RecipeSettings, log: Logger) throws -> any Application {
        let store = try openStore(settings, log)
        return try api(settings, store, log).build {
            // The HTTP client needs no shutdown here: the process is about to exit.
            do {
                try await store.close()
            } catch {
                log.warning("the database did not close cleanly", metadata: ["error": "\(error)"])
            }
        } onStart: {
            store.start(on: $0)
        }
    }

    private static func openStore(_ settings: RecipeSettings, _ log: Logger) throws -> any RecipeStore {
        switch settings.database {
        case .sqlite(let location):
            let store = try SQLiteStore(
                serving: location, busyTimeout: settings.databaseBusyTimeout,
                report: WorkerProgram.reportHealthProblem, log: log)
            DatabaseMonitor.start(store)
            return store
        case .postgres(let url):
            return PostgresStore(
                serving: url, connections: settings.databasePoolSize, timeout: settings.databaseBusyTimeout,
                report: WorkerProgram.reportHealthProblem, log: log)
        }
    }

    /// Finds what would make `make` fail, without opening the database: invalid settings, missing files.
    /// - Parameter runsPrestart: whether the prestart runs first. It creates a missing database.
    /// - Throws: a one-line error.
    static func check(_ settings: RecipeSettings, runsPrestart: Bool, log: Logger) throws {
        if case .sqlite(let location) = settings.database {
            try location.check(mayCreate: runsPrestart)
            try location.checkFormat()
        }
        _ = try api(settings, SQLiteStore.empty(), log).build()
    }

    /// The OpenAPI document. It depends on no setting and needs no database.
    static func document(log: Logger) throws -> JSON {
        try api(RecipeSettings(), SQLiteStore.empty(), log).openAPIDocument()
    }
}

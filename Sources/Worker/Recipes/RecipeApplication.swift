import Brigade

/// The recipe API, put together.
enum RecipeApplication {
    /// - Throws: what is wrong with the settings or the database, in one line.
    static func make(_ settings: RecipeSettings, log: Logger) throws -> any Application {
        let database = try RecipeDatabase(
            serving: settings.database, report: WorkerProgram.reportHealthProblem, log: log)
        DatabaseWatch.start(database)
        var api = try api(settings, database, log)
        if let folder = settings.documentationFolder { api.documentationAssets = try folder.assets() }
        api.sendsProcessTime = true
        return try api.build {
            // The client for reddit needs no shutdown: its idle connections end with the process, which ends now.
            do {
                try database.close()
            } catch {
                log.warning("the application did not close cleanly", metadata: ["error": "\(error)"])
            }
        } onStart: {
            database.open($0)
        }
    }

    /// Whether it could be made: its settings, the files that they name, and the database, which is not opened.
    /// - Parameter isPrepared: whether a prestart comes first, which makes a database that is missing.
    /// - Throws: what is wrong, in one line.
    static func check(_ settings: RecipeSettings, isPrepared: Bool, log: Logger) throws {
        try settings.database.check(creating: isPrepared)
        try settings.database.checkKind()
        var api = try api(settings, .empty(), log)
        if let folder = settings.documentationFolder { api.documentationAssets = try folder.assets() }
        _ = try api.build()
    }

    /// What the API's document says, for which no setting and no database matters.
    static func document(log: Logger) throws -> JSON {
        try api(RecipeSettings(), .empty(), log).openAPIDocument()
    }

    private static func api(_ settings: RecipeSettings, _ database: RecipeDatabase, _ log: Logger) throws -> API {
        let page = try HomePage()
        let reddit = try Reddit(settings, log: log)
        var api = API(title: "Recipe API", version: "0.1.0")
        if !settings.corsOrigins.isEmpty {
            // As the tutorial has it.
            api.use(CORS(origins: .only(settings.corsOrigins), methods: .any, headers: .any, allowsCredentials: true))
        }
        var recipes = Router(prefix: "/api/v1/recipes", tags: ["recipes"])
        RecipeRoutes(database: database).declare(on: &recipes)
        IdeaRoutes(reddit: reddit).declare(on: &recipes)
        api.include(recipes)
        HomeRoute(database: database, page: page).declare(on: &api)
        api.include(Health(problem: database.trouble).router)
        return api
    }
}

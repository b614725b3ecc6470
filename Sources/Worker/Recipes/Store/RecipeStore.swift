import Brigade

/// What the routes need of a database: recipes, and the users who submit them.
///
/// Each read has two forms. The one that ends in `InPass` answers at once, on the event loop: it never waits for a lock, for
/// the network or for more than a little work, and throws `WouldBlock` if it would have to. The other one may take its time.
/// `HTTPError` 503 is thrown by all of them while the database cannot be used.
protocol RecipeStore: Sendable {
    /// Finds a recipe as JSON; nil if no recipe has the ID.
    func recipeInPass(_ id: Int64) throws -> EncodedJSON<Recipe>?
    func recipe(_ id: Int64) async throws -> EncodedJSON<Recipe>?

    /// Finds recipes as JSON, in the order of their IDs.
    func searchInPass(_ search: RecipeSearch) throws -> EncodedJSON<RecipeSearchResults>
    func search(_ search: RecipeSearch) async throws -> EncodedJSON<RecipeSearchResults>

    /// The same as values.
    func recipesInPass(_ search: RecipeSearch) throws -> [Recipe]
    func recipes(_ search: RecipeSearch) async throws -> [Recipe]

    /// Changes whenever the answers of reads may have changed; equal ones mean that none has.
    func versionInPass() throws -> StoreVersion

    /// Finds a recipe as a value.
    func storedRecipe(_ id: Int64) async throws -> Recipe?

    /// Adds a recipe. Its ID is one more than the highest. When it returns, the recipe survives a crash and a power cut.
    /// - Returns: nil if no user has the submitter's ID.
    /// - Throws: `HTTPError` 503 if nothing can be stored now; nothing of the recipe is stored then.
    func create(_ recipe: NewRecipe) async throws -> Recipe?

    /// Why the database cannot be used; nil if it can. For readiness: it waits for nothing.
    func healthProblem() throws -> String?

    /// Called once on the loop, before the first request.
    func start(on host: any ApplicationHost)

    /// Called once, when the last request is answered.
    func close() async throws
}

/// Names a state of the database, within one process.
struct StoreVersion: Hashable, Sendable {
    /// Numbers of different sessions say nothing about each other.
    var session: Int
    var number: Int64
}

/// Which recipes to find.
struct RecipeSearch: Hashable, Sendable {
    /// The label contains it, ignoring case. Nil finds all recipes, also those whose label is NULL.
    var keyword: String?
    /// The first ones by ID; nil for all.
    var limit: Int?
}

/// A recipe that has no ID yet.
struct NewRecipe: Hashable, Sendable {
    var label: String
    var source: String
    var url: String
    var submitterID: Int64
}

extension HTTPError {
    /// Nothing is stored, and the client may retry.
    static let databaseBusy = HTTPError(
        .serviceUnavailable, "The database is busy", fields: [Field("retry-after", "1")])
    static let databaseUnavailable = HTTPError(
        .serviceUnavailable, "The database cannot be used now", fields: [Field("retry-after", "1")])
}

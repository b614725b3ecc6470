import Endpoints
import GRDB
import Messages

/// To fetch, search and add recipes.
struct RecipeRoutes {
    let database: RecipeDatabase

    func declare(on routes: inout Router) {
        routes.get(
            "/{recipe_id}", name: "fetch_recipe", "Fetch a single recipe by ID", Path("recipe_id", Integer.self),
            errors: [.notFound], handler: fetch)
        routes.get(
            "/search/", name: "search_recipes", "Search for recipes based on label keyword",
            Query("keyword", String?.self, .length(3...), examples: ["chicken"]),
            Query("max_results", Integer?.self, default: 10, .atLeast(0)), run: .blocking, handler: search)
        routes.post(
            "/", name: "create_recipe", "Create a new recipe in the database.", Body(RecipeCreate.self),
            status: .created, errors: [.badRequest, .serviceUnavailable], run: .blocking, handler: create)
    }

    @Sendable private func fetch(_ id: Integer) throws -> Written<Recipe> {
        guard let number = id.small, let recipe = try database.recipe(Int64(number)) else {
            throw HTTPError(.notFound, "Recipe with ID \(id) not found")
        }
        return recipe
    }

    @Sendable private func search(_ keyword: String?, _ maxResults: Integer?) throws -> RecipeSearchResults {
        // A number that no Int holds is no limit.
        RecipeSearchResults(results: try database.recipes(labelled: keyword, limit: maxResults?.small))
    }

    @Sendable private func create(_ recipe: RecipeCreate) throws -> Recipe {
        let created: Recipe?
        do {
            created = try recipe.submitterID.small.flatMap { submitter in
                try database.create(
                    label: recipe.label, source: recipe.source, url: recipe.url.text, submitterID: Int64(submitter))
            }
        } catch let error as DatabaseError {
            throw Self.unavailable(error) ?? error
        }
        guard let created else {
            throw ValidationError([
                Issue(
                    "unknown_user", at: ["body", "submitter_id"], "No user has this ID",
                    input: .integer(recipe.submitterID))
            ])
        }
        return created
    }

    /// What may pass: nothing is stored, and the client may ask again.
    private static func unavailable(_ error: DatabaseError) -> HTTPError? {
        switch error.extendedResultCode.primaryResultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            HTTPError(.serviceUnavailable, "The database is busy", fields: [Field("retry-after", "1")])
        case .SQLITE_READONLY where error.extendedResultCode == .SQLITE_READONLY_DBMOVED:
            HTTPError(.serviceUnavailable, "The database is not there")
        default: nil
        }
    }
}

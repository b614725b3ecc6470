import Brigade

/// To fetch, search and add recipes.
struct RecipeRoutes {
    let database: RecipeDatabase

    /// What names must contain. The home page's search has the same rule.
    static let keyword = Query("keyword", String?.self, .length(3...), examples: ["chicken"])

    func declare(on routes: inout Router) {
        routes.get(
            "/{recipe_id}", name: "fetch_recipe", description: "Fetch a single recipe by ID",
            Path("recipe_id", Integer.self), errors: [.notFound], run: .inline, handler: fetch)
        routes.get(
            "/search/", name: "search_recipes", description: "Search for recipes based on label keyword",
            RecipeRoutes.keyword, Query("max_results", Integer?.self, default: 10, .atLeast(0)), handler: search)
        routes.post(
            "/", name: "create_recipe", description: "Create a new recipe in the database.", Body(RecipeCreate.self),
            status: .created, errors: [.badRequest, .serviceUnavailable], handler: create)
    }

    @Sendable private func fetch(_ id: Integer) throws -> EncodedJSON<Recipe> {
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
        try recipe.stored(in: database)
    }
}

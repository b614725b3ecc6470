import Brigade

/// The recipe API: `/api/v1/recipes`.
struct RecipeRoutes {
    let store: any RecipeStore
    let reddit: Reddit

    /// The home page validates its search with the same parameter.
    static let keyword = Query("keyword", String?.self, .length(3...), examples: ["chicken"])

    var router: Router {
        let (store, reddit) = (store, reddit)
        var router = Router(prefix: "/api/v1/recipes", tags: ["recipes"])

        router.get(
            "/{recipe_id}", name: "fetch_recipe", description: "Fetch a single recipe by ID",
            Path("recipe_id", Integer.self), errors: [.notFound]
        ) { id in
            guard let small = id.small, let recipe = try await store.recipe(Int64(small)) else {
                throw Self.notFound(id)
            }
            return recipe
        } inline: { id in
            guard let small = id.small, let recipe = try store.recipeInPass(Int64(small)) else {
                throw Self.notFound(id)
            }
            return recipe
        }

        // An integer that does not fit into an Int is no limit.
        router.get(
            "/search/", name: "search_recipes", description: "Search for recipes based on label keyword",
            Self.keyword, Query("max_results", Integer?.self, default: 10, .atLeast(0))
        ) { keyword, maxResults in
            try await store.search(RecipeSearch(keyword: keyword, limit: maxResults?.small))
        } inline: { keyword, maxResults in
            try store.searchInPass(RecipeSearch(keyword: keyword, limit: maxResults?.small))
        }

        router.post(
            "/", name: "create_recipe", description: "Create a new recipe in the database.", Body(RecipeCreate.self),
            status: .created, errors: [.badRequest, .serviceUnavailable]
        ) { recipe in
            try await recipe.insert(into: store)
        }

        // The tutorial's comparison: three requests at the same time, or one after another.
        router.get(
            "/ideas/async", name: "fetch_ideas_async", RequestContext(), errors: [.badGateway, .gatewayTimeout]
        ) { context in
            try await reddit.ideasConcurrently(passingOn: context.outgoingFields)
        }

        router.get(
            "/ideas/", name: "fetch_ideas", RequestContext(), errors: [.badGateway, .gatewayTimeout]
        ) { context in
            try reddit.ideas(passingOn: context.outgoingFields)
        }
        return router
    }

    private static func notFound(_ id: Integer) -> HTTPError {
        HTTPError(.notFound, "Recipe with ID \(id) not found")
    }
}

/// The body of a POST: a recipe without its ID.
struct RecipeCreate: Model {
    let label: String
    let source: String
    let url: WebURL
    let submitterID: Integer

    static let properties = Properties(RecipeCreate.init) {
        Property("label", \.label, examples: ["Ramen"])
        Property("source", \.source, examples: ["Serious Eats"])
        Property("url", \.url)
        Property("submitter_id", \.submitterID, examples: [1])
    }

    /// - Throws: `ValidationError` if no user has the submitter's ID; `HTTPError` 503 if the database cannot be written
    ///   now.
    func insert(into store: any RecipeStore) async throws -> Recipe {
        var created: Recipe?
        if let submitter = submitterID.small {
            created = try await store.create(
                NewRecipe(label: label, source: source, url: url.text, submitterID: Int64(submitter)))
        }
        guard let created else {
            throw ValidationError([
                Issue(
                    "unknown_user", at: ["body", "submitter_id"], "No user has this ID", input: .integer(submitterID))
            ])
        }
        return created
    }
}

/// A recipe in an answer. The columns are answered as they are stored, even if the API would reject the value.
extension Recipe: Model {
    static let properties = Properties(Recipe.init) {
        Property("label", { RawColumn<String>($0.label) })
        Property("source", { RawColumn<String>($0.source) })
        Property("url", { RawColumn<WebURL>($0.url) })
        Property("id", { Int($0.id) })
        Property("submitter_id", { RawColumn<Int>($0.submitterID) })
    }

    private init(
        label: RawColumn<String>, source: RawColumn<String>, url: RawColumn<WebURL>, id: Int,
        submitterID: RawColumn<Int>
    ) {
        self.init(
            label: label.value, source: source.value, url: url.value, id: Int64(id), submitterID: submitterID.value)
    }
}

struct RecipeSearchResults: Model {
    let results: [Recipe]

    static let properties = Properties(RecipeSearchResults.init) { Property("results", \.results) }
}

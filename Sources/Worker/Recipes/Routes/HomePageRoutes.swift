import Brigade

/// `GET /`, the page for people, and `/recipes`, to which its form posts.
struct HomePageRoutes {
    let store: any RecipeStore
    let page: HomePage
    private let cache = HomePageCache()

    init(store: any RecipeStore, page: HomePage) {
        self.store = store
        self.page = page
    }

    var router: Router {
        var router = Router()
        router.get(
            "/", name: "root", description: "Root GET", RequestContext(), HomePageQuery(), handler: show,
            inline: showFromCache)
        // For a browser that reloads the address of a form that was rejected.
        router.get("/recipes", name: "recipe_form", run: .inline, isDocumented: false) {
            HomePageResponse.redirect(to: "./#add")
        }
        router.post(
            "/recipes", name: "add_recipe", RequestContext(), SubmittedForm(RecipeCreate.self), isDocumented: false,
            handler: add)
        return router
    }

    // MARK: Showing

    /// - Throws: `WouldBlock` if the page has to be rendered.
    @Sendable private func showFromCache(_ context: Context, _ query: HomePageQuery.Value) throws -> HomePageResponse {
        guard query.isEmpty else { throw WouldBlock() }
        let version = try store.versionInPass()
        if let page = cache.page(at: version) { return HomePageResponse(page.response()) }
        // Most changes are not in the first recipes.
        guard let page = cache.page(of: try store.recipesInPass(Self.firstRecipes), at: version) else {
            throw WouldBlock()
        }
        return HomePageResponse(page.response())
    }

    @Sendable private func show(
        _ context: Context, _ query: HomePageQuery.Value
    ) async throws -> HomePageResponse {
        let version = query.isEmpty ? try? store.versionInPass() : nil
        var view = HomeView(list: try await list(query))
        if let version, let page = cache.page(of: view.list.recipes, at: version) {
            return HomePageResponse(page.response())
        }
        if let id = query.added { view.added = try await store.storedRecipe(id) }
        let page = try await render(view, context)
        if let version { cache.keep(page, of: view.list.recipes, at: version) }
        return HomePageResponse(page.response())
    }

    private func render(_ view: HomeView, _ context: Context) async throws -> RenderedPage {
        let page = page
        return try await context.runBlocking { page.render(view) }
    }

    private static let firstRecipes = RecipeSearch(limit: RecipeList.length)

    private func list(_ query: HomePageQuery.Value) async throws -> RecipeList {
        var search = Self.firstRecipes
        if !query.keyword.isEmpty, query.issue == nil {
            search = RecipeSearch(keyword: query.keyword, limit: RecipeList.searchLimit + 1)
        }
        return RecipeList(keyword: query.keyword, issue: query.issue, recipes: try await recipes(search))
    }

    private func recipes(_ search: RecipeSearch) async throws -> [Recipe] {
        do {
            return try store.recipesInPass(search)
        } catch is WouldBlock {
            return try await store.recipes(search)
        }
    }

    // MARK: Adding

    @Sendable private func add(
        _ context: Context, _ form: FormSubmission<RecipeCreate>
    ) async throws -> HomePageResponse {
        do {
            let recipe = try await form.content.get().insert(into: store)
            return .redirect(to: "./?added=\(recipe.id)#added")
        } catch let error as ValidationError {
            return try await reject(RecipeForm(form, issues: error.issues), context, .unprocessableContent)
        } catch let error as HTTPError {
            return try await reject(RecipeForm(form, failure: error.detail), context, error.status, error.fields)
        }
    }

    /// The page with the form as it was sent, and with what is wrong.
    private func reject(
        _ form: RecipeForm, _ context: Context, _ status: Status, _ fields: [Field] = []
    ) async throws -> HomePageResponse {
        var list = RecipeList()
        do {
            list = try await self.list(HomePageQuery.Value())
        } catch  where status == .serviceUnavailable {
            // If the database is down, the form must still come back with what was typed.
        }
        let page = try await render(HomeView(list: list, form: form), context)
        return HomePageResponse(page.response(status, fields: fields))
    }
}

/// The query of the home page. The OpenAPI document does not show it: to the API, `GET /` has no parameters.
private struct HomePageQuery: Parameter {
    struct Value: Sendable {
        /// As it was typed.
        var keyword = ""
        /// What is wrong with the keyword, by the API's own rules.
        var issue: Issue?
        /// The ID of the recipe that the form has just added.
        var added: Int64?

        var isEmpty: Bool { keyword.isEmpty && added == nil }
    }

    var declaration: ParameterDeclaration { ParameterDeclaration(.request) }

    func read(from context: Context, issues: inout [Issue]) -> Value? {
        var value = Value()
        value.added = context.queryParameter("added").flatMap { Int64($0) }
        // An empty search box is no search.
        if let keyword = context.queryParameter("keyword"), !keyword.isEmpty {
            var found: [Issue] = []
            _ = RecipeRoutes.keyword.read(from: context, issues: &found)
            value.keyword = keyword
            value.issue = found.first
        }
        return value
    }
}

/// The page, or a redirect to it.
private struct HomePageResponse: ResponseConvertible {
    private let response: Response

    init(_ response: Response) {
        self.response = response
    }

    /// 303 (RFC 9110, section 15.4.4): a browser follows with GET, so reloading posts nothing again.
    /// - Parameter location: relative to the request's path, because a proxy may have taken a prefix off.
    static func redirect(to location: String) -> HomePageResponse {
        HomePageResponse(Response(.seeOther, fields: [Field("location", location)]))
    }

    static var content: ResponseContent? { HTML.content }

    func response(_ status: Status) -> Response { response }
}

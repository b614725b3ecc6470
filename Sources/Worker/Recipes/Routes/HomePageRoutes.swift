import Brigade

/// `GET /`, the page for people, and `/recipes`, to which its form posts.
struct HomePageRoutes {
    let store: any RecipeStore
    let page: HomePage

    var router: Router {
        var router = Router()
        router.get("/", name: "root", description: "Root GET", HomePageQuery(), handler: show)
        // For a browser that reloads the address of a form that was rejected.
        router.get("/recipes", name: "recipe_form", run: .inline, isDocumented: false) {
            HomePageResponse.redirect(to: "./#add")
        }
        router.post(
            "/recipes", name: "add_recipe", SubmittedForm(RecipeCreate.self), isDocumented: false, handler: add)
        return router
    }

    @Sendable private func show(_ query: HomePageQuery.Value) async throws -> HomePageResponse {
        var view = HomeView(list: try await list(query))
        if let id = query.added { view.added = try await store.storedRecipe(id) }
        return .page(view, of: page)
    }

    @Sendable private func add(_ form: FormSubmission<RecipeCreate>) async throws -> HomePageResponse {
        do {
            let recipe = try await form.content.get().insert(into: store)
            return .redirect(to: "./?added=\(recipe.id)#added")
        } catch let error as ValidationError {
            return try await reject(RecipeForm(form, issues: error.issues), .unprocessableContent)
        } catch let error as HTTPError {
            return try await reject(RecipeForm(form, failure: error.detail), error.status, error.fields)
        }
    }

    /// The page with the form as it was sent, and with what is wrong.
    private func reject(_ form: RecipeForm, _ status: Status, _ fields: [Field] = []) async throws -> HomePageResponse {
        var list = RecipeList()
        do {
            list = try await self.list(HomePageQuery.Value())
        } catch  where status == .serviceUnavailable {
            // If the database is down, the form must still come back with what was typed.
        }
        return .page(HomeView(list: list, form: form), of: page, status, fields: fields)
    }

    private func list(_ query: HomePageQuery.Value) async throws -> RecipeList {
        let isSearch = !query.keyword.isEmpty && query.issue == nil
        let recipes = try await store.recipes(
            RecipeSearch(
                keyword: isSearch ? query.keyword : nil,
                limit: isSearch ? RecipeList.searchLimit + 1 : RecipeList.length))
        return RecipeList(keyword: query.keyword, issue: query.issue, recipes: recipes)
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

    static func page(_ view: HomeView, of page: HomePage, _ status: Status = .ok, fields: [Field] = [])
        -> HomePageResponse
    {
        HomePageResponse(response: page.response(view, status, fields: fields))
    }

    /// 303 (RFC 9110, section 15.4.4): a browser follows with GET, so reloading posts nothing again.
    /// - Parameter location: relative to the request's path, because a proxy may have taken a prefix off.
    static func redirect(to location: String) -> HomePageResponse {
        HomePageResponse(response: Response(.seeOther, fields: [Field("location", location)]))
    }

    static var content: ResponseContent? { HTML.content }

    func response(_ status: Status) -> Response { response }
}
